// How much a responder of limited capacity may still answer: a token bucket. Time is an argument,
// so it is the datagrams' own times that count and not when somebody looked. Whole numbers only:
// nothing is rounded, so nothing drifts.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sipping/base/instant.hpp"

namespace sipping::respond {

class TokenBucket {
public:
    /// `rate_per_s` is at least 1 and at most millions. The bucket is full at first and holds 10 ms
    /// worth: a burst then adds 1 % to a second's answers. It holds two tokens at least, since with
    /// one whatever comes a microsecond early is refused, and half of all at 1.1 times the rate.
    explicit constexpr TokenBucket(std::uint32_t rate_per_s) noexcept
        : rate_per_s_(rate_per_s),
          depth_(std::max(std::int64_t{rate_per_s} * Duration{10ms}.count(), 2 * token)),
          level_(depth_) {}

    /// True when what came at `at` is within the rate. A time before an earlier one (two sockets,
    /// whose datagrams are read in turn) is fine: it adds nothing.
    [[nodiscard]] constexpr bool take(Instant at) noexcept {
        if (at > filled_until_) {
            // Any bucket is full after two seconds; without the limit an idle year overflows.
            const Duration passed = std::min<Duration>(at - filled_until_, 2s);
            level_ = std::min(level_ + passed.count() * rate_per_s_, depth_);
            filled_until_ = at;
        }
        if (level_ < token) return false;
        level_ -= token;
        return true;
    }

private:
    static constexpr std::int64_t token = Duration{1s}.count();  ///< a nanosecond adds rate_per_s_

    std::int64_t rate_per_s_;
    std::int64_t depth_;
    std::int64_t level_;
    Instant filled_until_{};
};

}  // namespace sipping::respond
