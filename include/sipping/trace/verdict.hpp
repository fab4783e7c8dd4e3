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
    incomplete,    ///< it lacks probes that were answered
    other_target,  ///< it has no packet of this target at all
};

struct Judgement {
    Verdict verdict = Verdict::undecided;
    Reason reason{};
    bool maybe_never_left = false;  ///< lost_there: only --near can tell it from never_left
    bool has_times = false;         ///< the two below are known
    Duration network{};             ///< there and back
    Duration thinking{};            ///< of the far end: answer out minus request in
};

/// What the captures have of the answered probes of one target, which they all should have.
struct Completeness {
    std::uint64_t answered = 0;  ///< of its sample, in the captures' time
    std::uint64_t requests = 0;  ///< of these, the request is there
    std::uint64_t answers = 0;
    std::uint64_t any = 0;  ///< probes of the target, answered or not, of which anything is there

    /// More missing than can be overlooked: one in a hundred.
    [[nodiscard]] static bool is_short(std::uint64_t have, std::uint64_t all) noexcept {
        return (all - have) * 100 > all;
    }
};

class Judge {
public:
    /// A capture must go on that long after a request for its silence to mean something.
    static constexpr Duration patience = 1s;

    /// `near` is nullptr without captures of our own end. `one_target`: all that was asked about is
    /// one target, so a far capture without a packet of it is no mistake.
    Judge(const ProbeBook& book, const Coverage& far, const Coverage* near, bool one_target);

    [[nodiscard]] Judgement judge(const Probe& probe) const;

    [[nodiscard]] const ClockOffset& offset(Side side) const noexcept {
        return side == Side::far ? far_offset_ : near_offset_;
    }
    /// Over all targets of which the side has anything.
    [[nodiscard]] Completeness completeness(Side side) const noexcept;

private:
    [[nodiscard]] Judgement answered_there(const Probe& probe) const;
    [[nodiscard]] Judgement arrived(const Probe& probe) const;
    [[nodiscard]] Judgement not_there(const Probe& probe) const;
    [[nodiscard]] Reason why_not_there(const Probe& probe) const;
    [[nodiscard]] bool near_is_sure(const Probe& probe) const;
    void count(const Probe& probe, Side side);
    [[nodiscard]] const Completeness& of(const Probe& probe, Side side) const noexcept {
        return complete_[static_cast<std::size_t>(side)][probe.target];
    }

    const ProbeBook& book_;
    const Coverage& far_;
    const Coverage* near_;
    bool one_target_;
    ClockOffset far_offset_;
    ClockOffset near_offset_;
    std::array<std::vector<Completeness>, 2> complete_;  ///< by side and target
};

}  // namespace sipping::trace
