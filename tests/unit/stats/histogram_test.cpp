#include "sipping/stats/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sipping/base/prng.hpp"

namespace sipping::stats {
namespace {

/// The value of that rank, by sorting.
Duration exact_quantile(std::vector<Duration> values, double share) {
    std::sort(values.begin(), values.end());
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::max<std::size_t>(rank, 1) - 1];
}

/// Spread over all powers of two from 1 us to 60 s.
Duration any_latency(Prng& random) {
    const std::uint64_t low = std::uint64_t{1024} << random.below(25);
    return Duration{static_cast<Duration::rep>(low + random.below(low))};
}

TEST(Histogram, is_empty_at_first) {
    const Histogram empty;
    EXPECT_EQ(empty.count(), 0U);
    EXPECT_EQ(empty.quantile(0.5), 0ns);
}

TEST(Histogram, puts_every_quantile_within_1_6_percent) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        SCOPED_TRACE(seed);
        Prng random({seed, 77});
        Histogram histogram;
        std::vector<Duration> values;
        for (int i = 0; i < 5000; ++i) {
            values.push_back(any_latency(random));
            histogram.record(values.back());
        }
        ASSERT_EQ(histogram.count(), values.size());
        for (double share : {0.0001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
            const auto truth = static_cast<double>(exact_quantile(values, share).count());
            const auto told = static_cast<double>(histogram.quantile(share).count());
            EXPECT_NEAR(told, truth, truth * 0.016) << "share " << share;
        }
    }
}

TEST(Histogram, is_within_1_6_percent_at_every_bucket_edge) {
    for (int octave = 10; octave < 36; ++octave) {
        for (std::int64_t step = 0; step < 32; ++step) {
            const std::int64_t edge = (std::int64_t{32} + step) << (octave - 5);
            for (std::int64_t ns : {edge - 1, edge, edge + 1}) {
                Histogram histogram;
                histogram.record(Duration{ns});
                const auto told = static_cast<double>(histogram.quantile(1.0).count());
                EXPECT_NEAR(told, static_cast<double>(ns), static_cast<double>(ns) * 0.016);
            }
        }
    }
}

TEST(Histogram, is_within_half_a_step_below_one_microsecond) {
    for (std::int64_t ns = 0; ns < 1024; ++ns) {
        Histogram histogram;
        histogram.record(Duration{ns});
        EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5).count()), static_cast<double>(ns),
                    16.0);
    }
}

TEST(Histogram, keeps_what_is_out_of_range_in_the_outer_buckets) {
    Histogram histogram;
    histogram.record(-5ms);
    histogram.record(Duration::max());
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.quantile(0.5), 16ns);
    EXPECT_GT(histogram.quantile(1.0), 67s);
    EXPECT_LT(histogram.quantile(1.0), 69s);
}

TEST(Histogram, bounds_shares_that_are_none) {
    Histogram histogram;
    histogram.record(1ms);
    EXPECT_EQ(histogram.quantile(0.0), histogram.quantile(1.0));
    EXPECT_EQ(histogram.quantile(7.0), histogram.quantile(1.0));
}

TEST(Histogram, subtracting_a_snapshot_leaves_what_came_after_it) {
    Prng random({9, 9});
    Histogram all;
    Histogram after;
    for (int i = 0; i < 1000; ++i)
        all.record(any_latency(random));
    const Histogram snapshot = all;
    for (int i = 0; i < 1000; ++i) {
        const Duration value = any_latency(random);
        all.record(value);
        after.record(value);
    }
    Histogram merged = snapshot;
    merged.merge(after);
    Histogram left = all;
    left.subtract(snapshot);
    EXPECT_EQ(left.count(), 1000U);
    EXPECT_EQ(merged.count(), 2000U);
    for (double share : {0.1, 0.5, 0.9, 0.99}) {
        EXPECT_EQ(left.quantile(share), after.quantile(share));
        EXPECT_EQ(merged.quantile(share), all.quantile(share));
    }
    left.clear();
    EXPECT_EQ(left.count(), 0U);
    EXPECT_EQ(left.quantile(0.5), 0ns);
}

}  // namespace
}  // namespace sipping::stats
