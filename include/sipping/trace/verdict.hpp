// Where a probe was lost, from what both sides' captures show of it. Decides; the words are
// words.hpp's.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sipping/trace/coverage.hpp"
#include "sipping/trace/offset.hpp"
#include "sipping/trace/probes.hpp"

namespace sipping::trace {

enum class Verdict : std::uint8_t {
    answered,      ///< in time; only of probes that were asked for
    never_left,    ///< it never left our host
    lost_there,    ///< on the way to the far end
    unanswered,    ///< arrived, and no final answer left
    lost_back,     ///< the answer was lost on the way back
    not_received,  ///< the answer came to our host in time, and not to the prober
    too_late,      ///< answered after the timeout
    undecided,     ///< see Reason
};
inline constexpr std::size_t verdict_count = 8;
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
    other_time,    ///< the Call-ID was there at quite another time: its digits came twice
    slow,          ///< answered, later than any answer in time; the timeout is not in the log
    refused,       ///< an ICMP error says that it arrived, but the far capture lacks it
    run_ended,     ///< before its timeout
};

struct Judgement {
    Verdict verdict = Verdict::undecided;
    Reason reason{};
    /// lost_there: or never_left; lost_back: or lost at our host. Only a near capture tells.
    bool maybe_ours = false;
    bool has_times = false;  ///< the two below are known
    Duration network{};      ///< there and back
    Duration thinking{};     ///< of the far end: answer out minus request in
};

/// What the captures of a side have of the answered probes of one group, which they all should
/// have.
struct Completeness {
    std::uint64_t answered = 0;  ///< of its sample, in the captures' time
    std::uint64_t requests = 0;  ///< of these, the request is there
    std::uint64_t answers = 0;
    std::uint64_t any = 0;  ///< probes of the group, answered or not, of which anything is there

    /// More missing than can be overlooked: one in a hundred.
    [[nodiscard]] static bool is_short(std::uint64_t have, std::uint64_t all) noexcept {
        return (all - have) * 100 > all;
    }
};

/// Probes of one group that a capture should have, by time of sending; and those that it has though
/// nobody could expect it. What it lacks proves something only when it has those beside it.
class Witnesses {
public:
    enum class Say : std::uint8_t { present, missing, nobody };

    void add(WallTime sent, bool is_there) { all_.push_back({sent, is_there}); }
    void sort();
    /// The next one before and the next one after: are they there? With one of the two alone that
    /// one decides.
    [[nodiscard]] Say say(WallTime sent) const noexcept;

private:
    struct One {
        WallTime sent{};
        bool is_there = false;
    };
    std::vector<One> all_;
};

class Judge {
public:
    /// A capture must go on that long after a request for its silence to mean something: at least
    /// as long as the slowest answer in time took.
    static constexpr Duration patience = 1s;
    /// What took no longer than that, or than the slowest answer in time, was in time: timeouts are
    /// not in the log. A shorter timeout does no harm as long as late answers are logged.
    static constexpr Duration in_time_least = 250ms;
    /// A Call-ID that is farther than this from its time is another one with the same digits.
    static constexpr Duration same_within = 5min;

    /// `near` is nullptr without captures of our own end.
    Judge(const ProbeBook& book, const Coverage& far, const Coverage* near);

    [[nodiscard]] Judgement judge(const Probe& probe) const;

    [[nodiscard]] const ClockOffset& offset(Side side) const noexcept {
        return side == Side::far ? far_offset_ : near_offset_;
    }
    /// Over all groups of which the side has anything.
    [[nodiscard]] Completeness completeness(Side side) const noexcept;

private:
    struct Group {
        Completeness complete;
        Witnesses requests;
        Witnesses answers;
    };

    [[nodiscard]] Judgement answered_there(const Probe& probe) const;
    [[nodiscard]] Judgement lost_back(const Probe& probe) const;
    [[nodiscard]] Judgement arrived(const Probe& probe) const;
    [[nodiscard]] Judgement not_there(const Probe& probe) const;
    [[nodiscard]] Reason why_not_there(const Probe& probe) const;
    [[nodiscard]] Reason why_no_proof(const Probe& probe, bool answers) const;
    [[nodiscard]] bool near_is_sure(const Probe& probe, bool answers) const;
    [[nodiscard]] bool is_of_another_time(const Probe& probe, Side side) const;
    void count(const Probe& probe, Side side);
    [[nodiscard]] const Group& of(const Probe& probe, Side side) const noexcept {
        return groups_[static_cast<std::size_t>(side)][probe.group];
    }

    const ProbeBook& book_;
    const Coverage& far_;
    const Coverage* near_;
    ClockOffset far_offset_;
    ClockOffset near_offset_;
    std::array<std::vector<Group>, 2> groups_;  ///< by side and group
};

}  // namespace sipping::trace
