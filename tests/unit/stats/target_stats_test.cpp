#include "sipping/stats/target_stats.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sipping::stats {
namespace {

constexpr Duration wall_offset = 1'778'803'687s;

ProbeResult answer(Kind kind, Duration latency, std::uint16_t status) {
    ProbeResult result;
    result.kind = kind;
    result.latency = latency;
    result.status = status;
    return result;
}

ProbeResult drop(Kind kind) {
    return answer(kind, 0ns, 0);
}

/// Settles one probe a second from second `at` on: 'X' lost, '.' answered, '-' does not count.
/// Gives a letter per probe: 'D' went down, 'U' came up, '.' nothing.
std::string play(TargetStats& stats, std::string_view script, Thresholds thresholds = {},
                 Duration at = 0s) {
    std::string changes;
    for (char step : script) {
        Settled settled;
        settled.counts = step != '-';
        settled.lost = step == 'X';
        settled.sent = Instant{at};
        settled.sent_wall = WallTime{wall_offset + at};
        at += 1s;
        switch (stats.on_settled(settled, thresholds)) {
            case Change::none: changes += '.'; break;
            case Change::went_down: changes += 'D'; break;
            case Change::came_up: changes += 'U'; break;
        }
    }
    return changes;
}

TEST(TargetStats, counts_what_was_received_and_lost) {
    TargetStats stats;
    for (int i = 0; i < 8; ++i)
        stats.on_sent();
    stats.on_result(answer(Kind::reply, 3ms, 200));
    stats.on_result(answer(Kind::reply, 1ms, 403));
    stats.on_result(answer(Kind::provisional, 5ms, 100));
    stats.on_result(drop(Kind::timeout));
    stats.on_result(drop(Kind::timeout));
    stats.on_result(drop(Kind::icmp));
    stats.on_result(drop(Kind::pending));
    stats.on_result(drop(Kind::local));
    stats.on_result(drop(Kind::send_error));
    stats.on_result(answer(Kind::late, 9s, 200));
    stats.on_result(answer(Kind::duplicate, 7s, 200));
    EXPECT_EQ(stats.sent(), 7U);  // the one of the send error never left
    EXPECT_EQ(stats.received(), 3U);
    EXPECT_EQ(stats.lost(), 3U);
    EXPECT_EQ(stats.count(Kind::timeout), 2U);
    EXPECT_EQ(stats.count(Kind::late), 1U);
    EXPECT_EQ(stats.count(Kind::duplicate), 1U);
    EXPECT_DOUBLE_EQ(stats.loss_percent(), 50.0);
    EXPECT_EQ(stats.latency_min(), 1ms);
    EXPECT_EQ(stats.latency_max(), 5ms);
    EXPECT_EQ(stats.latency_mean(), 3ms);
    EXPECT_EQ(stats.latency().count(), 3U);
    EXPECT_EQ(stats.by_class(), (std::array<std::uint64_t, 7>{0, 1, 1, 0, 1, 0, 0}));
}

TEST(TargetStats, begins_with_nothing) {
    const TargetStats stats;
    EXPECT_EQ(stats.loss_percent(), 0.0);
    EXPECT_EQ(stats.latency_min(), 0ns);
    EXPECT_EQ(stats.latency_mean(), 0ns);
    EXPECT_EQ(stats.longest_outage().lost, 0U);
    EXPECT_FALSE(stats.down());
    EXPECT_FALSE(stats.ever_answered());
}

TEST(TargetStats, a_late_answer_is_an_answer_but_not_received) {
    TargetStats stats;
    stats.on_result(drop(Kind::timeout));
    EXPECT_FALSE(stats.ever_answered());
    stats.on_result(answer(Kind::late, 2s, 200));
    EXPECT_TRUE(stats.ever_answered());
    EXPECT_EQ(stats.received(), 0U);
    EXPECT_EQ(stats.lost(), 1U);
}

TEST(TargetStats, knows_longest_last_and_current_run) {
    TargetStats stats;
    play(stats, ".X.XX");  // the seed document's example
    EXPECT_EQ(stats.longest_run(), 2U);
    EXPECT_EQ(stats.last_run(), 1U);
    EXPECT_EQ(stats.current_run(), 2U);
    play(stats, "..X");
    EXPECT_EQ(stats.longest_run(), 2U);
    EXPECT_EQ(stats.last_run(), 2U);
    EXPECT_EQ(stats.current_run(), 1U);
}

TEST(TargetStats, a_probe_that_does_not_count_neither_breaks_nor_extends_a_run) {
    TargetStats stats;
    EXPECT_EQ(play(stats, ".X-X--X.-.", {3, 2}), "......D..U");
    EXPECT_EQ(stats.longest_run(), 3U);
    EXPECT_EQ(stats.longest_outage().lost, 3U);
}

TEST(TargetStats, goes_down_after_three_losses_and_up_with_the_first_answer) {
    TargetStats stats;
    EXPECT_EQ(play(stats, ".XX.XXX"), "......D");
    EXPECT_TRUE(stats.down());
    EXPECT_EQ(stats.current_outage().begin, WallTime{wall_offset + 4s});
    EXPECT_EQ(stats.current_outage().lost, 3U);
    EXPECT_EQ(play(stats, "XX..", {}, 7s), "..U.");
    EXPECT_FALSE(stats.down());
    EXPECT_EQ(stats.current_outage().begin, WallTime{wall_offset + 4s});
    EXPECT_EQ(stats.current_outage().end, WallTime{wall_offset + 9s});
    EXPECT_EQ(stats.current_outage().length(), 5s);
    EXPECT_EQ(stats.current_outage().lost, 5U);
}

TEST(TargetStats, with_rise_two_a_single_answer_does_not_end_the_outage) {
    TargetStats stats;
    EXPECT_EQ(play(stats, "XX.X.XX..", {2, 2}), ".D......U");
    EXPECT_EQ(stats.current_outage().begin_at, Instant{0s});
    EXPECT_EQ(stats.current_outage().end_at, Instant{7s});
    EXPECT_EQ(stats.current_outage().lost, 5U);
    EXPECT_EQ(stats.longest_run(), 2U);
    EXPECT_EQ(stats.longest_outage().length(), 2s);
    EXPECT_EQ(stats.longest_outage().begin_at, Instant{0s}) << "the first of two equals is kept";
}

TEST(TargetStats, the_longest_outage_is_the_longest_in_time_and_may_still_last) {
    TargetStats stats;
    play(stats, "XXX.", {}, 10s);
    EXPECT_EQ(stats.longest_outage().length(), 3s);
    play(stats, "X", {}, 100s);  // two losses, but 50 s apart
    EXPECT_EQ(stats.longest_outage().length(), 3s);
    play(stats, "X", {}, 150s);
    EXPECT_EQ(stats.longest_outage().length(), 50s);
    EXPECT_EQ(stats.longest_outage().lost, 2U);
    EXPECT_EQ(stats.longest_outage().end, WallTime{wall_offset + 150s});
    play(stats, ".", {}, 151s);
    EXPECT_EQ(stats.longest_outage().length(), 51s);
}

TEST(TargetStats, losses_sent_at_the_same_instant_are_all_counted) {
    TargetStats stats;
    for (int i = 0; i < 3; ++i)
        play(stats, "X", {}, 5s);
    EXPECT_EQ(stats.longest_outage().lost, 3U);
    EXPECT_EQ(stats.longest_outage().length(), 0s);
}

TEST(TargetStats, merges_into_a_total) {
    TargetStats first;
    first.on_sent();
    first.on_result(answer(Kind::reply, 4ms, 200));
    play(first, "X.");
    TargetStats second;
    second.on_sent();
    second.on_sent();
    second.on_result(answer(Kind::reply, 2ms, 503));
    second.on_result(drop(Kind::timeout));
    play(second, "XX.", {}, 50s);
    TargetStats total;
    total.merge(TargetStats{});
    total.merge(first);
    total.merge(second);
    EXPECT_EQ(total.sent(), 3U);
    EXPECT_EQ(total.received(), 2U);
    EXPECT_EQ(total.lost(), 1U);
    EXPECT_EQ(total.latency_min(), 2ms);
    EXPECT_EQ(total.latency_max(), 4ms);
    EXPECT_EQ(total.latency_mean(), 3ms);
    EXPECT_EQ(total.latency().count(), 2U);
    EXPECT_EQ(total.longest_run(), 2U);
    EXPECT_EQ(total.longest_outage().begin_at, Instant{50s});
    EXPECT_EQ(total.by_class()[5], 1U);
}

}  // namespace
}  // namespace sipping::stats
