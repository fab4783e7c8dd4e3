#include "sipping/trace/verdict.hpp"

#include <algorithm>

namespace sipping::trace {
namespace {

Judgement undecided(Reason reason) noexcept {
    return {.verdict = Verdict::undecided, .reason = reason};
}

/// By an ICMP error that only the host itself sends.
bool was_refused(const Probe& probe) noexcept {
    constexpr std::string_view by_host = "port-unreachable";
    std::array<char, 32> scratch{};
    for (const Seen* seen : {&probe.near, &probe.far})
        if (seen->errors > 0 && !seen->error_of_answer &&
            icmp_name(seen->error, scratch) == by_host)
            return true;
    log::Row row;
    row.detail = probe.detail;
    return probe.kind == Kind::icmp && row.detail_of("icmp") == by_host;
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
    static constexpr std::array<std::string_view, verdict_count> words{
        "answered",  "never-left",   "lost-there", "unanswered",
        "lost-back", "not-received", "too-late",   "undecided"};
    return words[static_cast<std::size_t>(verdict)];
}

void Witnesses::sort() {
    std::ranges::sort(all_, {}, &One::sent);
}

Witnesses::Say Witnesses::say(WallTime sent) const noexcept {
    if (all_.empty()) return Say::nobody;
    const auto after = std::ranges::upper_bound(all_, sent, {}, &One::sent);
    if (after != all_.begin() && !std::prev(after)->is_there) return Say::missing;
    if (after != all_.end() && !after->is_there) return Say::missing;
    return Say::present;
}

Judge::Judge(const ProbeBook& book, const Coverage& far, const Coverage* near)
    : book_(book),
      far_(far),
      near_(near),
      far_offset_(clock_offset(book, Side::far)),
      near_offset_(clock_offset(book, Side::near)) {
    for (auto& side : groups_)
        side.resize(book.groups());
    for (const Probe& probe : book.probes()) {
        count(probe, Side::far);
        if (near_ != nullptr) count(probe, Side::near);
    }
    for (auto& side : groups_)
        for (Group& group : side) {
            group.requests.sort();
            group.answers.sort();
        }
}

void Judge::count(const Probe& probe, Side side) {
    Group& group = groups_[static_cast<std::size_t>(side)][probe.group];
    Completeness& sum = group.complete;
    const Seen& seen = probe.at(side);
    if (seen.any_message()) ++sum.any;
    if (!probe.answered() || !probe.latency) {
        // A lost one that is there shows as well that the capture has such packets.
        if (seen.requests > 0) group.requests.add(probe.sent, true);
        const bool refused = seen.errors > 0 && !seen.error_of_answer;
        if (seen.finals > 0 || seen.provisionals > 0 || refused)
            group.answers.add(probe.sent, true);
        return;
    }
    const ClockOffset& clock = offset(side);
    const Coverage& coverage = side == Side::far ? far_ : *near_;
    const WallTime sent = clock.there(probe.sent);
    if (!coverage.covers(sent - clock.error, sent + *probe.latency + clock.error)) return;
    ++sum.answered;
    if (seen.requests > 0) ++sum.requests;
    if (seen.finals > 0) ++sum.answers;
    group.requests.add(probe.sent, seen.requests > 0);
    group.answers.add(probe.sent, seen.requests > 0 && seen.finals > 0);
}

Completeness Judge::completeness(Side side) const noexcept {
    Completeness sum;
    for (const Group& group : groups_[static_cast<std::size_t>(side)]) {
        const Completeness& one = group.complete;
        if (one.any == 0) continue;
        sum.answered += one.answered;
        sum.requests += one.requests;
        sum.answers += one.answers;
        sum.any += one.any;
    }
    return sum;
}

bool Judge::is_of_another_time(const Probe& probe, Side side) const {
    const ClockOffset& clock = offset(side);
    const Seen& seen = probe.at(side);
    if (!clock.known || !seen.any_message()) return false;
    const WallTime at = seen.requests > 0 ? seen.request
                        : seen.finals > 0 ? seen.final
                                          : seen.provisional;
    return std::chrono::abs(at - clock.there(probe.sent)) > same_within + clock.error;
}

Judgement Judge::judge(const Probe& probe) const {
    if (probe.kind == Kind::local || probe.kind == Kind::send_error)
        return {.verdict = Verdict::never_left};
    if (is_of_another_time(probe, Side::far) ||
        (near_ != nullptr && is_of_another_time(probe, Side::near)))
        return undecided(Reason::other_time);
    if (probe.kind == Kind::pending && !probe.latency) return undecided(Reason::run_ended);
    if (probe.far.finals > 0 || probe.near.finals > 0 || probe.latency)
        return answered_there(probe);
    if (probe.far.errors > 0 && probe.far.error_of_answer) return lost_back(probe);
    if (probe.far.any_message()) return arrived(probe);
    return not_there(probe);
}

/// A final answer was seen somewhere.
Judgement Judge::answered_there(const Probe& probe) const {
    Judgement result;
    std::optional<Duration> took = probe.latency;
    if (!took && probe.near.finals > 0)
        took = probe.near.final -
               (probe.near.requests > 0 ? probe.near.request : near_offset_.there(probe.sent));
    const bool has_thought = probe.far.requests > 0 && probe.far.finals > 0;
    if (has_thought) result.thinking = probe.far.final - probe.far.request;
    // What took longer than all that were in time may have been too late; only the log could tell.
    const Duration in_time = std::max(in_time_least, book_.answered_within(probe.target));
    const bool slow = !probe.latency && took.value_or(result.thinking) > in_time;
    if (!took && !slow) return lost_back(probe);
    if (took && has_thought) {
        result.has_times = true;
        result.network = *took - result.thinking;
    }
    if (slow) {
        result.reason = Reason::slow;
        return result;
    }
    result.verdict = probe.answered() ? Verdict::answered
                     : probe.latency  ? Verdict::too_late
                                      : Verdict::not_received;
    return result;
}

/// It was answered, and neither the prober nor the near capture has the answer.
Judgement Judge::lost_back(const Probe& probe) const {
    return {.verdict = Verdict::lost_back, .maybe_ours = !near_is_sure(probe, true)};
}

Judgement Judge::arrived(const Probe& probe) const {
    const WallTime from = probe.far.requests > 0 ? probe.far.request : probe.far.provisional;
    const Duration silence = std::max(patience, book_.answered_within(probe.target));
    if (!far_.covers(from, from + silence)) return undecided(Reason::capture_ends);
    if (far_.dropped() > 0) return undecided(Reason::dropped);
    if (const Reason reason = why_no_proof(probe, true); reason != Reason::none)
        return undecided(reason);
    return {.verdict = Verdict::unanswered};
}

/// Whether the near capture would have the request, had it left; or the answer, had it come.
bool Judge::near_is_sure(const Probe& probe, bool answers) const {
    if (near_ == nullptr || near_->dropped() > 0 || !near_offset_.known) return false;
    const WallTime sent = near_offset_.there(probe.sent);
    const Duration until = answers ? book_.answered_within(probe.target) : Duration{};
    if (!near_->covers(sent - near_offset_.error, sent + until + near_offset_.error)) return false;
    const Group& group = of(probe, Side::near);
    if (Completeness::is_short(answers ? group.complete.answers : group.complete.requests,
                               group.complete.answered))
        return false;
    return (answers ? group.answers : group.requests).say(probe.sent) == Witnesses::Say::present;
}

/// Nothing of it was seen at the far end.
Judgement Judge::not_there(const Probe& probe) const {
    const bool left = probe.near.any_message() || probe.near.errors > 0 || probe.far.errors > 0;
    if (was_refused(probe)) return undecided(Reason::refused);
    if (!left && near_is_sure(probe, false)) return {.verdict = Verdict::never_left};
    if (const Reason reason = why_not_there(probe); reason != Reason::none)
        return undecided(reason);
    return {.verdict = Verdict::lost_there, .maybe_ours = !left};
}

/// Why the far capture's silence proves nothing.
Reason Judge::why_not_there(const Probe& probe) const {
    const WallTime at = far_offset_.there(probe.sent);
    const WallTime first = at - far_offset_.error;
    const WallTime last = at + far_offset_.error;
    for (const WallTime edge : {first, last}) {
        switch (far_.where(edge)) {
            case Coverage::Where::before: return Reason::before_capture;
            case Coverage::Where::after: return Reason::after_capture;
            case Coverage::Where::hole: return Reason::between_files;
            case Coverage::Where::inside: break;
        }
    }
    if (!far_.covers(first, last)) return Reason::between_files;
    if (far_.dropped() > 0) return Reason::dropped;
    return why_no_proof(probe, false);
}

/// Why the far capture may lack what there was.
Reason Judge::why_no_proof(const Probe& probe, bool answers) const {
    const Group& group = of(probe, Side::far);
    if (group.complete.any == 0) return Reason::other_target;
    // Without answered ones nobody knows when it would have been there.
    if (!answers && !far_offset_.known) return Reason::no_witness;
    switch ((answers ? group.answers : group.requests).say(probe.sent)) {
        case Witnesses::Say::nobody: return Reason::no_witness;
        case Witnesses::Say::missing: return Reason::incomplete;
        case Witnesses::Say::present: break;
    }
    const bool is_short = Completeness::is_short(
        answers ? group.complete.answers : group.complete.requests, group.complete.answered);
    return is_short ? Reason::incomplete : Reason::none;
}

}  // namespace sipping::trace
