#include "io/clock.hpp"

#include <ctime>

namespace sipping::io {
namespace {

Duration read_clock(clockid_t id) noexcept {
    timespec now{};
    ::clock_gettime(id, &now);
    return std::chrono::seconds{now.tv_sec} + Duration{now.tv_nsec};
}

}  // namespace

Instant monotonic_now() noexcept {
    return Instant{read_clock(CLOCK_MONOTONIC)};
}

ClockReading SystemClock::read() const noexcept {
    // The wall clock between two looks at the monotonic one: a preemption in between shows as a
    // wide bracket, and the next try is nearly always narrow.
    ClockReading reading;
    for (int attempt = 0; attempt < 3; ++attempt) {
        const Duration before = read_clock(CLOCK_MONOTONIC);
        const Duration wall = read_clock(CLOCK_REALTIME);
        const Duration after = read_clock(CLOCK_MONOTONIC);
        reading.now = Instant{after};
        reading.wall_offset = wall - (before + (after - before) / 2);
        if (after - before < 1us) break;
    }
    return reading;
}

}  // namespace sipping::io
