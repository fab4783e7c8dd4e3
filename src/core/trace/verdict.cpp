#include "sipping/trace/verdict.hpp"

#include <algorithm>

namespace sipping::trace {
namespace {

Judgement undecided(Reason reason) noexcept {
    return {.verdict = Verdict::undecided, .reason = reason};
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
    static constexpr std::array<std::string_view, verdict_count> words{
        "answered",  "never-left",   "lost-there", "unanswered",
        "lost-back", "not-received", "too-late",   "undecided"};
    return words[static_cast<std::size_t>(verdict)];
}

Judge::Judge(const ProbeBook& book, const Coverage& far, const Coverage* near, bool one_target)
    : book_(book),
      far_(far),
      near_(near),
      one_target_(one_target),
      far_offset_(clock_offset(book, Side::far)),
      near_offset_(clock_offset(book, Side::near)) {
    std::uint32_t targets = 0;
    for (const Probe& probe : book.probes())
        targets = std::max(targets, probe.target + 1);
    for (auto& side : complete_)
        side.resize(targets);
    for (const Probe& probe : book.probes()) {
        count(probe, Side::far);
        if (near_ != nullptr) count(probe, Side::near);
    }
}

void Judge::count(const Probe& probe, Side side) {
    Completeness& sum = complete_[static_cast<std::size_t>(side)][probe.target];
    const Seen& seen = probe.at(side);
    if (seen.any_message()) ++sum.any;
    if (!probe.answered() || !probe.latency) return;
    const ClockOffset& clock = offset(side);
    const Coverage& coverage = side == Side::far ? far_ : *near_;
    const WallTime sent = clock.there(probe.sent);
    if (!coverage.covers(sent - clock.error, sent + *probe.latency + clock.error)) return;
    ++sum.answered;
    if (seen.requests > 0) ++sum.requests;
    if (seen.finals > 0) ++sum.answers;
}

Completeness Judge::completeness(Side side) const noexcept {
    Completeness sum;
    for (const Completeness& one : complete_[static_cast<std::size_t>(side)]) {
        if (one.any == 0) continue;
        sum.answered += one.answered;
        sum.requests += one.requests;
        sum.answers += one.answers;
        sum.any += one.any;
    }
    return sum;
}

Judgement Judge::judge(const Probe& probe) const {
    if (probe.kind == Kind::local || probe.kind == Kind::send_error)
        return {.verdict = Verdict::never_left};
    if (probe.far.finals > 0 || probe.near.finals > 0 || probe.latency)
        return answered_there(probe);
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
    if (!took) return {.verdict = Verdict::lost_back};
    if (probe.far.requests > 0 && probe.far.finals > 0) {
        result.has_times = true;
        result.thinking = probe.far.final - probe.far.request;
        result.network = *took - result.thinking;
    }
    if (probe.answered())
        result.verdict = Verdict::answered;
    else if (!probe.latency && *took <= book_.answered_within())
        result.verdict = Verdict::not_received;
    else
        result.verdict = Verdict::too_late;
    return result;
}

Judgement Judge::arrived(const Probe& probe) const {
    const WallTime from = probe.far.requests > 0 ? probe.far.request : probe.far.provisional;
    if (!far_.covers(from, from + patience)) return undecided(Reason::capture_ends);
    if (far_.dropped() > 0) return undecided(Reason::dropped);
    const Completeness& sum = of(probe, Side::far);
    if (Completeness::is_short(sum.answers, sum.answered)) return undecided(Reason::incomplete);
    return {.verdict = Verdict::unanswered};
}

/// Whether the near capture would have the request, had it left.
bool Judge::near_is_sure(const Probe& probe) const {
    if (near_ == nullptr || near_->dropped() > 0) return false;
    const WallTime sent = near_offset_.there(probe.sent);
    if (!near_->covers(sent - near_offset_.error, sent + near_offset_.error)) return false;
    const Completeness& sum = of(probe, Side::near);
    if (Completeness::is_short(sum.requests, sum.answered)) return false;
    return sum.any > 0 || one_target_;
}

/// Nothing of it was seen at the far end.
Judgement Judge::not_there(const Probe& probe) const {
    const bool left = probe.near.any_message() || probe.near.errors > 0 || probe.far.errors > 0 ||
                      probe.kind == Kind::icmp;
    if (!left && near_is_sure(probe)) return {.verdict = Verdict::never_left};
    if (const Reason reason = why_not_there(probe); reason != Reason::none)
        return undecided(reason);
    return {.verdict = Verdict::lost_there, .maybe_never_left = !left};
}

/// Why the far capture's silence proves nothing.
Reason Judge::why_not_there(const Probe& probe) const {
    const WallTime at = far_offset_.there(probe.sent);
    for (const WallTime edge : {at - far_offset_.error, at + far_offset_.error}) {
        switch (far_.where(edge)) {
            case Coverage::Where::before: return Reason::before_capture;
            case Coverage::Where::after: return Reason::after_capture;
            case Coverage::Where::hole: return Reason::between_files;
            case Coverage::Where::inside: break;
        }
    }
    const Completeness& sum = of(probe, Side::far);
    if (sum.any == 0 && (sum.answered > 0 || !one_target_)) return Reason::other_target;
    if (far_.dropped() > 0) return Reason::dropped;
    if (Completeness::is_short(sum.requests, sum.answered)) return Reason::incomplete;
    return Reason::none;
}

}  // namespace sipping::trace
