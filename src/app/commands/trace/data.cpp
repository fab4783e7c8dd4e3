// A trace's result for programs: CSV and JSON lines.
#include <fmt/format.h>

#include "commands/trace/view.hpp"
#include "sipping/trace/words.hpp"
#include "text/json_words.hpp"
#include "text/safe_text.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using trace::Seen;
using trace::Side;
using Counts = std::array<std::uint64_t, trace::verdict_count>;

std::string unix_text(WallTime at) {
    const auto us = std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
    return fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
}

std::string seen_text(WallTime at, std::uint16_t count) {
    return count > 0 ? unix_text(at) : "";
}

Json seen_json(WallTime at, std::uint16_t count) {
    return count > 0 ? Json(unix_s(at)) : Json(nullptr);
}

Json side_json(const Seen& seen) {
    return {{"request", seen_json(seen.request, seen.requests)},
            {"requests", seen.requests},
            {"provisional", seen_json(seen.provisional, seen.provisionals)},
            {"answer", seen_json(seen.final, seen.finals)},
            {"answers", seen.finals},
            {"status", seen.finals > 0 ? Json(seen.final_status) : Json(nullptr)},
            {"icmp_errors", seen.request_errors.count + seen.answer_errors.count},
            {"by_branch", seen.by_branch}};
}

Json clock_json(const trace::ClockOffset& clock) {
    return {{"known", clock.known},
            {"ahead_ms", clock.known ? Json(in_ms(clock.offset)) : Json(nullptr)},
            {"within_ms", in_ms(clock.error)},
            {"steady", clock.steady},
            {"probes", clock.probes}};
}

Json capture_json(const TraceView& view, Side side) {
    const trace::Coverage& coverage = view.captures.coverage(side);
    const trace::Completeness sum = view.judge.completeness(side);
    Json not_read = Json::object();
    for (const TraceCaptures::NotRead& one : view.captures.not_read(side))
        not_read[one.what] = one.packets;
    return {{"from", coverage.empty() ? Json(nullptr) : Json(unix_s(coverage.first()))},
            {"to", coverage.empty() ? Json(nullptr) : Json(unix_s(coverage.last()))},
            {"packets", view.captures.packets(side)},
            {"sip", view.join.messages(side)},
            {"cut", coverage.cut()},
            {"cut_at", coverage.cut() > 0 ? Json(coverage.cut_at()) : Json(nullptr)},
            {"cut_messages", coverage.cut_messages()},
            {"not_read", not_read},
            {"dropped", coverage.dropped()},
            {"answered_probes", sum.answered},
            {"requests_of_them", sum.requests},
            {"answers_of_them", sum.answers},
            {"clock", clock_json(view.judge.offset(side))}};
}

Json probe_json(const TraceView& view, const Judged& one) {
    const trace::Probe& probe = *one.probe;
    Json json{{"event", "probe"},
              {"time", local_moment(probe.sent)},
              {"timestamp", unix_s(probe.sent)},
              {"target", view.book.text(probe.target)},
              {"callid", view.book.call_id_text(probe)},
              {"kind", to_string(probe.kind)},
              {"verdict", to_string(one.judgement.verdict)},
              {"network_ms", nullptr},
              {"far_end_ms", nullptr},
              {"detail", detail_words(probe, one.judgement, view.has_near())},
              {"far", side_json(probe.far)}};
    if (one.judgement.has_times) {
        json["network_ms"] = in_ms(one.judgement.network);
        json["far_end_ms"] = in_ms(one.judgement.thinking);
    }
    if (view.has_near()) json["near"] = side_json(probe.near);
    return json;
}

Json summary_json(std::string_view text, std::size_t probes, const Counts& counts) {
    Json verdicts = Json::object();
    for (std::size_t i = 0; i < trace::verdict_count; ++i)
        verdicts[std::string{to_string(static_cast<trace::Verdict>(i))}] = counts[i];
    return {{"event", "summary"}, {"text", text}, {"probes", probes}, {"verdicts", verdicts}};
}

}  // namespace

std::string trace_csv(const TraceView& view) {
    std::string text =
        "time,timestamp,target,callid,kind,verdict,network_ms,far_end_ms,near_request,far_request,"
        "far_answer,near_answer,detail\n";
    for (const Judged& one : view.probes) {
        const trace::Probe& probe = *one.probe;
        const bool times = one.judgement.has_times;
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", local_moment(probe.sent),
                            unix_text(probe.sent), csv_field(view.book.text(probe.target)),
                            csv_field(view.book.call_id_text(probe)), to_string(probe.kind),
                            to_string(one.judgement.verdict),
                            times ? fmt::format("{:.3f}", in_ms(one.judgement.network)) : "",
                            times ? fmt::format("{:.3f}", in_ms(one.judgement.thinking)) : "",
                            seen_text(probe.near.request, probe.near.requests),
                            seen_text(probe.far.request, probe.far.requests),
                            seen_text(probe.far.final, probe.far.finals),
                            seen_text(probe.near.final, probe.near.finals),
                            csv_field(detail_words(probe, one.judgement, view.has_near())));
    }
    return text;
}

std::string trace_json(const TraceView& view) {
    std::string text;
    for (const Judged& one : view.probes)
        text += json_line(probe_json(view, one)) + '\n';
    for (const trace::Rewrites::Sum& sum : view.join.rewrites().sums())
        text += json_line(
                    {{"event", "rewritten"},
                     {"message", sum.answer ? "answer" : "request"},
                     {"header", sum.example.name},
                     {"count", sum.count},
                     {"compared", view.join.rewrites().compared(sum.answer)},
                     {"callid", fmt::format("{:010}", sum.call_id)},
                     {"before", sum.example.has_before ? Json(sum.example.before) : Json(nullptr)},
                     {"after", sum.example.has_after ? Json(sum.example.after) : Json(nullptr)}}) +
                '\n';
    Json all = summary_json(trace_summary(view), view.probes.size(), view.counts);
    for (const bool answer : {false, true})
        all["compared"][answer ? "answers" : "requests"] = view.join.rewrites().compared(answer);
    all["far"] = capture_json(view, Side::far);
    if (view.has_near()) all["near"] = capture_json(view, Side::near);
    return text + json_line(all) + '\n';
}

std::string trace_json_of_nothing(std::string_view text) {
    return json_line(summary_json(text, 0, {})) + '\n';
}

}  // namespace sipping::app
