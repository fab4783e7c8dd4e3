#include "sipping/report/series.hpp"

#include <gtest/gtest.h>

#include "sipping/report/grids.hpp"

namespace sipping::report {
namespace {

constexpr WallTime start{1'700'000'000s};

Event event(WallTime at, Kind kind, std::uint64_t call_id, Duration latency = {}) {
    return {.at = at, .sent = at, .latency = latency, .call_id = call_id, .kind = kind};
}

class SeriesTest : public testing::Test {
protected:
    void reply(int at, std::string_view status = "SIP/2.0 200 OK", Duration latency = 10ms) {
        Event one = event(start + 1s * at, Kind::reply, id(at), latency);
        one.status = lines.id(status);
        series.settle(one);
    }
    void lose(int at, bool own = false, Kind kind = Kind::timeout) {
        Event one = event(start + 1s * at, kind, id(at));
        one.own = own;
        series.settle(one);
    }
    void late(int at) { series.settle(event(start + 1s * at, Kind::late, id(at), 25s)); }
    void mark(int at, Event::Type type) {
        series.settle({.at = start + 1s * at, .sent = start + 1s * at, .type = type});
    }
    static std::uint64_t id(int at) { return 1'000'000'000U + static_cast<unsigned>(at); }

    StatusLines lines{policy()};
    Series series{3, lines, nullptr};

private:
    static CodePolicy policy() {
        CodePolicy policy;
        policy.down.add(500, 503);
        policy.maintenance.add(503, 503);
        return policy;
    }
};

TEST_F(SeriesTest, three_losses_are_an_outage_two_are_not) {
    reply(0);
    lose(1);
    lose(2);
    reply(3);
    lose(4);
    lose(5, false, Kind::icmp);
    lose(6);
    reply(7);
    series.finish();
    ASSERT_EQ(series.outages().size(), 1U);
    const Outage& outage = series.outages()[0];
    EXPECT_EQ(outage.begin, start + 4s);
    EXPECT_EQ(outage.last_lost, start + 6s);
    EXPECT_EQ(outage.end, start + 7s);
    EXPECT_EQ(outage.length, 3s);
    EXPECT_FALSE(outage.open);
    EXPECT_EQ(outage.lost, 3U);
    EXPECT_EQ(outage.icmp, 1U);
    EXPECT_EQ(outage.first_call_id, id(4));
    EXPECT_EQ(outage.last_call_id, id(6));
    EXPECT_EQ(series.sent(), 8U);
    EXPECT_EQ(series.lost(), 5U);
    EXPECT_EQ(series.received(), 3U);
    EXPECT_DOUBLE_EQ(series.loss_percent(), 62.5);
    EXPECT_EQ(series.longest_run(), 3U);
}

TEST_F(SeriesTest, losses_of_our_own_neither_lengthen_a_run_nor_end_it) {
    for (int at = 0; at < 10; ++at)
        lose(at, true);
    reply(10);
    lose(11);
    lose(12, true);
    lose(13);
    series.finish();
    EXPECT_TRUE(series.outages().empty());
    EXPECT_EQ(series.perhaps_own(), 11U);
    EXPECT_EQ(series.lost(), 13U);
    EXPECT_EQ(series.longest_run(), 2U);
    lose(14);
    series.finish();
    EXPECT_EQ(series.outages().size(), 0U) << "the run before has ended with the log";
}

TEST_F(SeriesTest, an_outage_at_the_end_is_open) {
    reply(0);
    for (int at = 1; at <= 5; ++at)
        lose(at);
    series.settle(event(start + 6s, Kind::pending, 1));
    series.settle(event(start + 7s, Kind::send_error, 2));
    series.finish();
    ASSERT_EQ(series.outages().size(), 1U);
    EXPECT_TRUE(series.outages()[0].open);
    EXPECT_EQ(series.outages()[0].end, start + 5s);
    EXPECT_EQ(series.outages()[0].lost, 5U);
    EXPECT_EQ(series.sent(), 7U);
}

TEST_F(SeriesTest, a_run_does_not_reach_over_a_time_in_which_nobody_looked) {
    reply(0);
    for (int at = 1; at <= 4; ++at)
        lose(at);
    mark(500, Event::Type::start);
    for (int at = 501; at <= 504; ++at)
        lose(at);
    reply(505);
    series.finish();
    ASSERT_EQ(series.outages().size(), 2U);
    EXPECT_TRUE(series.outages()[0].open);
    EXPECT_EQ(series.outages()[0].lost, 4U);
    EXPECT_FALSE(series.outages()[1].open);
    EXPECT_EQ(series.pauses().length(), 495s) << "an interval after the last probe";
}

TEST_F(SeriesTest, losses_far_apart_from_the_first_probe_on_are_one_run) {
    for (int i = 0; i < 6; ++i)
        lose(600 * i);
    reply(3600);
    series.finish();
    ASSERT_EQ(series.outages().size(), 1U);
    EXPECT_EQ(series.outages()[0].lost, 6U);
    EXPECT_EQ(series.outages()[0].length, 3600s);
    EXPECT_EQ(series.coverage(), 1);
}

TEST_F(SeriesTest, late_responses_are_told_of_the_outage_they_belong_to) {
    for (int at = 0; at < 4; ++at) {
        lose(at);
        if (at == 1 || at == 2) late(at);
    }
    reply(4);
    for (int at = 5; at < 9; ++at) {
        lose(at, at == 7);
        if (at >= 6) late(at);
    }
    reply(9);
    late(9);  // of none that was lost
    series.finish();
    ASSERT_EQ(series.outages().size(), 2U);
    EXPECT_EQ(series.outages()[0].late, 2U);
    EXPECT_EQ(series.outages()[1].late, 2U) << "that of our own loss is none of an outage";
    EXPECT_EQ(series.count(Kind::late), 6U);
}

TEST_F(SeriesTest, a_probe_that_is_told_twice_counts_once) {
    for (int at = 0; at < 4; ++at) {
        lose(at);
        lose(at);
        late(at);
        late(at);
        lose(at, false, Kind::pending);  // nor can it have ended in two ways
    }
    series.finish();
    EXPECT_EQ(series.lost(), 4U);
    EXPECT_EQ(series.sent(), 4U);
    EXPECT_EQ(series.count(Kind::late), 4U);
    EXPECT_EQ(series.copies(), 12U);
}

TEST_F(SeriesTest, two_responses_to_one_probe_are_no_copies) {
    reply(0);
    for (const Duration latency : {20ms, 30ms, 30ms})
        series.settle(event(start, Kind::duplicate, id(0), latency));
    EXPECT_EQ(series.count(Kind::duplicate), 2U);
    EXPECT_EQ(series.copies(), 1U);
}

TEST_F(SeriesTest, refusals_and_losses_are_one_run_and_the_last_one_names_it) {
    reply(0);
    lose(1);
    reply(2, "SIP/2.0 500 Oops");
    reply(3, "SIP/2.0 500 Oops");
    reply(4);
    for (int at = 5; at < 9; ++at)
        reply(at, "SIP/2.0 503 Busy");
    reply(9);
    reply(10, "SIP/2.0 500 Oops");
    lose(11);
    lose(12);
    series.finish();
    ASSERT_EQ(series.outages().size(), 3U);
    EXPECT_EQ(series.outages()[0].sort, Sort::refused);
    EXPECT_EQ(series.outages()[0].lost, 1U);
    EXPECT_EQ(series.outages()[0].refused, 2U);
    EXPECT_EQ(series.outages()[1].sort, Sort::maintenance);
    EXPECT_EQ(series.outages()[1].maintenance, 4U);
    EXPECT_EQ(series.outages()[2].sort, Sort::lost);
    EXPECT_TRUE(series.outages()[2].open);
    EXPECT_EQ(series.lost(), 3U) << "a refusal is no lost packet";
    EXPECT_EQ(series.refused(), 3U);
    EXPECT_EQ(series.maintenance(), 4U);
    EXPECT_EQ(series.longest_run(), 2U);
    EXPECT_EQ(series.time_down(), 3s + 2s) << "maintenance is no time down";
    EXPECT_EQ(series.codes().at(503), 4U);
    EXPECT_EQ(series.codes().at(500), 3U);
    EXPECT_EQ(series.codes().at(200), 3U);
}

TEST_F(SeriesTest, coverage_is_the_share_in_which_somebody_looked) {
    for (int at = 0; at <= 100; ++at)
        if (at <= 40 || at >= 90)
            reply(at);  // a pause of 50 s, of which one interval is that of the probe before
        else if (at < 44)
            lose(at, true);
    series.finish();
    // 41 to 44 are perhaps our own losses and stand for nothing, the last one up to 90.
    EXPECT_NEAR(series.coverage(), 0.51, 1e-9);
    EXPECT_EQ(series.availability(), 1);
}

TEST_F(SeriesTest, availability_is_of_the_time_in_which_somebody_looked) {
    for (int at = 0; at < 10; ++at)
        reply(at);
    for (int at = 10; at < 20; ++at)
        lose(at);
    for (int at = 20; at <= 40; ++at)
        reply(at);
    series.unlooked(start + 15s, start + 25s);
    series.finish();
    EXPECT_NEAR(series.coverage(), 0.75, 1e-9);
    EXPECT_NEAR(series.availability().value(), 1 - 5.0 / 30, 1e-9);
}

TEST_F(SeriesTest, the_status_changes_with_its_code_only) {
    reply(0, "SIP/2.0 200 OK");
    reply(1, "SIP/2.0 200 Fine");
    reply(2, "SIP/2.0 503 Busy");
    lose(3);
    reply(4, "SIP/2.0 503 Very Busy");
    reply(5, "SIP/2.0 200 OK");
    ASSERT_EQ(series.changes().size(), 2U);
    EXPECT_EQ(lines.text(series.changes()[0].before), "SIP/2.0 200 Fine");
    EXPECT_EQ(lines.text(series.changes()[0].after), "SIP/2.0 503 Busy");
    EXPECT_EQ(series.changes()[0].at, start + 2s);
    EXPECT_EQ(series.changes()[1].call_id, id(5));
}

TEST_F(SeriesTest, changes_and_gaps_have_a_limit) {
    for (int at = 0; at < 3000; ++at)
        reply(at, at % 2 == 0 ? "SIP/2.0 200 OK" : "SIP/2.0 503 Busy");
    for (int at = 1499; at >= 0; --at)
        series.gap({start + 1s * at, start + 1s * at, "stall", 1});
    EXPECT_EQ(series.changes().size(), Series::changes_max);
    EXPECT_EQ(series.changes_left_out(), 2999 - Series::changes_max);
    EXPECT_EQ(series.gaps().size(), Series::gaps_max);
    EXPECT_EQ(series.gaps_left_out(), 1500 - Series::gaps_max);
    EXPECT_EQ(series.gaps().begin()->from, start) << "the earliest ones are kept";
}

TEST_F(SeriesTest, latencies_are_within_minimum_and_maximum) {
    for (int at = 1; at <= 100; ++at)
        reply(at, "SIP/2.0 200 OK", 1ms * at);
    EXPECT_EQ(series.latency_min(), 1ms);
    EXPECT_EQ(series.latency_max(), 100ms);
    EXPECT_NEAR(static_cast<double>(series.latency(0.5).count()), 50e6, 1.6e6);
    EXPECT_LE(series.latency(1), 100ms);
}

TEST(StatusLinesTest, reason_phrases_without_end_are_bounded) {
    StatusLines lines;
    for (int i = 0; i < 100'000; ++i) {
        const TextId id = lines.id("SIP/2.0 503 reason " + std::to_string(i));
        ASSERT_EQ(lines.code(id), 503);
        ASSERT_LT(id, Texts::texts_max + Texts::more_max + 1);
    }
    EXPECT_EQ(lines.text(lines.id("SIP/2.0 503 reason 99999")), "SIP/2.0 503");
    EXPECT_EQ(lines.code(lines.id("garbage")), 0);
    EXPECT_EQ(lines.text(lines.id(std::string(10'000, 'x'))).size(), 11U);
}

TEST(PeriodsTest, each_hour_apart) {
    const LocalGrid grid{3600s, [](std::int64_t) noexcept { return 0; }};
    StatusLines lines;
    Series series{3, lines, &grid};
    const WallTime hour{1'699'999'200s};  // 22:00
    for (int second = 0; second < 7200; ++second) {
        const bool lost = second >= 3500 && second < 3700;
        series.settle(
            event(hour + 1s * second, lost ? Kind::timeout : Kind::reply, 1, lost ? 0ms : 10ms));
    }
    series.finish();
    ASSERT_EQ(series.periods().size(), 2U);
    EXPECT_EQ(series.periods()[0].sent, 3600U);
    EXPECT_EQ(series.periods()[0].lost, 100U);
    EXPECT_EQ(series.periods()[1].lost, 100U);
    EXPECT_EQ(series.periods()[1].longest_run, 100U);
    EXPECT_EQ(series.periods()[1].number, series.periods()[0].number + 2);
    EXPECT_EQ(series.periods()[1].max, 10ms);
    EXPECT_EQ(series.outages().size(), 1U);
}

}  // namespace
}  // namespace sipping::report
