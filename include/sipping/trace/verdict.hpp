// Where a probe was lost, from what both sides' captures show of it. Decides; the words are
// words.hpp's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sipping/trace/coverage.hpp"
#include "sipping/trace/evidence.hpp"
#include "sipping/trace/probes.hpp"

namespace sipping::trace {

enum class Verdict : std::uint8_t {
    answered,      ///< in time; only of probes that were asked for
    never_left,    ///< it never left our host
    lost_there,    ///< on the way to the far end
    turned_back,   ///< a box on the way says by ICMP that it did not pass it on
    rejected,      ///< its host says by ICMP that it did not take it
    unanswered,    ///< arrived, and no final answer left
    misdirected,   ///< the far end sent the answer elsewhere than the request came from
    lost_back,     ///< the answer was lost on the way back
    not_received,  ///< the answer came to our host in time, and not to the prober
    refused,       ///< the answer came, and whoever wrote the log could not read it
    too_late,      ///< answered after the timeout
    undecided,     ///< see Reason
};
inline constexpr std::size_t verdict_count = 12;
/// "answered", "never-left", "lost-there", ... for CSV and JSON.
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

enum class Reason : std::uint8_t {
    none,
    before_capture,  ///< of the far end
    after_capture,
    between_files,
    capture_ends,  ///< before an answer could have left
    dropped,       ///< the far capture lost packets
    incomplete,    ///< it lacks probes that were answered, the next ones before or after this one
    no_witness,    ///< no answered probe of the target tells that it would have this one
    other_target,  ///< it has no packet of this target at all
    unread,        ///< it has packets of this target, and none that could be read
    cut,           ///< so it is, and they are cut
    other_time,    ///< the Call-ID was there at quite another time: its digits came twice
    slow,          ///< answered, later than any answer in time; the timeout is not in the log
    unattributed,  ///< something came from its target that belongs to no probe: perhaps its answer
    run_ended,     ///< before its timeout
    in_part,       ///< the far capture has a fragment of it, and no proof that it would have all
    taken,         ///< a provisional answer came, of nothing that the far capture has seen
    swapped,       ///< the captures are those of the other side each, or both of one place
    astray,        ///< the answer came to our host elsewhere than the request left from
    astray_too,    ///< it was sent elsewhere, but so were answers that the prober got
};

/// An answer that did not go straight back, in the captures of one side, where that says why the
/// prober did not get it.
struct Detour {
    Return how = Return::unknown;  ///< other_source or astray, or there is none
    Side side{};
    Flow request;
    Flow answer;
    /// astray: as a Via without rport asks for (RFC 3261 section 18.2.2); somebody took rport off.
    bool was_asked_for = false;
};

struct Judgement {
    Verdict verdict = Verdict::undecided;
    Reason reason{};
    /// lost_there, turned_back: or never_left; lost_back: or lost at our host; refused: or lost on
    /// the way back before that. Only a near capture tells.
    bool maybe_ours = false;
    std::uint64_t count = 0;    ///< with that reason: packets that are `unread`, bytes left of the
                                ///< longest that is `cut`
    std::string_view syntax{};  ///< with `refused`: "no-colon:server", if it is worth a word
    bool has_times = false;     ///< the two below are known
    Duration network{};         ///< there and back
    Duration thinking{};        ///< of the far end: answer out minus request in
    Detour detour;
    std::array<Stray, 2> strays{};  ///< by side
    bool unseen = false;            ///< rejected: and the far capture would have it, and has not
};

class Judge {
public:
    /// A capture must go on that long after a request for its silence to mean something: at least
    /// as long as the slowest answer in time took.
    static constexpr Duration patience = 1s;
    /// What took no longer than that, or than the slowest answer in time, was in time: timeouts are
    /// not in the log. A shorter timeout does no harm as long as late answers are logged.
    static constexpr Duration in_time_least = 250ms;
    /// Captured more than once within that time (on several interfaces) it is the same answer.
    static constexpr Duration same_answer = 1ms;
    /// A Call-ID that is farther than this from its time is another one with the same digits.
    static constexpr Duration same_within = 5min;

    /// `near` is nullptr without captures of our own end.
    Judge(const ProbeBook& book, const Coverage& far, const Coverage* near);

    [[nodiscard]] Judgement judge(const Probe& probe) const;

    [[nodiscard]] const ClockOffset& offset(Side side) const noexcept {
        return evidence(side).clock();
    }
    /// Over all groups of which the side has anything.
    [[nodiscard]] Completeness completeness(Side side) const noexcept {
        return evidence(side).sum();
    }

private:
    [[nodiscard]] bool sides_fit() const noexcept;
    [[nodiscard]] Judgement decide(const Probe& probe) const;
    [[nodiscard]] Judgement answered_there(const Probe& probe) const;
    [[nodiscard]] Stray stray(const Probe& probe, Side side) const;
    [[nodiscard]] bool may_have_come(const Probe& probe) const;
    [[nodiscard]] std::optional<Judgement> by_icmp(const Probe& probe) const;
    [[nodiscard]] std::optional<SeenErrors::From> logged_sender(const Probe& probe) const;
    [[nodiscard]] std::optional<Judgement> not_straight(const Probe& probe) const;
    [[nodiscard]] Detour detour(const Probe& probe, Side side) const;
    [[nodiscard]] Judgement lost_back(const Probe& probe) const;
    [[nodiscard]] Judgement arrived(const Probe& probe) const;
    [[nodiscard]] Judgement not_there(const Probe& probe) const;
    [[nodiscard]] Reason why_not_there(const Probe& probe) const;
    [[nodiscard]] Reason why_no_proof(const Probe& probe, bool answers) const;
    [[nodiscard]] Judgement unknown_time(const Probe& probe) const;
    [[nodiscard]] bool was_not_read(const Probe& probe) const;
    [[nodiscard]] bool near_is_sure(const Probe& probe, bool answers) const;
    [[nodiscard]] bool is_of_another_time(const Probe& probe, Side side) const;
    [[nodiscard]] const Evidence& evidence(Side side) const noexcept {
        return side == Side::far ? far_evidence_ : near_evidence_;
    }

    const ProbeBook& book_;
    const Coverage& far_;
    const Coverage* near_;
    Evidence far_evidence_;
    Evidence near_evidence_;
    bool sides_fit_;
};

}  // namespace sipping::trace
