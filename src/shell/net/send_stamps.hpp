// When each datagram of a batch left, from the times before and after the call that sent them all.
// Pure: times are arguments.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sipping/base/instant.hpp"

namespace sipping::net {

/// The n datagrams normally share the call's time evenly. When the call took far longer than usual,
/// this process was interrupted in it: on a busy box most often right after a send, by the very
/// receiver that the send woke. The datagrams are then taken to have left at the usual pace from
/// the call's begin on, and counted as estimates.
class SendStamps {
public:
    /// Begins a batch: `begin` and `end` surround the call, n > 0 datagrams left in it.
    void batch(Instant begin, Instant end, std::size_t n) noexcept {
        const auto count = static_cast<std::int64_t>(n);
        end_ = end;
        const Duration each = (end - begin) / count;
        begin_ = begin;
        interrupted_ = end - begin > usual_ * 3 * count + slack;
        if (interrupted_) {
            step_ = usual_;
            estimated_ += n;
        } else {
            step_ = each;
        }
        // Follows a box or driver that is slower than thought, but not a single interruption.
        usual_ += (std::min(each, usual_ * 3) - usual_) / 16;
    }
    /// When the i-th of the batch left.
    [[nodiscard]] Instant at(std::size_t i) const noexcept {
        return begin_ + step_ * static_cast<std::int64_t>(2 * i + 1) / 2;
    }
    /// A stamp of the kernel can be this call's: it is not older, and the wall clock was not
    /// stepped meanwhile.
    [[nodiscard]] bool within(Instant stamp) const noexcept {
        return stamp >= begin_ - clock_noise && stamp <= end_ + clock_noise;
    }
    /// One of the batch left at this moment, the kernel says: no estimate is needed.
    [[nodiscard]] Instant told(Instant stamp) noexcept {
        if (interrupted_) --estimated_;
        return std::clamp(stamp, begin_, end_);
    }
    /// Datagrams whose time is an estimate.
    [[nodiscard]] std::uint64_t estimated() const noexcept { return estimated_; }

private:
    static constexpr Duration slack = 100us;  // a call that finds cold caches is no interruption

    static constexpr Duration clock_noise = 5us;  // of a wall-clock time brought to our clock

    Instant begin_{};
    Instant end_{};
    bool interrupted_ = false;
    Duration step_{};
    Duration usual_ = 8us;  ///< a datagram's share of a call
    std::uint64_t estimated_ = 0;
};

}  // namespace sipping::net
