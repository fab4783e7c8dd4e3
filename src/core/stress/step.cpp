#include "sipping/stress/step.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sipping::stress {
namespace {

// A step is cut short at so many times what makes it bad, but not before it has as many losses.
constexpr double enough_factor = 10;
constexpr std::uint64_t enough_min = 50;

double percent(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0 : static_cast<double>(part) * 100.0 / static_cast<double>(whole);
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::good: return "good";
        case Verdict::bad: return "bad";
        case Verdict::ours: return "ours";
    }
    return "";
}

double Step::lost_percent() const noexcept {
    return percent(lost, decided());
}

double Step::refused_percent() const noexcept {
    return percent(refused, decided());
}

std::uint64_t Step::of_class(std::size_t hundred) const noexcept {
    const auto first = by_status.begin() + static_cast<std::ptrdiff_t>(hundred * 100);
    return std::accumulate(first, first + 100, std::uint64_t{0});
}

Duration Step::latency_at(double share) const noexcept {
    return std::min(latency.quantile(share), latency_max);
}

Duration Step::lateness_at(double share) const noexcept {
    return std::min(lateness.quantile(share), lateness_max);
}

void Step::on_sent(const SentProbe& probe) noexcept {
    ++sent;
    const Duration by = std::max(probe.sent - probe.due, Duration::zero());
    lateness.record(by);
    lateness_max = std::max(lateness_max, by);
}

void Step::on_result(const ProbeResult& result) noexcept {
    switch (result.kind) {
        case Kind::reply:
        case Kind::provisional:
            ++answered;
            latency.record(result.latency);
            latency_max = std::max(latency_max, result.latency);
            last_answer = std::max(last_answer, result.sent + result.latency);
            ++by_status[result.status < by_status.size() ? result.status : 0U];
            if (result.status != 503) break;
            ++refused;
            if (result.retry_after_s >= 0) ++paused;
            retry_after_s = std::max(retry_after_s, result.retry_after_s);
            break;
        case Kind::icmp: ++icmp; [[fallthrough]];
        case Kind::timeout:
            ++lost;
            if (result.self != 0) ++blamed;
            break;
        case Kind::late: ++late; break;
        case Kind::send_error:
            --sent;  // reported as sent before the kernel's refusal came back
            ++send_error;
            break;
        case Kind::local: ++local; break;
        case Kind::pending:  // the run was left: it proves nothing
            --sent;
            break;
        case Kind::duplicate: break;
    }
}

Judgement judge(const Step& step, const Limits& limits) noexcept {
    Judgement judgement;
    const auto over = [&](std::uint64_t part) {
        return percent(part, step.decided()) > limits.stop_loss_percent;
    };
    if (over(step.lost)) judgement.signs |= sign_drops;
    if (over(step.refused)) judgement.signs |= sign_refusals;
    if (judgement.signs == 0 && over(step.lost + step.refused))
        judgement.signs |= sign_drops | sign_refusals;
    if (limits.stop_p99 && step.latency_at(0.99) > *limits.stop_p99)
        judgement.signs |= sign_latency;
    if (step.paused > 0 && !limits.ignore_retry_after) judgement.signs |= sign_pause;
    if (step.icmp * 2 > step.lost && over(step.lost)) judgement.signs |= sign_unreachable;

    const std::uint64_t unsent = step.skipped + step.local + step.send_error;
    const bool fell_behind =
        static_cast<double>(unsent) > own_share_max * static_cast<double>(step.due());
    // Without the losses that may be ours, is it still bad?
    const bool only_blamed = judgement.signs == sign_drops && !over(step.lost - step.blamed);
    if (fell_behind || only_blamed)
        judgement.verdict = Verdict::ours;
    else if (judgement.signs != 0)
        judgement.verdict = Verdict::bad;
    return judgement;
}

bool seen_enough(const Step& step, const Limits& limits, std::uint64_t planned) noexcept {
    if (step.paused > 0 && !limits.ignore_retry_after) return true;
    const double share = std::min(limits.stop_loss_percent * enough_factor, 50.0) / 100;
    const auto enough = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(planned)));
    return step.lost - step.blamed + step.refused >= std::max(enough, enough_min);
}

}  // namespace sipping::stress
