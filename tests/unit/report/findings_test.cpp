#include "sipping/report/findings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sipping::report {
namespace {

constexpr std::int64_t midnight = 1'795'564'800;  // 2026-11-25 00:00 UTC

std::int32_t utc(std::int64_t) noexcept {
    return 0;
}

class FindingsTest : public testing::Test {
protected:
    /// An outage of `length` seconds, `at` seconds after the first midnight.
    void outage(std::uint32_t target, double at, double length = 180) {
        while (targets.size() <= target)
            targets.push_back({.order = InOrder{4s, EventOrder{no_texts, no_texts}},
                               .host = {},
                               .series = Series{3, lines, nullptr},
                               .target = std::to_string(targets.size()),
                               .name = std::to_string(targets.size()),
                               .site = {},
                               .log = {},
                               .not_wanted_as = {}});
        Series& series = targets[target].series;
        for (double lost = 0; lost < length; lost += std::min(5.0, length / 3))
            series.settle(
                {.at = moment(at + lost), .sent = moment(at + lost), .kind = Kind::timeout});
        series.settle({.at = moment(at + length),
                       .sent = moment(at + length),
                       .latency = 1ms,
                       .kind = Kind::reply});
    }
    static WallTime moment(double at) {
        return WallTime{Duration{std::chrono::seconds{midnight}} +
                        Duration{static_cast<std::int64_t>(at * 1e9)}};
    }

    Texts no_texts{11};
    StatusLines lines;
    std::deque<TargetHistory> targets;
};

TEST_F(FindingsTest, outages_within_a_second_belong_together) {
    outage(0, 100.00);
    outage(1, 100.08);
    outage(2, 100.9);
    outage(3, 101.5);  // alone
    outage(0, 5000);
    const auto found = find_together(targets);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].targets, (std::vector<std::uint32_t>{0, 1, 2}));
    EXPECT_EQ(found[0].begin, moment(100));
    EXPECT_EQ(found[0].spread, 900ms);
    EXPECT_FALSE(found[0].one_target);
}

TEST_F(FindingsTest, one_target_seen_by_several_probers_is_no_fault_of_theirs) {
    outage(0, 100.0);
    outage(1, 100.2);
    targets[1].target = targets[0].target;
    const auto found = find_together(targets);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].one_target);
}

TEST_F(FindingsTest, one_target_alone_is_no_together) {
    outage(0, 100.0, 0.1);
    outage(0, 100.5, 0.1);
    EXPECT_TRUE(find_together(targets).empty());
}

TEST_F(FindingsTest, the_same_time_every_day) {
    for (int day = 0; day < 14; ++day) {
        outage(0, day * 86'400 + 41'460 + day % 3 * 20);  // 11:31
        outage(1, day * 86'400 + (day * 7919 % 86'000));  // whenever
    }
    const auto found = find_daily(targets, utc);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].from_s, 11 * 3600 + 30 * 60);
    EXPECT_EQ(found[0].to_s, 11 * 3600 + 45 * 60);
    EXPECT_EQ(found[0].days, 14U);
    EXPECT_EQ(found[0].of, 14U);
    EXPECT_EQ(found[0].targets, std::vector<std::uint32_t>{0});
    EXPECT_TRUE(found[0].all_days);
    EXPECT_EQ(found[0].first_day, midnight / 86'400);
}

TEST_F(FindingsTest, a_habit_of_some_days_is_not_said_of_all_and_of_others) {
    for (int day = 0; day < 14; ++day) {
        outage(0, day * 86'400 + 4'500);
        outage(1, day * 86'400 + (day >= 5 && day < 8 ? 4'500 : 40'000 + day * 2'000), 180);
    }
    const auto found = find_daily(targets, utc);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].days, 14U);
    EXPECT_EQ(found[0].targets, std::vector<std::uint32_t>{0});
    EXPECT_EQ(found[1].days, 3U);
    EXPECT_EQ(found[1].first_day, midnight / 86'400 + 5);
    EXPECT_FALSE(found[1].all_days);
    EXPECT_EQ(found[1].targets, std::vector<std::uint32_t>{1});
}

TEST_F(FindingsTest, midnight_is_no_border) {
    for (int day = 1; day < 6; ++day)
        outage(0, day * 86'400 + (day % 2 == 0 ? 60 : -60));
    const auto found = find_daily(targets, utc);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].from_s, 23 * 3600 + 45 * 60);
    EXPECT_EQ(found[0].to_s, 15 * 60);
}

TEST_F(FindingsTest, three_times_in_two_weeks_is_chance) {
    for (const int day : {0, 6, 13})
        outage(0, day * 86'400 + 41'460);
    EXPECT_TRUE(find_daily(targets, utc).empty());
}

TEST_F(FindingsTest, targets_of_one_window_share_a_line) {
    for (unsigned day = 0; day < 5; ++day)
        for (std::uint32_t target = 0; target < 3; ++target)
            outage(target, day * 86'400 + 41'460 + target);
    const auto found = find_daily(targets, utc);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].targets.size(), 3U);
}

}  // namespace
}  // namespace sipping::report
