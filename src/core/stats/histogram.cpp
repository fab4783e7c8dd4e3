#include "sipping/stats/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace sipping::stats {
namespace {

constexpr int first_octave = 10;  // 2^10 ns; below it the steps are linear
constexpr std::size_t steps = std::size_t{1} << Histogram::step_bits;

std::size_t bucket_of(Duration value) noexcept {
    const auto ns = static_cast<std::uint64_t>(std::max(value.count(), Duration::rep{0}));
    // The 1 set at first_octave makes all smaller values share the width of that octave's steps.
    const int octave = 63 - std::countl_zero(ns | (std::uint64_t{1} << first_octave));
    const auto group = static_cast<std::size_t>(octave - first_octave);
    const std::size_t bucket = group * steps + (ns >> (octave - Histogram::step_bits));
    return std::min(bucket, std::size_t{Histogram::bucket_count - 1});
}

Duration middle_of(std::size_t bucket) noexcept {
    const std::size_t group = bucket < 2 * steps ? 0 : bucket / steps - 1;
    const int shift = first_octave - Histogram::step_bits + static_cast<int>(group);
    const std::uint64_t low = std::uint64_t{bucket - group * steps} << shift;
    return Duration{static_cast<Duration::rep>(low + (std::uint64_t{1} << shift) / 2)};
}

}  // namespace

void Histogram::record(Duration value) noexcept {
    ++counts_[bucket_of(value)];
    ++total_;
}

void Histogram::merge(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i)
        counts_[i] += other.counts_[i];
    total_ += other.total_;
}

void Histogram::subtract(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        assert(other.counts_[i] <= counts_[i]);
        counts_[i] -= other.counts_[i];
    }
    total_ -= other.total_;
}

void Histogram::clear() noexcept {
    counts_.fill(0);
    total_ = 0;
}

Duration Histogram::quantile(double share) const noexcept {
    if (total_ == 0) return Duration::zero();
    const double wanted = std::ceil(share * static_cast<double>(total_));
    const auto rank =
        std::clamp(static_cast<std::uint64_t>(std::max(wanted, 1.0)), std::uint64_t{1}, total_);
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while ((seen += counts_[bucket]) < rank)
        ++bucket;
    return middle_of(bucket);
}

}  // namespace sipping::stats
