#include "net/stamp_clock.hpp"

#include <chrono>

namespace sipping::net {

void StampClock::look(const ClockReading& reading, bool read_all) noexcept {
    const Duration change = std::chrono::abs(reading.wall_offset - reading_.wall_offset);
    const bool stepped = change > step_limit;
    if (stepped) ++steps_;
    trusted_ = !stepped && !old_stamps_waiting_;
    old_stamps_waiting_ = !trusted_ && !read_all;
    reading_ = reading;
    previous_read_all_at_ = read_all_at_;
    if (read_all) read_all_at_ = reading.now;
}

std::optional<Instant> StampClock::convert(WallTime stamp) const noexcept {
    if (!trusted_) return std::nullopt;
    const Instant at{stamp.time_since_epoch() - reading_.wall_offset};
    if (at > reading_.now + future_slack || at < previous_read_all_at_ - past_slack)
        return std::nullopt;
    return at;
}

}  // namespace sipping::net
