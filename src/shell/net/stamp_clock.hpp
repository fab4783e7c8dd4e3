// Kernel receive times (wall clock) onto the monotonic clock, and when they cannot be trusted
// because the wall clock was stepped. Pure: readings are arguments.
#pragma once

#include <cstdint>
#include <optional>

#include "sipping/base/instant.hpp"

namespace sipping::net {

class StampClock {
public:
    /// A larger change between two readings is a step, not the measurement's own noise.
    static constexpr Duration step_limit = 500us;
    /// How far a stamp may lie after the reading that follows it (both clocks are read in turn).
    static constexpr Duration future_slack = 50us;
    /// How far it may lie before the last moment at which everything had been read.
    static constexpr Duration past_slack = 1s;

    explicit StampClock(const ClockReading& first) noexcept
        : reading_(first), read_all_at_(first.now), previous_read_all_at_(first.now) {}

    /// Call after each round of reading, before convert(). `read_all`: nothing was left behind.
    void look(const ClockReading& reading, bool read_all) noexcept;

    /// The stamp on the monotonic clock; nothing when it cannot be right.
    [[nodiscard]] std::optional<Instant> convert(WallTime stamp) const noexcept;

    [[nodiscard]] Instant now() const noexcept { return reading_.now; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    ClockReading reading_;
    Instant read_all_at_;
    Instant previous_read_all_at_;
    // After a step the datagrams already waiting still carry times of the old wall clock.
    bool trusted_ = true;
    bool old_stamps_waiting_ = false;
    std::uint64_t steps_ = 0;
};

}  // namespace sipping::net
