// How far the clock of a capture is ahead of the prober's, told from probes that were answered: a
// request cannot arrive before it was sent, nor an answer be received before it left. Each probe
// bounds the offset from both sides; the quickest ones bound it best.
#pragma once

#include <cstdint>

#include "sipping/trace/probes.hpp"

namespace sipping::trace {

struct ClockOffset {
    /// What is assumed where no probe tells: clocks that are set by NTP.
    static constexpr Duration assumed_error = 1s;
    /// Bounds that contradict each other by less are no matter of clocks: the log may hold
    /// estimates, and a capture on the same box takes its times elsewhere.
    static constexpr Duration noise = 1ms;
    /// One probe in so many may be off by anything: its time was taken by a process that did not
    /// run. They widen the error, and do not make a clock that was set.
    static constexpr std::uint64_t odd_one_in = 100;

    bool known = false;
    bool steady = true;  ///< false: no single offset fits the probes; a clock was set, or drifts
    Duration offset{};   ///< the capture's clock minus the prober's
    Duration error = assumed_error;  ///< the true one is within offset +- error
    std::uint64_t probes = 0;        ///< that it was told from

    /// On the capture's clock.
    [[nodiscard]] WallTime there(WallTime ours) const noexcept { return ours + offset; }
    [[nodiscard]] WallTime ours(WallTime there) const noexcept { return there - offset; }
};

[[nodiscard]] ClockOffset clock_offset(const ProbeBook& book, Side side);

}  // namespace sipping::trace
