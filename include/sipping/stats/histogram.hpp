// Log-linear latency histogram: 32 steps per power of two of nanoseconds from 1.024 us on, so a
// quantile is within 1.6 % of the truth (32 steps of 32 ns below that, half a step off at most).
// Fixed memory, no allocation; can be merged and subtracted.
// Exact minimum, maximum and mean are kept by TargetStats, not here.
#pragma once

#include <array>
#include <cstdint>

#include "sipping/base/instant.hpp"

namespace sipping::stats {

class Histogram {
public:
    static constexpr int step_bits = 5;
    /// Below 2^10 ns one group of 32, then one group per power of two up to 2^36 ns (about 68 s);
    /// longer values count in the last bucket, negative ones in the first.
    static constexpr int bucket_count = 32 * 27;

    void record(Duration value) noexcept;
    void merge(const Histogram& other) noexcept;
    /// Every count of `other` must be at most ours (an earlier snapshot of this one).
    void subtract(const Histogram& other) noexcept;
    void clear() noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept { return total_; }
    /// The value at this share (0..1] of the recorded ones, the middle of its bucket; 0 when empty.
    [[nodiscard]] Duration quantile(double share) const noexcept;

private:
    // 64 bits: all targets together at 3000 a second would wrap 32 within 17 days.
    std::array<std::uint64_t, bucket_count> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace sipping::stats
