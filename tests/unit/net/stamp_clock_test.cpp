#include "net/stamp_clock.hpp"

#include <gtest/gtest.h>

namespace sipping::net {
namespace {

constexpr Duration offset = 1'700'000'000s;

constexpr Instant at(Duration since_boot) {
    return Instant{since_boot};
}
constexpr ClockReading reading(Duration since_boot, Duration wall_step = 0s) {
    return {at(since_boot), offset + wall_step};
}
constexpr WallTime wall(Duration since_boot, Duration wall_step = 0s) {
    return WallTime{since_boot + offset + wall_step};
}

TEST(StampClock, puts_stamps_on_the_monotonic_clock) {
    StampClock clock(reading(100s));
    clock.look(reading(101s), true);
    EXPECT_EQ(clock.convert(wall(100'500ms)), at(100'500ms));
    EXPECT_EQ(clock.steps(), 0U);
}

TEST(StampClock, slewing_is_no_step) {
    StampClock clock(reading(100s));
    for (int i = 1; i <= 10; ++i) {
        clock.look(reading(100s + i * 1s, i * 400us), true);
        EXPECT_TRUE(clock.convert(wall(100s + i * 1s - 1ms, i * 400us)));
    }
    EXPECT_EQ(clock.steps(), 0U);
}

TEST(StampClock, trusts_no_stamp_of_the_drain_that_saw_a_step) {
    for (const Duration step : {Duration{10s}, Duration{-10s}, Duration{2ms}, Duration{-2ms}}) {
        StampClock clock(reading(100s));
        clock.look(reading(101s, step), true);
        EXPECT_FALSE(clock.convert(wall(100'900ms))) << step.count();
        EXPECT_FALSE(clock.convert(wall(100'900ms, step))) << step.count();
        EXPECT_EQ(clock.steps(), 1U);
        clock.look(reading(102s, step), true);
        EXPECT_EQ(clock.convert(wall(101'900ms, step)), at(101'900ms)) << step.count();
        EXPECT_EQ(clock.steps(), 1U);
    }
}

TEST(StampClock, trusts_none_until_everything_stamped_before_the_step_was_read) {
    StampClock clock(reading(100s));
    clock.look(reading(101s, 2ms), false);
    EXPECT_FALSE(clock.convert(wall(100'900ms)));
    clock.look(reading(102s, 2ms), false);
    EXPECT_FALSE(clock.convert(wall(100'900ms)));
    clock.look(reading(103s, 2ms), true);
    EXPECT_FALSE(clock.convert(wall(100'900ms)));
    clock.look(reading(104s, 2ms), true);
    EXPECT_EQ(clock.convert(wall(103'500ms, 2ms)), at(103'500ms));
}

TEST(StampClock, refuses_times_that_cannot_be) {
    StampClock clock(reading(100s));
    clock.look(reading(110s), true);
    EXPECT_TRUE(clock.convert(wall(110s + 40us)));
    EXPECT_FALSE(clock.convert(wall(110s + 60us)));
    EXPECT_TRUE(clock.convert(wall(99'100ms)));
    EXPECT_FALSE(clock.convert(wall(98'900ms)));
}

TEST(StampClock, a_backlog_may_be_older_than_the_last_look) {
    StampClock clock(reading(100s));
    clock.look(reading(110s), false);
    clock.look(reading(111s), false);
    clock.look(reading(112s), true);
    EXPECT_EQ(clock.convert(wall(100'500ms)), at(100'500ms));
}

}  // namespace
}  // namespace sipping::net
