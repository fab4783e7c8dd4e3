#include "sipping/trace/words.hpp"

#include <fmt/format.h>

#include "sipping/base/grouped.hpp"

namespace sipping::trace {
namespace {

std::string reason_words(const Judgement& judgement) {
    switch (judgement.reason) {
        case Reason::none: return "";
        case Reason::before_capture: return "sent before the far capture begins";
        case Reason::after_capture: return "sent after the far capture ends";
        case Reason::between_files: return "sent between two files of the far capture";
        case Reason::capture_ends: return "arrived, but the far capture ends too soon after it";
        case Reason::dropped: return "the far capture lost packets, maybe this one";
        case Reason::incomplete: return "the far capture lacks probes that were answered";
        case Reason::no_witness:
            return "no answered probe of this target shows that the far capture would have it";
        case Reason::other_target: return "the far capture has no packet of this target";
        case Reason::unread:
            return fmt::format(
                "the far capture has {} packets of this target's address, none that can be read",
                grouped(judgement.count));
        case Reason::cut:
            return fmt::format(
                "the far capture has its packets cut at {} bytes, before their Call-ID",
                judgement.count);
        case Reason::other_time: return "its Call-ID was captured at quite another time";
        case Reason::slow:
            return "answered, later than any answer in time: perhaps after the timeout";
        case Reason::unattributed:
            return "what came from its target meanwhile belongs to no probe: perhaps its response";
        case Reason::run_ended: return "the run ended before its timeout";
        case Reason::in_part: return "the far capture has a fragment of it, not all";
        case Reason::taken:
            return "a provisional answer came, but the far capture has nothing of it: something "
                   "before it took it";
        case Reason::swapped:
            return "answers take no longer in the near capture than in the far one: they are "
                   "swapped, or of one place";
        case Reason::astray:
            return "the answer came elsewhere than its request left from, by the far end's doing "
                   "or by a NAT's";
        case Reason::astray_too:
            return "the answer went elsewhere than its request came from, but so did answers that "
                   "arrived";
    }
    return "";
}

void add(std::string& text, std::string_view more) {
    if (more.empty()) return;
    if (!text.empty()) text += "; ";
    text += more;
}

std::string syntax_words(const Judgement& judgement) {
    if (judgement.verdict != Verdict::refused) return {};
    if (judgement.syntax.empty()) return ", not correct SIP";
    return fmt::format(", not correct SIP ({})", judgement.syntax);
}

/// What is wrong with how an answer went, and by which rule.
std::string detour_words(const Detour& detour) {
    const Flow& request = detour.request;
    const Flow& answer = detour.answer;
    const bool at_far = detour.side == Side::far;
    if (detour.how == Return::other_source)
        return fmt::format(
            "it was sent from {}, the request went to {}: a NAT or firewall may have stopped it "
            "(RFC 3581 section 4)",
            to_string(answer.source), to_string(request.destination));
    if (detour.how != Return::astray) return {};
    std::string text =
        fmt::format("it {} {}, the request {} {}", at_far ? "was sent to" : "came to",
                    to_string(answer.destination), at_far ? "came from" : "left from",
                    to_string(request.source));
    if (!at_far) return text;
    if (detour.was_asked_for)
        return text + ": as its Via asks, which has no rport (RFC 3261 section 18.2.2)";
    if (answer.destination.address == request.source.address)
        return text + ": rport ignored (RFC 3581 section 4)";
    return text + ": its source address ignored (RFC 3261 section 18.2.2)";
}

std::string_view other_words(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::lost_there:
        case Verdict::turned_back: return "never left our host";
        case Verdict::refused: return "lost on the way back";
        default: return "lost at our host";
    }
}

std::string_view sender_words(SeenErrors::From from, bool of_answer) noexcept {
    switch (from) {
        case SeenErrors::From::between: return "a box on the way";
        case SeenErrors::From::sender: return of_answer ? "the far end" : "our own host";
        case SeenErrors::From::receiver:
            return of_answer ? "our host or its NAT" : "the host asked";
    }
    return "";
}

std::string error_words(const SeenErrors& errors, bool of_answer) {
    std::array<char, 32> scratch{};
    return fmt::format("ICMP {} from {}, {}, about the {}", icmp_name(errors.first, scratch),
                       to_string(errors.first.from), sender_words(errors.from, of_answer),
                       of_answer ? "answer" : "request");
}

/// Of both sides: what was said, by whom, and how far that came.
void add_errors(std::string& text, const SeenErrors& near, const SeenErrors& far, bool of_answer,
                bool has_near, std::string_view log) {
    const std::string at_near = near.count > 0 ? error_words(near, of_answer) : "";
    const std::string at_far = far.count > 0 ? error_words(far, of_answer) : "";
    const std::string_view not_near = has_near && at_near.empty() ? ", not near" : "";
    if (!at_near.empty() && at_near == at_far)
        return add(text, fmt::format("{} (seen near and far{})", at_near, log));
    if (!at_near.empty()) add(text, fmt::format("{} (seen near{})", at_near, log));
    if (!at_far.empty()) add(text, fmt::format("{} (seen far{}{})", at_far, not_near, log));
}

void add_request_errors(std::string& text, const Probe& probe, bool has_near) {
    const bool in_log = probe.kind == Kind::icmp;
    const SeenErrors& near = probe.near.request_errors;
    const SeenErrors& far = probe.far.request_errors;
    add_errors(text, near, far, false, has_near, in_log ? ", in the log" : ", not in the log");
    if (!in_log || near.count > 0 || far.count > 0) return;
    record::Row row;
    row.detail = probe.detail;
    add(text, fmt::format("ICMP {} from {} (in the log)", row.detail_of("icmp").value_or("error"),
                          row.detail_of("icmp_from").value_or("?")));
}

void add_logged_unread(std::string& text, const Probe& probe) {
    if (!probe.unread) return;
    record::Row row;
    row.detail = probe.detail;
    add(text, fmt::format("unread datagrams meanwhile: {} (in the log)",
                          row.detail_of("unread").value_or("")));
}

void add_strays(std::string& text, const Judgement& judgement) {
    const bool near = judgement.strays[static_cast<std::size_t>(Side::near)] != Stray::none;
    const bool far = judgement.strays[static_cast<std::size_t>(Side::far)] != Stray::none;
    if (!near && !far) return;
    add(text, fmt::format("what came back to its port belongs to no probe (seen {})",
                          near && far ? "near and far"
                          : near      ? "near"
                                      : "far"));
}

void add_pieces(std::string& text, const Probe& probe, const Judgement& judgement) {
    const auto add_one = [&](std::string_view what, const Seen& seen, std::string_view side) {
        const bool whole = what == "request" ? seen.requests > 0 : seen.finals > 0;
        const bool in_part = what == "request" ? seen.request_in_part : seen.answer_in_part;
        if (in_part && !whole) add(text, fmt::format("{} in part (seen {})", what, side));
    };
    if (judgement.reason != Reason::in_part) add_one("request", probe.far, "far");
    add_one("request", probe.near, "near");
    add_one("answer", probe.far, "far");
    add_one("answer", probe.near, "near");
}

void add_counts(std::string& text, const Seen& near, const Seen& far) {
    if (far.requests > 1) add(text, fmt::format("request captured {} times", far.requests));
    if (far.provisionals > 0)
        add(text, fmt::format("{} was sent", far.provisional_status));
    else if (near.provisionals > 0)
        add(text, fmt::format("{} came", near.provisional_status));
    if (far.finals > 1) add(text, fmt::format("answer captured {} times", far.finals));
}

}  // namespace

std::string_view verdict_words(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::answered: return "answered in time";
        case Verdict::never_left: return "never left our host";
        case Verdict::lost_there: return "lost on the way there";
        case Verdict::turned_back: return "turned back on the way there";
        case Verdict::rejected: return "rejected by its host";
        case Verdict::unanswered: return "arrived, not answered";
        case Verdict::misdirected: return "answer sent elsewhere";
        case Verdict::lost_back: return "answer lost on the way back";
        case Verdict::not_received: return "answer lost at our host";
        case Verdict::refused: return "arrived, refused by a strict reader";
        case Verdict::too_late: return "answered too late";
        case Verdict::undecided: return "undecided";
    }
    return "";
}

std::string time_words(Duration time) {
    const double ms = static_cast<double>(time.count()) / 1e6;
    return std::chrono::abs(time) < 1s ? fmt::format("{:.3f} ms", ms)
                                       : fmt::format("{:.3f} s", ms / 1e3);
}

std::string detail_words(const Probe& probe, const Judgement& judgement, bool has_near) {
    std::string text = reason_words(judgement);
    if (judgement.has_times)
        add(text, fmt::format("network {}, far end {}", time_words(judgement.network),
                              time_words(judgement.thinking)));
    if (!probe.latency && (probe.far.finals > 0 || probe.near.finals > 0))
        add(text,
            fmt::format("{} sent{}",
                        probe.far.finals > 0 ? probe.far.final_status : probe.near.final_status,
                        syntax_words(judgement)));
    add(text, detour_words(judgement.detour));
    if (judgement.maybe_ours)
        add(text,
            fmt::format("or {}: {}", other_words(judgement.verdict),
                        has_near ? "the near capture cannot tell" : "a near capture would tell"));
    add_counts(text, probe.near, probe.far);
    add_request_errors(text, probe, has_near);
    add_errors(text, probe.near.answer_errors, probe.far.answer_errors, true, has_near, "");
    if (judgement.unseen)
        add(text, "not in the far capture: perhaps a box before it spoke in its name");
    add_pieces(text, probe, judgement);
    add_strays(text, judgement);
    add_logged_unread(text, probe);
    if (probe.far.by_branch || probe.near.by_branch)
        add(text, "Call-ID changed on the way, found by its branch");
    if (probe.kind == Kind::local || probe.kind == Kind::send_error || probe.kind == Kind::pending)
        add(text, fmt::format("{} {}", to_string(probe.kind), probe.detail));
    return text;
}

std::string offset_words(Side side, const ClockOffset& clock) {
    const std::string_view name = side == Side::far ? "far" : "near";
    if (!clock.known)
        return fmt::format(
            "the {} clock cannot be compared (no answered probe in both): taken to "
            "be within {} of ours",
            name, time_words(clock.error));
    if (clock.steady && std::chrono::abs(clock.offset) <= clock.error)
        return fmt::format("the {} clock agrees with ours (within {}, from {} probes)", name,
                           time_words(std::chrono::abs(clock.offset) + clock.error),
                           grouped(clock.probes));
    return fmt::format("the {} clock is {} {} ours (within {}, from {} probes{})", name,
                       time_words(std::chrono::abs(clock.offset)),
                       clock.offset < Duration{} ? "behind" : "ahead of", time_words(clock.error),
                       grouped(clock.probes),
                       clock.steady ? "" : "; it was set or drifts meanwhile");
}

}  // namespace sipping::trace
