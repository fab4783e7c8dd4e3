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
        if (!series.any_probe() && !from_start) series.settle(answer(at - seen_before));
        for (double lost = 0; lost < length; lost += std::min(5.0, length / 3))
            series.settle(
                {.at = moment(at + lost), .sent = moment(at + lost), .kind = Kind::timeout});
        series.settle(answer(at + length));
    }
    static Event answer(double at) {
        return {.at = moment(at), .sent = moment(at), .latency = 1ms, .kind = Kind::reply};
    }
    static WallTime moment(double at) {
        return WallTime{Duration{std::chrono::seconds{midnight}} +
                        Duration{static_cast<std::int64_t>(at * 1e9)}};
    }

    double seen_before = 10;  ///< the last response before the first outage, in seconds
    bool from_start = false;  ///< nothing is answered before
    Texts no_texts{11};
    StatusLines lines;
    std::deque<TargetHistory> targets;
};

TEST_F(FindingsTest, outages_within_a_second_belong_together) {
    outage(0, 100.00);
    outage(1, 100.08);
    outage(2, 100.9);
    seen_before = 1;
    outage(3, 101.5);  // alone
    outage(0, 5000);
    const auto found = find_together(targets);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].targets, (std::vector<std::uint32_t>{0U, 1U, 2U}));
    EXPECT_EQ(found[0].begin, moment(100));
    EXPECT_EQ(found[0].spread, 900ms);
    EXPECT_EQ(found[0].look_at, LookAt::our_side);
}

TEST_F(FindingsTest, outages_that_began_since_the_last_response_may_belong_together) {
    seen_before = 30;
    outage(0, 100);
    outage(1, 110);
    outage(2, 129);
    outage(3, 131);  // it was answered at 101
    const auto found = find_together(targets);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].targets, (std::vector<std::uint32_t>{0, 1, 2}));
    EXPECT_EQ(found[0].spread, 29s);
}

TEST_F(FindingsTest, one_target_seen_by_several_probers_is_no_fault_of_theirs) {
    outage(0, 100.0);
    outage(1, 100.2);
    targets[1].target = targets[0].target;
    const auto found = find_together(targets);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].look_at, LookAt::target);
}

TEST_F(FindingsTest, targets_of_one_host_are_its_fault) {
    for (const std::uint32_t target : {0U, 1U, 2U}) {
        outage(target, 100.0);
        targets[target].host = "192.0.2.1";
    }
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::our_side) << "nobody asks another host";
    outage(3, 500);
    targets[3].host = "192.0.2.7";
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::host);
    targets[2].host = "192.0.2.2";
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::our_side);
    for (TargetHistory& target : targets)
        target.host.clear();
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::our_side) << "nobody knows their hosts";
}

TEST_F(FindingsTest, what_two_sites_lost_is_not_our_side) {
    for (const std::uint32_t target : {0U, 1U, 2U, 3U}) {
        outage(target, 100.0);
        targets[target].target = target % 2 == 0 ? "a" : "b";
        targets[target].site = target < 2 ? "muc" : "fra";
    }
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::shared);
    for (const std::uint32_t target : {0U, 1U, 2U, 3U}) {  // two probers without a site
        targets[target].site.clear();
        targets[target].name = targets[target].target + (target < 2 ? "" : " (2)");
    }
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::shared);
}

TEST_F(FindingsTest, what_was_dead_from_the_start_fell_at_no_known_moment) {
    from_start = true;
    for (const std::uint32_t target : {0U, 1U, 2U})
        outage(target, 100.0);
    from_start = false;
    outage(3, 100.0);  // it alone
    ASSERT_EQ(find_together(targets).size(), 1U);
    EXPECT_EQ(find_together(targets)[0].look_at, LookAt::start);
    EXPECT_EQ(find_together(targets)[0].targets, (std::vector<std::uint32_t>{0, 1, 2}));
    EXPECT_TRUE(targets[0].series.outages()[0].open_begin);
    outage(0, 285);
    EXPECT_FALSE(targets[0].series.outages()[1].open_begin);
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
