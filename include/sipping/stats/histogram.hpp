// Log-linear latency histogram: 32 steps per power of two of nanoseconds above ~1 us, so a quantile
// is within 1.6 % of the truth. Fixed memory, no allocation; can be merged and subtracted.
// Exact minimum, maximum and mean are kept by TargetStats, not here.
#pragma once

#include <array>
#include <cstdint>

#include "sipping/base/instant.hpp"

namespace sipping::stats {

class Histogram {
public:
    static constexpr int step_bits = 5;
    static constexpr int bucket_count = 32 * 27;  ///< up to about 68 s at 1.024 us units; then one last bucket

    void record(Duration value) noexcept;
    void merge(const Histogram& other) noexcept;
    /// Every count of `other` must be at most ours (an earlier snapshot of this one).
    void subtract(const Histogram& other) noexcept;
    void clear() noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept { return total_; }
    /// The value at this share (0..1] of the recorded ones, the middle of its bucket; 0 when empty.
    [[nodiscard]] Duration quantile(double share) const noexcept;

private:
    std::array<std::uint32_t, bucket_count> counts_{};
    std::uint64_t total_ = 0;
};

}  // namespace sipping::stats
