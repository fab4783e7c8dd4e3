// Time as values. The core never reads a clock: `now` is always an argument.
// Not a clock: there is deliberately no now() here.
#pragma once

#include <chrono>
#include <cstdint>

namespace sipping {

using Duration = std::chrono::nanoseconds;
using namespace std::chrono_literals;

/// The clock that never steps (CLOCK_MONOTONIC); all scheduling and every latency use it.
struct Monotonic {
    using duration = Duration;
    using rep = Duration::rep;
    using period = Duration::period;
    using time_point = std::chrono::time_point<Monotonic, Duration>;
    static constexpr bool is_steady = true;
};
using Instant = Monotonic::time_point;

/// The clock people read (CLOCK_REALTIME, since the UNIX epoch); it may step, so it is only logged.
struct Wall {
    using duration = Duration;
    using rep = Duration::rep;
    using period = Duration::period;
    using time_point = std::chrono::time_point<Wall, Duration>;
    static constexpr bool is_steady = false;
};
using WallTime = Wall::time_point;

inline constexpr Instant never = Instant::max();

/// One look at both clocks at the same moment.
struct ClockReading {
    Instant now{};
    Duration wall_offset{};  ///< wall time minus monotonic time

    [[nodiscard]] constexpr WallTime wall(Instant at) const noexcept {
        return WallTime{at.time_since_epoch() + wall_offset};
    }
    [[nodiscard]] constexpr WallTime wall() const noexcept { return wall(now); }
};

}  // namespace sipping
