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

TEST(Schedule, one_that_joins_later_takes_its_own_place_and_moves_nobody) {
    for (const Duration late : {0ms, 1ms, 250ms, 500ms, 501ms, 999ms, 123456ms}) {
        Schedule schedule(std::vector<Duration>(4, 1s), {.start = t0}, {false, false, true, false});
        Due due;
        std::map<std::uint32_t, std::vector<Instant>> at;
        const Instant joins = t0 + late;
        const auto run_until = [&](Instant end) {
            while (schedule.next() < end) {
                ASSERT_TRUE(schedule.take(schedule.next(), due));
                ASSERT_TRUE(due.send);
                at[due.target].push_back(due.at);
            }
        };
        run_until(joins);
        EXPECT_FALSE(at.contains(2));
        schedule.join(2, joins);
        run_until(joins + 10s);
        ASSERT_EQ(at[2].size(), 10U);
        EXPECT_GE(at[2].front(), joins);
        EXPECT_LT(at[2].front(), joins + 1s);
        for (const auto& [target, times] : at)
            for (std::size_t k = 0; k < times.size(); ++k) {
                EXPECT_EQ((times[k] - t0) % 1s, 250ms * target);
                EXPECT_EQ(times[k], times[0] + 1s * k);
            }
    }
}

TEST(Schedule, one_that_joins_later_has_its_own_count_and_the_same_end) {
    Schedule schedule(std::vector<Duration>(2, 1s), {.start = t0, .end = t0 + 20s, .count = 3},
                      {false, true});
    Due due;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(schedule.take(schedule.next(), due));
    EXPECT_EQ(schedule.next(), never);
    schedule.join(1, t0 + 18s);
    EXPECT_EQ(schedule.next(), t0 + 18500ms);
    ASSERT_TRUE(schedule.take(schedule.next(), due));
    EXPECT_EQ(schedule.next(), t0 + 19500ms);
    ASSERT_TRUE(schedule.take(schedule.next(), due));
    EXPECT_EQ(schedule.next(), never);

    Schedule too_late(std::vector<Duration>(2, 1s), {.start = t0, .end = t0 + 20s}, {true, true});
    too_late.join(1, t0 + 19600ms);
    EXPECT_EQ(too_late.next(), never);
}

TEST(Schedule, those_that_join_together_with_long_intervals_are_soon_asked_but_in_no_burst) {
    constexpr std::uint32_t targets = 300;
    Schedule schedule(std::vector<Duration>(targets, 1h), {.start = t0},
                      std::vector<bool>(targets, true));
    EXPECT_EQ(schedule.next(), never);
    const Instant joins = t0 + 100s;
    for (std::uint32_t target = 0; target < targets; ++target)
        schedule.join(target, joins);
    const Instant first = schedule.next();
    std::map<std::int64_t, int> in_second;
    Due due;
    for (std::uint32_t i = 0; i < targets; ++i) {
        ASSERT_TRUE(schedule.take(schedule.next(), due));
        ++in_second[(due.at - joins) / 1s];
    }
    EXPECT_EQ(schedule.next(), first + 1h);
    EXPECT_LE(in_second.rbegin()->first, 4);
    for (const auto& [second, probes] : in_second)
        EXPECT_NEAR(probes, 60, 10) << second;
}

TEST(Flood, goes_round_and_counts_rounds) {
    Flood flood(3, {.start = t0, .end = t0 + 1s, .count = 2});
    EXPECT_TRUE(flood.empty());
    for (const std::uint32_t target : {5u, 7u, 6u})
        flood.join(target);
    for (const std::uint32_t expected : {5u, 7u, 6u, 5u, 7u, 6u}) {
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
