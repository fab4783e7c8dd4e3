#include "sipping/trace/verdict.hpp"

#include <algorithm>

namespace sipping::trace {
namespace {

Judgement undecided(Reason reason) noexcept {
    return {.verdict = Verdict::undecided, .reason = reason};
}

/// When a final response was seen, or first quoted by an ICMP error.
std::optional<WallTime> answer_at(const Seen& seen) noexcept {
    if (seen.finals > 0) return seen.final;
    if (seen.answer_errors.count > 0) return seen.answer_errors.at;
    return std::nullopt;
}

/// When one left the far end, which sends all fragments of it.
std::optional<WallTime> left_at(const Seen& far) noexcept {
    const auto at = answer_at(far);
    return at || !far.answer_in_part ? at : far.answer_piece;
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
    static constexpr std::array<std::string_view, verdict_count> words{
        "answered",    "never-left", "lost-there",   "turned-back", "rejected", "unanswered",
        "misdirected", "lost-back",  "not-received", "refused",     "too-late", "undecided"};
    return words[static_cast<std::size_t>(verdict)];
}

Judge::Judge(const ProbeBook& book, const Coverage& far, const Coverage* near)
    : book_(book),
      far_(far),
      near_(near),
      far_evidence_(book, far, Side::far),
      near_evidence_(book, near != nullptr ? *near : Coverage{}, Side::near),
      sides_fit_(sides_fit()) {}

/// From request to answer it takes longer at our end than at the far one, by no clock but that of
/// each capture. Where it does not, verdicts would be those of another path.
bool Judge::sides_fit() const noexcept {
    std::uint64_t longer_near = 0;
    std::uint64_t longer_far = 0;
    std::uint64_t both = 0;
    const auto is_there = [](const Seen& seen) { return seen.requests > 0 && seen.finals > 0; };
    for (const Probe& probe : book_.probes()) {
        if (!probe.latency || !is_there(probe.near) || !is_there(probe.far)) continue;
        const Duration near = probe.near.final - probe.near.request;
        const Duration far = probe.far.final - probe.far.request;
        ++both;
        if (near > far) ++longer_near;
        if (far > near) ++longer_far;
    }
    return both == 0 || longer_near > longer_far;
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
    Judgement result = sides_fit_ || probe.latency ? decide(probe) : undecided(Reason::swapped);
    if (!sides_fit_) result.has_times = false;
    if (result.reason == Reason::cut) result.count = far_.cut_at();
    // Of what is told already, or of the side that is nearer to where it was sent from.
    if (probe.latency) return result;
    if (result.detour.how == Return::unknown) result.detour = detour(probe, Side::far);
    for (const Side side : {Side::near, Side::far})
        result.strays[static_cast<std::size_t>(side)] = stray(probe, side);
    return result;
}

Judgement Judge::decide(const Probe& probe) const {
    if ((probe.kind == Kind::local || probe.kind == Kind::send_error) &&
        !probe.near.any_message() && !probe.far.any_message())
        return {.verdict = Verdict::never_left};
    if (is_of_another_time(probe, Side::far) ||
        (near_ != nullptr && is_of_another_time(probe, Side::near)))
        return undecided(Reason::other_time);
    const bool answered = left_at(probe.far) || answer_at(probe.near) || probe.latency;
    if (!answered)
        if (const auto refused = by_icmp(probe)) return *refused;
    if (probe.kind == Kind::pending && !probe.latency) return undecided(Reason::run_ended);
    if (answered) return answered_there(probe);
    if (probe.far.any_message()) return arrived(probe);
    const Judgement result = not_there(probe);
    return probe.far.request_in_part && result.verdict == Verdict::undecided
               ? undecided(Reason::in_part)
               : result;
}

/// A final answer was seen somewhere.
Judgement Judge::answered_there(const Probe& probe) const {
    if (const auto elsewhere = not_straight(probe)) return *elsewhere;
    Judgement result;
    std::optional<Duration> took = probe.latency;
    if (const auto came = answer_at(probe.near); !took && came)
        took = *came - (probe.near.requests > 0 ? probe.near.request
                                                : offset(Side::near).there(probe.sent));
    const auto left = left_at(probe.far);
    const bool has_thought = probe.far.requests > 0 && left;
    if (has_thought) result.thinking = *left - probe.far.request;
    // What took longer than all that were in time may have been too late; only the log could tell.
    const Duration in_time = std::max(in_time_least, book_.answered_within(probe.target));
    const bool slow = !probe.latency && took.value_or(result.thinking) > in_time;
    const bool not_read = !probe.latency && !slow && was_not_read(probe);
    if (!took && !slow && !not_read) return lost_back(probe);
    // Of several answers, nobody knows which one came.
    const bool one_answer = probe.far.final_last - probe.far.final <= same_answer;
    if (took && has_thought && one_answer) {
        result.has_times = true;
        result.network = *took - result.thinking;
    }
    if (slow) {
        result.reason = Reason::slow;
        return result;
    }
    if (not_read) {
        const bool at_near = probe.near.finals > 0;
        result.verdict = Verdict::refused;
        result.maybe_ours = !at_near;
        result.syntax = book_.text(at_near ? probe.near.syntax : probe.far.syntax);
        return result;
    }
    result.verdict = probe.answered() ? Verdict::answered
                     : probe.latency  ? Verdict::too_late
                                      : Verdict::not_received;
    return result;
}

Detour Judge::detour(const Probe& probe, Side side) const {
    Detour detour;
    detour.how = book_.returned(probe, side);
    detour.side = side;
    if (detour.how == Return::straight) detour.how = Return::unknown;
    // Answers that came from there arrived.
    if (detour.how == Return::other_source && evidence(side).of(probe).other_source > 0)
        detour.how = Return::unknown;
    if (detour.how == Return::unknown) return detour;
    const Seen& seen = probe.at(side);
    const Flows& flows = book_.flows(side);
    constexpr std::uint16_t sip_port = 5060;  // RFC 3261 section 18.2.2: of a Via without a port
    detour.request = flows.at(seen.request_flows[0]);
    detour.answer = flows.at(seen.answer_flow);
    const Endpoint asked{detour.request.source.address,
                         seen.sent_by_port != 0 ? seen.sent_by_port : sip_port};
    detour.was_asked_for = !seen.has_rport && detour.answer.destination == asked;
    return detour;
}

/// An answer that the prober could not get, since it went or came elsewhere than where its request
/// came from.
std::optional<Judgement> Judge::not_straight(const Probe& probe) const {
    if (probe.latency) return std::nullopt;
    const Return at_far = book_.returned(probe, Side::far);
    const Return at_near = book_.returned(probe, Side::near);
    const auto told = [&](Verdict verdict, Reason reason, Side side) {
        Judgement result{.verdict = verdict, .reason = reason};
        result.detour = detour(probe, side);
        return result;
    };
    const bool came_straight = at_near == Return::straight || at_near == Return::other_source;
    if (at_far == Return::astray && !came_straight) {
        if (evidence(Side::far).of(probe).astray > 0)
            return told(Verdict::undecided, Reason::astray_too, Side::far);
        return told(Verdict::misdirected, Reason::none, Side::far);
    }
    if (at_near != Return::astray) return std::nullopt;
    if (evidence(Side::near).of(probe).astray > 0)
        return told(Verdict::undecided, Reason::astray_too, Side::near);
    // Sent right and come wrong: changed on the way.
    if (at_far != Return::unknown) return told(Verdict::lost_back, Reason::none, Side::near);
    return told(Verdict::undecided, Reason::astray, Side::near);
}

/// The answer is none that a strict reader takes, or came while something came that the log could
/// put to no probe; and no capture of our end says that it did not arrive.
bool Judge::was_not_read(const Probe& probe) const {
    const bool at_near = probe.near.finals > 0;
    if (!at_near && near_is_sure(probe, true)) return false;
    const Seen& seen = at_near ? probe.near : probe.far;
    if (seen.finals == 0) return false;
    return book_.reads_forgivingly() ? at_near && probe.unread : seen.final_refused;
}

/// It was answered, and neither the prober nor the near capture has the answer.
Judgement Judge::lost_back(const Probe& probe) const {
    if (stray(probe, Side::far) == Stray::none && may_have_come(probe))
        return undecided(Reason::unattributed);
    const bool is_ours = !near_is_sure(probe, true);
    const SeenErrors& errors = probe.far.answer_errors;
    // It came to where it was sent.
    if (is_ours && errors.count > 0 && errors.from == SeenErrors::From::receiver)
        return {.verdict = Verdict::not_received};
    return {.verdict = Verdict::lost_back, .maybe_ours = is_ours};
}

/// What came back to its port and belongs to no probe, while an answer may have come.
Stray Judge::stray(const Probe& probe, Side side) const {
    return book_.stray(probe, side, std::max(patience, book_.answered_within(probe.target)));
}

/// Something came to the prober that may be its answer, made unreadable on the way or of a box on
/// it. What only the log tells of may have come to another port, which a near capture tells.
bool Judge::may_have_come(const Probe& probe) const {
    return stray(probe, Side::near) != Stray::none || (probe.unread && !near_is_sure(probe, true));
}

Judgement Judge::arrived(const Probe& probe) const {
    const WallTime from = probe.far.requests > 0 ? probe.far.request : probe.far.provisional;
    const Duration silence = std::max(patience, book_.answered_within(probe.target));
    if (!far_.covers(from, from + silence)) return undecided(Reason::capture_ends);
    if (far_.dropped_in(from, from + silence)) return undecided(Reason::dropped);
    if (const Reason reason = why_no_proof(probe, true); reason != Reason::none)
        return undecided(reason);
    if (stray(probe, Side::far) == Stray::cut) return undecided(Reason::cut);
    // What else it sent to that port, or somebody on the way did, is no answer of it.
    return {.verdict = Verdict::unanswered};
}

/// Whether the near capture would have the request, had it left; or the answer, had it come.
bool Judge::near_is_sure(const Probe& probe, bool answers) const {
    const ClockOffset& clock = offset(Side::near);
    if (near_ == nullptr || !clock.known) return false;
    const WallTime first = clock.there(probe.sent) - clock.error;
    const Duration until = answers ? book_.answered_within(probe.target) : Duration{};
    const WallTime last = clock.there(probe.sent) + until + clock.error;
    return near_->covers(first, last) && !near_->dropped_in(first, last) &&
           near_evidence_.say(probe, answers) == Witnesses::Say::present;
}

/// Nothing of it was seen at the far end.
Judgement Judge::not_there(const Probe& probe) const {
    const bool left =
        probe.near.any_message() || probe.near.request_in_part || probe.far.request_in_part;
    if (!left && near_is_sure(probe, false)) return {.verdict = Verdict::never_left};
    if (far_evidence_.of(probe).any == 0 || !offset(Side::far).known) return unknown_time(probe);
    if (const Reason reason = why_not_there(probe); reason != Reason::none)
        return undecided(reason);
    if (probe.near.provisionals > 0) return undecided(Reason::taken);
    if (may_have_come(probe)) return undecided(Reason::unattributed);
    return {.verdict = Verdict::lost_there, .maybe_ours = !left};
}

/// Without answered probes nobody knows when it would have been there. What is far off is outside
/// of the capture's time; for the rest the capture is of something else, or cannot be read.
Judgement Judge::unknown_time(const Probe& probe) const {
    const ClockOffset& clock = offset(Side::far);
    const WallTime at = clock.there(probe.sent);
    if (far_.empty()) return undecided(Reason::other_target);
    if (far_.where(at + clock.error) == Coverage::Where::before)
        return undecided(Reason::before_capture);
    if (far_.where(at - clock.error) == Coverage::Where::after)
        return undecided(Reason::after_capture);
    if (far_.cut_messages() > 0) return undecided(Reason::cut);
    if (far_evidence_.of(probe).any > 0) return undecided(Reason::no_witness);
    const std::uint64_t unread = book_.unread(Side::far, probe);
    Judgement result = undecided(unread > 0 ? Reason::unread : Reason::other_target);
    result.count = unread;
    return result;
}

/// Why the far capture's silence proves nothing.
Reason Judge::why_not_there(const Probe& probe) const {
    const ClockOffset& clock = offset(Side::far);
    const WallTime first = clock.there(probe.sent) - clock.error;
    const WallTime last = clock.there(probe.sent) + clock.error;
    for (const WallTime edge : {first, last}) {
        switch (far_.where(edge)) {
            case Coverage::Where::before: return Reason::before_capture;
            case Coverage::Where::after: return Reason::after_capture;
            case Coverage::Where::hole: return Reason::between_files;
            case Coverage::Where::inside: break;
        }
    }
    if (!far_.covers(first, last)) return Reason::between_files;
    if (far_.dropped_in(first, last)) return Reason::dropped;
    return why_no_proof(probe, false);
}

/// Why the far capture may lack what there was.
Reason Judge::why_no_proof(const Probe& probe, bool answers) const {
    switch (far_evidence_.say(probe, answers)) {
        case Witnesses::Say::nobody: return Reason::no_witness;
        case Witnesses::Say::missing:
            return far_.cut_messages() > 0 ? Reason::cut : Reason::incomplete;
        case Witnesses::Say::present: break;
    }
    return Reason::none;
}

}  // namespace sipping::trace
