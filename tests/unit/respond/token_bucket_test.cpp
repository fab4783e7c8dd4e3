#include "sipping/respond/token_bucket.hpp"

#include <gtest/gtest.h>

namespace sipping::respond {
namespace {

/// How many of the requests that come every `interval` in [from, until) are within the rate.
std::uint64_t taken(TokenBucket& bucket, Instant from, Instant until, Duration interval) {
    std::uint64_t count = 0;
    for (Instant at = from; at < until; at += interval)
        if (bucket.take(at)) ++count;
    return count;
}

TEST(TokenBucket, HoldsTenMillisecondsWorthAndTwoAtLeast) {
    struct Expectation {
        std::uint32_t rate;
        int burst;
    };
    for (const auto& [rate, burst] : {Expectation{1, 2},
                                      {100, 2},
                                      {200, 2},
                                      {300, 3},
                                      {399, 3},
                                      {5000, 50},
                                      {1'000'000, 10'000}}) {
        SCOPED_TRACE(rate);
        TokenBucket bucket(rate);
        for (int i = 0; i < burst; ++i)
            EXPECT_TRUE(bucket.take(Instant{5s}));
        EXPECT_FALSE(bucket.take(Instant{5s}));
    }
}

TEST(TokenBucket, FillsToTheNanosecond) {
    TokenBucket bucket(1000);  // a token each millisecond
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(bucket.take(Instant{}));
    EXPECT_FALSE(bucket.take(Instant{1ms} - 1ns));
    EXPECT_TRUE(bucket.take(Instant{1ms}));
    EXPECT_FALSE(bucket.take(Instant{2ms} - 1ns));
    EXPECT_TRUE(bucket.take(Instant{2ms}));
}

TEST(TokenBucket, RefusesNothingThatComesEvenlyAtTheRate) {
    for (const std::uint32_t rate : {1U, 3U, 50U, 700U, 5000U, 1'000'000U}) {
        SCOPED_TRACE(rate);
        TokenBucket bucket(rate);
        const Duration jitter = Duration{1s} / rate / 3;
        for (std::int64_t i = 0; i < 10'000; ++i) {  // due times that are computed, not added up
            const Instant due{Duration{i * 1'000'000'000 / rate}};
            ASSERT_TRUE(bucket.take(i % 2 == 0 ? due : due + jitter)) << i;
        }
    }
}

TEST(TokenBucket, GivesItsRateWhateverIsAsked) {
    for (const std::uint32_t rate : {1U, 3U, 150U, 777U, 20'000U}) {
        for (const int percent : {101, 110, 150, 333}) {
            SCOPED_TRACE(std::to_string(rate) + " at " + std::to_string(percent) + " %");
            TokenBucket bucket(rate);
            const Duration interval{100'000'000'000 / (std::int64_t{rate} * percent)};
            const auto count = taken(bucket, Instant{1h}, Instant{1h + 100s}, interval);
            EXPECT_NEAR(static_cast<double>(count), rate * 100.0, 2 + rate / 100.0);
        }
    }
}

TEST(TokenBucket, DoesNotDrift) {
    TokenBucket bucket(7);  // does not divide a second's nanoseconds
    std::uint64_t count = 0;
    for (int hour = 0; hour < 24; ++hour)
        count += taken(bucket, Instant{hour * 1h}, Instant{(hour + 1) * 1h}, 50ms);
    EXPECT_EQ(count, 24U * 3600 * 7 + 1);  // the second token of the full bucket
}

TEST(TokenBucket, AnEarlierTimeAddsNothing) {
    TokenBucket bucket(1);
    EXPECT_TRUE(bucket.take(Instant{10s}));
    EXPECT_TRUE(bucket.take(Instant{9s}));
    EXPECT_FALSE(bucket.take(Instant{8s}));
    EXPECT_FALSE(bucket.take(Instant{11s} - 1ns));
    EXPECT_TRUE(bucket.take(Instant{11s}));
}

TEST(TokenBucket, IsMerelyFullAfterYears) {
    TokenBucket bucket(1'000'000);
    EXPECT_EQ(taken(bucket, Instant{24h * 365 * 200}, Instant{24h * 365 * 200 + 1us}, 1ns), 1000U);
}

}  // namespace
}  // namespace sipping::respond
