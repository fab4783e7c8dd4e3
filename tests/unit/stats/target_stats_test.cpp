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

/// Settles one probe a second from second `at` on: 'X' lost, 'r' refused, 'm' answered with a code
/// of maintenance, '.' answered, '-' does not count. Gives a letter per probe: 'D' went down, 'R'
/// refuses, 'M' is in maintenance, 'U' came up, '.' nothing.
std::string play(TargetStats& stats, std::string_view script, Thresholds thresholds = {},
                 Duration at = 0s) {
    std::string changes;
    for (char step : script) {
        Settled settled;
        settled.counts = step != '-';
        settled.lost = step == 'X';
        settled.service = step == 'r'   ? Service::refused
                          : step == 'm' ? Service::maintenance
                                        : Service::fine;
        settled.sent = Instant{at};
        settled.sent_wall = WallTime{wall_offset + at};
        at += 1s;
        const std::optional<State> state = stats.on_settled(settled, thresholds);
        changes += state ? "?UDRM"[static_cast<std::size_t>(*state)] : '.';
        if (state) {
            EXPECT_EQ(*state, stats.state());
        }
    }
    return changes;
}

void note(TargetStats& stats, const ProbeResult& result) {
    EXPECT_EQ(stats.on_result(result, Thresholds{.fall = 100}), std::nullopt);
}

TEST(TargetStats, counts_what_was_received_and_lost) {
    TargetStats stats;
    for (int i = 0; i < 8; ++i)
        stats.on_sent();
    note(stats, answer(Kind::reply, 3ms, 200));
    note(stats, answer(Kind::reply, 1ms, 403));
    note(stats, answer(Kind::provisional, 5ms, 100));
    note(stats, drop(Kind::timeout));
    note(stats, drop(Kind::timeout));
    note(stats, drop(Kind::icmp));
    note(stats, drop(Kind::pending));
    note(stats, drop(Kind::local));
    note(stats, drop(Kind::send_error));
    note(stats, answer(Kind::late, 9s, 200));
    note(stats, answer(Kind::duplicate, 7s, 200));
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
    ASSERT_EQ(stats.codes().entries().size(), 3U);
    EXPECT_EQ(stats.codes().entries()[0].key, 200);
    EXPECT_EQ(stats.codes().entries()[1].key, 403);
    EXPECT_EQ(stats.codes().entries()[2].key, 100);
}

TEST(TargetStats, begins_with_nothing) {
    const TargetStats stats;
    EXPECT_EQ(stats.loss_percent(), 0.0);
    EXPECT_EQ(stats.latency_min(), 0ns);
    EXPECT_EQ(stats.latency_mean(), 0ns);
    EXPECT_EQ(stats.longest_outage().lost, 0U);
    EXPECT_NE(stats.state(), State::down);
    EXPECT_FALSE(stats.ever_answered());
}

TEST(TargetStats, a_late_answer_is_an_answer_but_not_received) {
    TargetStats stats;
    note(stats, drop(Kind::timeout));
    EXPECT_FALSE(stats.ever_answered());
    note(stats, answer(Kind::late, 2s, 200));
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
    EXPECT_EQ(stats.state(), State::down);
    EXPECT_EQ(stats.current_outage().begin, WallTime{wall_offset + 4s});
    EXPECT_EQ(stats.current_outage().lost, 3U);
    EXPECT_EQ(play(stats, "XX..", {}, 7s), "..U.");
    EXPECT_NE(stats.state(), State::down);
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
    note(first, answer(Kind::reply, 4ms, 200));
    play(first, "X.");
    TargetStats second;
    second.on_sent();
    second.on_sent();
    note(second, answer(Kind::reply, 2ms, 503));
    note(second, drop(Kind::timeout));
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
    EXPECT_EQ(total.codes().entries().size(), 2U);
}

TEST(TargetStats, refusals_and_losses_count_in_one_run_and_the_last_names_the_state) {
    TargetStats stats;
    EXPECT_EQ(play(stats, ".rr.Xrr"), "......R");
    EXPECT_EQ(stats.state(), State::refusing);
    EXPECT_EQ(stats.since(), WallTime{wall_offset + 4s});
    EXPECT_EQ(stats.current_outage().lost, 1U);
    EXPECT_EQ(stats.current_outage().refused, 2U);
    EXPECT_EQ(play(stats, "r.", {}, 7s), ".U");
    EXPECT_EQ(stats.current_outage().length(), 4s);
    EXPECT_EQ(stats.longest_run(), 1U) << "refusals are no losses";
    EXPECT_EQ(stats.longest_outage().failed(), 4U);
    EXPECT_FALSE(stats.current_outage().all_perhaps_own());
}

TEST(TargetStats, one_trouble_follows_another_after_as_many_in_a_row) {
    TargetStats stats;
    EXPECT_EQ(play(stats, "XXXrrXrrrr"), "..D.....R.");
    EXPECT_EQ(stats.since(), WallTime{wall_offset + 6s});
    EXPECT_EQ(stats.current_outage().begin, WallTime{wall_offset + 0s});
    EXPECT_EQ(play(stats, "mmmXXX.", {}, 10s), "..M..DU");
    EXPECT_EQ(stats.current_outage().lost, 7U);
    EXPECT_EQ(stats.current_outage().refused, 6U);
    EXPECT_EQ(stats.current_outage().maintenance, 3U);
    EXPECT_EQ(stats.current_outage().length(), 16s);
}

TEST(TargetStats, maintenance_is_its_own_state) {
    TargetStats stats;
    EXPECT_EQ(play(stats, "mmm.", {3, 1}), "..MU");
}

TEST(TargetStats, a_target_that_only_refused_has_not_answered) {
    TargetStats stats;
    ProbeResult refused = answer(Kind::reply, 1ms, 503);
    refused.service = Service::refused;
    note(stats, refused);
    refused.kind = Kind::late;
    note(stats, refused);
    EXPECT_FALSE(stats.ever_answered());
    EXPECT_EQ(stats.received(), 1U) << "but it is no lost packet";
    EXPECT_EQ(stats.refused(), 1U);
    ProbeResult maintained = answer(Kind::reply, 1ms, 503);
    maintained.service = Service::maintenance;
    note(stats, maintained);
    EXPECT_EQ(stats.maintenance(), 1U);
    EXPECT_TRUE(stats.ever_answered());
}

TEST(TargetStats, faults_of_syntax_are_counted_by_name) {
    TargetStats stats;
    ProbeResult odd = answer(Kind::reply, 1ms, 200);
    odd.syntax.fault = Fault::no_colon;
    note(stats, odd);
    odd.kind = Kind::duplicate;
    note(stats, odd);
    odd.syntax.fault = Fault::no_end;
    note(stats, odd);
    ASSERT_EQ(stats.syntax().entries().size(), 2U);
    EXPECT_EQ(stats.syntax().entries()[0].key.fault, Fault::no_colon);
    EXPECT_EQ(stats.syntax().entries()[0].count, 2U);
}

TEST(TargetStats, what_cannot_be_asked_is_unknown_until_it_answers) {
    TargetStats stats;
    const Thresholds thresholds{.fall = 3};
    std::string told;
    const auto result = [&](Kind kind, Duration at) {
        ProbeResult row = drop(kind);
        row.error = 101;
        row.sent = Instant{at};
        row.sent_wall = WallTime{wall_offset + at};
        const auto state = stats.on_result(row, thresholds);
        told += state ? to_string(*state).front() : '.';
    };
    result(Kind::send_error, 1s);
    result(Kind::send_error, 2s);
    result(Kind::timeout, 0s);  // one that left before
    result(Kind::local, 3s);
    EXPECT_EQ(told, "...U");
    EXPECT_EQ(stats.state(), State::unknown);
    EXPECT_EQ(stats.since(), WallTime{wall_offset + 1s});
    result(Kind::send_error, 4s);
    EXPECT_EQ(stats.unsent_run(), 4U);
    EXPECT_EQ(stats.unsent_error(), 101);
    EXPECT_EQ(told, "...U.") << "told once";
    EXPECT_EQ(play(stats, "X.", thresholds, 5s), ".U");
    EXPECT_EQ(stats.current_outage().unsent, 4U);
    EXPECT_EQ(stats.current_outage().lost, 1U);
    EXPECT_EQ(stats.current_outage().length(), 5s);
    result(Kind::reply, 6s);
    EXPECT_EQ(stats.unsent_run(), 0U);
}

TEST(TargetStats, unread_datagrams_are_told_apart_since_the_last_answer) {
    TargetStats stats;
    stats.on_unread();
    play(stats, ".");
    EXPECT_EQ(stats.unread_since_answer(), 0U);
    stats.on_unread();
    play(stats, "XX", {}, 1s);
    EXPECT_EQ(stats.unread_since_answer(), 1U);
    EXPECT_EQ(stats.unread(), 2U);
}

}  // namespace
}  // namespace sipping::stats
