#include "commands/stress/json.hpp"

#include "sipping/stress/words.hpp"
#include "text/json_words.hpp"

namespace sipping::app {
namespace {

Json rate_or_null(double rate) {
    return rate > 0 ? Json(rate) : Json(nullptr);
}

}  // namespace

std::string step_json(std::size_t number, const stress::Measured& measured) {
    const stress::Step& step = measured.step;
    const bool bad = measured.judgement.verdict == stress::Verdict::bad;
    return json_line(Json{
        {"event", "step"},
        {"step", number},
        {"rate", step.rate_per_s},
        {"seconds", in_s(step.end - step.begin)},
        {"due", step.due()},
        {"sent", step.sent},
        {"answered", step.answered},
        {"lost", step.lost},
        {"late", step.late},
        {"refused", step.refused},
        {"refused_with_retry_after", step.paused},
        {"codes",
         {{"1xx", step.of_class(1)},
          {"2xx", step.of_class(2)},
          {"3xx", step.of_class(3)},
          {"4xx", step.of_class(4)},
          {"5xx", step.of_class(5)},
          {"6xx", step.of_class(6)}}},
        {"p50_ms", in_ms(step.latency_at(0.5))},
        {"p95_ms", in_ms(step.latency_at(0.95))},
        {"p99_ms", in_ms(step.latency_at(0.99))},
        {"lateness_p99_ms", in_ms(step.lateness_at(0.99))},
        {"skipped", step.skipped},
        {"local", step.local},
        {"send_error", step.send_error},
        {"lost_maybe_ours", step.blamed},
        {"cut_short", step.cut},
        {"verdict", to_string(measured.judgement.verdict)},
        {"signs", stress::sign_words(measured.judgement.signs)},
        {"recovery_s", bad && measured.recovered ? Json(in_s(measured.recovery)) : Json(nullptr)},
        {"old_port", {{"asked", measured.old_asked}, {"answered", measured.old_answered}}},
        {"new_ports", {{"asked", measured.new_asked}, {"answered", measured.new_answered}}},
    });
}

std::string verdict_json(std::string_view target, const stress::Stress& stress,
                         std::string_view text) {
    const stress::Outcome outcome = stress.outcome();
    const bool degraded = outcome.limit == stress::Limit::target;
    return json_line(Json{
        {"event", "verdict"},
        {"target", target},
        {"limit", to_string(outcome.limit)},
        {"held_rate", rate_or_null(outcome.held)},
        {"first_bad_rate", rate_or_null(outcome.first_bad)},
        {"own_limit_rate", rate_or_null(outcome.own_limit)},
        {"beyond", stress::sign_words(outcome.signs)},
        {"recovered", degraded ? Json(outcome.recovered) : Json(nullptr)},
        {"recovery_s",
         degraded && outcome.recovered ? Json(in_s(outcome.recovery)) : Json(nullptr)},
        {"retry_after_s", outcome.retry_after_s >= 0 ? Json(outcome.retry_after_s) : Json(nullptr)},
        {"answered", outcome.answered},
        {"icmp_errors", stress.heard().icmp},
        {"unread", stress.heard().unread()},
        {"interrupted", outcome.interrupted},
        {"text", text},
    });
}

}  // namespace sipping::app
