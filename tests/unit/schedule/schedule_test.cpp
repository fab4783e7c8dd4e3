#include "sipping/schedule/schedule.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sipping::schedule {
namespace {

constexpr Instant t0{1000s};

TEST(Schedule, is_an_open_loop_without_drift) {
    Schedule schedule(std::vector<Duration>{333333333ns}, {.start = t0});
    Due due;
    for (int k = 0; k < 1000; ++k) {
        const Instant expected = t0 + 333333333ns * k;
        EXPECT_EQ(schedule.next(), expected);
        EXPECT_FALSE(schedule.take(expected - 1ns, due));
        ASSERT_TRUE(schedule.take(expected + 1ms, due));  // late, but within the limit
        EXPECT_EQ(due.at, expected);
        EXPECT_TRUE(due.send);
        EXPECT_EQ(due.skipped, 0u);
    }
}

TEST(Schedule, spreads_targets_evenly_over_the_interval) {
    Schedule schedule(std::vector<Duration>(10, 1s), {.start = t0});
    Due due;
    for (int i = 0; i < 30; ++i) {
        ASSERT_TRUE(schedule.take(t0 + 100ms * i, due));
        EXPECT_EQ(due.target, static_cast<std::uint32_t>(i % 10));
        EXPECT_EQ(due.at, t0 + 100ms * i);
    }
}

TEST(Schedule, mixed_intervals_come_in_order_of_time) {
    Schedule schedule(std::vector<Duration>{70ms, 30ms, 110ms, 10ms}, {.start = t0, .count = 50});
    std::map<std::uint32_t, int> taken;
    Instant last{};
    Due due;
    while (schedule.next() != never) {
        const Instant now = schedule.next();
        ASSERT_GE(now, last);
        last = now;
        ASSERT_TRUE(schedule.take(now, due));
        ++taken[due.target];
    }
    for (const auto& [target, count] : taken)
        EXPECT_EQ(count, 50) << target;
    EXPECT_EQ(taken.size(), 4u);
}

TEST(Schedule, skips_what_is_too_late_instead_of_sending_a_burst) {
    Schedule schedule(std::vector<Duration>{1s}, {.start = t0});
    Due due;
    ASSERT_TRUE(schedule.take(t0, due));
    // Ten seconds later: 1..9 s are later than one interval, 9 s is exactly one late.
    const Instant now = t0 + 10s;
    ASSERT_TRUE(schedule.take(now, due));
    EXPECT_FALSE(due.send);
    EXPECT_EQ(due.skipped, 8u);
    EXPECT_EQ(due.skipped_from, t0 + 1s);
    EXPECT_EQ(due.skipped_until, t0 + 8s);
    ASSERT_TRUE(schedule.take(now, due));
    EXPECT_EQ(due.at, t0 + 9s);
    ASSERT_TRUE(schedule.take(now, due));
    EXPECT_EQ(due.at, t0 + 10s);
    EXPECT_FALSE(schedule.take(now, due));
}

TEST(Schedule, short_intervals_may_be_five_milliseconds_late) {
    Schedule schedule(std::vector<Duration>{1ms}, {.start = t0});
    Due due;
    const Instant now = t0 + 100ms;
    ASSERT_TRUE(schedule.take(now, due));
    EXPECT_FALSE(due.send);
    EXPECT_EQ(due.skipped, 95u);  // due at 0..94 ms; 95 ms is exactly 5 ms late
    int burst = 0;
    while (schedule.take(now, due))
        ++burst;
    EXPECT_EQ(burst, 6);
}

TEST(Schedule, skipped_probes_count_towards_the_number_asked_for) {
    Schedule schedule(std::vector<Duration>{10ms}, {.start = t0, .count = 20});
    Due due;
    std::uint64_t total = 0;
    ASSERT_TRUE(schedule.take(t0, due));
    ++total;
    const Instant now = t0 + 10s;
    while (schedule.take(now, due))
        total += due.skipped + (due.send ? 1 : 0);
    EXPECT_EQ(total, 20u);
    EXPECT_EQ(schedule.next(), never);
}

TEST(Schedule, ends_at_the_end) {
    Schedule schedule(std::vector<Duration>{100ms}, {.start = t0, .end = t0 + 1s});
    Due due;
    int sent = 0;
    while (schedule.next() != never) {
        ASSERT_TRUE(schedule.take(schedule.next(), due));
        ++sent;
    }
    EXPECT_EQ(sent, 10);
}

TEST(Schedule, skips_never_reach_past_the_end) {
    Schedule schedule(std::vector<Duration>{100ms}, {.start = t0, .end = t0 + 1s});
    Due due;
    std::uint64_t total = 0;
    while (schedule.take(t0 + 1h, due))
        total += due.skipped + (due.send ? 1 : 0);
    EXPECT_EQ(total, 10u);
}

TEST(Schedule, a_plan_replaces_what_was_planned_of_its_target_alone) {
    Schedule schedule(3, 5ms);
    EXPECT_EQ(schedule.next(), never);
    schedule.plan(2, t0, 10ms, never);
    schedule.plan(0, t0 + 1ms, 100ms, t0 + 250ms);
    Due due;
    ASSERT_TRUE(schedule.take(t0, due));
    EXPECT_EQ(due.target, 2U);
    schedule.plan(2, t0 + 5ms, 40ms, t0 + 85ms);  // two probes: 5 and 45 ms
    std::map<std::uint32_t, std::vector<Instant>> taken;
    while (schedule.next() != never) {
        ASSERT_TRUE(schedule.take(schedule.next(), due));
        taken[due.target].push_back(due.at);
    }
    EXPECT_EQ(taken[0], (std::vector{t0 + 1ms, t0 + 101ms, t0 + 201ms}));
    EXPECT_EQ(taken[2], (std::vector{t0 + 5ms, t0 + 45ms}));
    EXPECT_EQ(taken.count(1), 0U);
    schedule.plan(2, t0, 1ms, t0);  // nothing at all
    EXPECT_EQ(schedule.next(), never);
}

TEST(Schedule, skips_of_a_plan_never_reach_past_its_end) {
    Schedule schedule(1, 5ms);
    schedule.plan(0, t0, 1ms, t0 + 100ms);
    Due due;
    std::uint64_t total = 0;
    while (schedule.take(t0 + 1h, due))
        total += due.skipped + (due.send ? 1 : 0);
    EXPECT_EQ(total, 100U);
}

TEST(Flood, goes_round_and_counts_rounds) {
    Flood flood(3, {.start = t0, .end = t0 + 1s, .count = 2});
    for (const std::uint32_t expected : {0u, 1u, 2u, 0u, 1u, 2u}) {
        ASSERT_FALSE(flood.done(t0));
        EXPECT_EQ(flood.take(), expected);
    }
    EXPECT_TRUE(flood.done(t0));
    Flood timed(1, {.start = t0, .end = t0 + 1s});
    EXPECT_FALSE(timed.done(t0 + 1s - 1ns));
    EXPECT_TRUE(timed.done(t0 + 1s));
}

}  // namespace
}  // namespace sipping::schedule
