#include <gtest/gtest.h>

#include <map>

#include "rows.hpp"
#include "sipping/base/prng.hpp"

namespace sipping::report {
namespace {

TEST(Analysis, rotated_files_are_one_history_overlapping_ones_are_two) {
    Rows rows;
    rows.begin_file("a", "logs/a");
    for (int i = 0; i < 100; ++i)
        rows.probe("sbc", i, Kind::reply);
    rows.begin_file("a", "logs/a");
    rows.probe("sbc", 98.5, Kind::late, 1700);  // no word on where this file begins
    for (int i = 100; i < 200; ++i)
        rows.probe("sbc", i, Kind::reply);
    rows.begin_file("b", "logs/b");
    rows.first_call_id = 3'000'000'000;
    for (int i = 50; i < 150; ++i)
        rows.probe("sbc", i, Kind::reply);
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[0].name, "sbc");
    EXPECT_EQ(analysis.targets()[0].series.sent(), 200U);
    EXPECT_EQ(analysis.targets()[1].name, "sbc (2)");
    EXPECT_EQ(analysis.targets()[1].series.sent(), 100U);
}

TEST(Analysis, a_second_prober_whose_file_begins_with_a_late_row_is_not_mixed_in) {
    Rows rows;
    rows.begin_file("a", "logs/a");
    for (int i = 0; i < 100; ++i)
        rows.probe("sbc", i, Kind::reply);
    rows.begin_file("b", "logs/b");
    rows.first_call_id = 3'000'000'000;
    rows.probe("sbc", 1, Kind::late, 1700);
    for (int i = 3; i < 50; ++i)
        rows.probe("sbc", i, Kind::reply);
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 100U);
}

/// Two probers, whose logs are rotated at the same moment; only the first sees an outage over it.
TEST(Analysis, a_rotated_log_goes_on_where_it_was_whoever_else_probes) {
    Rows rows;
    const auto file = [&](std::string_view prober, int from, bool down) {
        rows.begin_file("sbc", std::string{"logs/"} + std::string{prober});
        for (int i = from; i < from + 100; ++i)
            rows.probe("sbc", i + (prober == "b" ? 0.5 : 0),
                       down && i >= 90 && i < 110 ? Kind::timeout : Kind::reply);
    };
    for (const int from : {0, 100})
        for (const bool first : {true, false})
            file(first ? "a" : "b", from, first);
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    ASSERT_EQ(analysis.targets()[0].series.outages().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.outages()[0].lost, 20U);
    EXPECT_TRUE(analysis.targets()[1].series.outages().empty());
}

TEST(Analysis, gaps_are_of_the_file_that_tells_of_them) {
    Rows rows;
    rows.begin_file("a", "logs/a");
    for (int i = 0; i < 100; ++i)
        rows.probe("sbc", i, i >= 40 && i < 60 ? Kind::timeout : Kind::reply);
    rows.begin_file("b", "logs/b");
    rows.first_call_id = 3'000'000'000;
    rows.gap("*", 50, "reason=start");
    for (int i = 50; i < 54; ++i)
        rows.probe("sbc", i, i < 52 ? Kind::reply : Kind::timeout);
    rows.gap("sbc", 57, "reason=start");
    rows.probe("sbc", 58, Kind::timeout);
    rows.gap("*", 59, "from=1700000059.000000;until=1700000061.000000;reason=stall;count=7");
    for (int i = 61; i < 99; ++i)
        rows.probe("sbc", i, Kind::reply);
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    const Series& first = analysis.targets()[0].series;
    ASSERT_EQ(first.outages().size(), 1U);
    EXPECT_EQ(first.outages()[0].lost, 20U) << "the start is another prober's";
    EXPECT_TRUE(first.gaps().empty());
    EXPECT_TRUE(analysis.targets()[1].series.outages().empty()) << "2 lost, a start, 1 lost";
    EXPECT_EQ(analysis.targets()[1].series.gaps().size(), 3U);
    EXPECT_EQ(analysis.gaps().at("stall").spans.size(), 1U);
    EXPECT_EQ(analysis.gaps().at("stall").count, 7U);
}

TEST(Analysis, an_outage_does_not_reach_over_a_time_in_which_nobody_looked) {
    Rows rows;
    rows.begin_file("a", "logs/a");
    for (int i = 0; i < 50; ++i)
        rows.probe("sbc", i, i >= 47 ? Kind::timeout : Kind::reply);
    rows.probe("sbc", 30'000, Kind::timeout);  // suspended meanwhile
    rows.probe("sbc", 30'001, Kind::timeout);
    for (int i = 30'002; i < 30'050; ++i)
        rows.probe("sbc", i, i < 30'005 || i >= 30'015 ? Kind::reply : Kind::timeout);
    const Analysis& analysis = rows.read();
    const auto& outages = analysis.targets()[0].series.outages();
    ASSERT_EQ(outages.size(), 2U);
    EXPECT_TRUE(outages[0].open);
    EXPECT_EQ(outages[0].length, 2s);
    EXPECT_EQ(outages[1].lost, 10U);
}

TEST(Analysis, a_target_is_asked_for_by_its_address_though_another_one_answers) {
    Rows rows{{.targets = {"192.0.2.1"}}};
    rows.begin_file("a", "logs/a");
    for (int i = 0; i < 60; ++i) {
        rows.host = i % 20 == 19 ? "192.0.2.1" : "192.0.2.99";
        rows.probe("sbc", i, i % 20 == 19 ? Kind::timeout : Kind::reply);
        rows.host = "192.0.2.50";
        rows.probe("other", i, Kind::reply);
    }
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 60U);
    EXPECT_EQ(analysis.targets()[0].series.lost(), 3U);
}

TEST(Analysis, late_responses_to_losses_of_our_own_are_none_of_an_outage) {
    Rows rows;
    rows.begin_file("a", "logs/a");
    for (int i = 0; i < 6; ++i)
        rows.probe("sbc", i, Kind::timeout, 5, i == 0 || i > 3 ? "" : "self=stall");
    for (int i = 6; i < 25; ++i)
        rows.probe("sbc", i, Kind::reply);
    for (int i = 0; i < 6; ++i)
        rows.probe("sbc", i, Kind::late, 25'000);
    const Analysis& analysis = rows.read();
    EXPECT_FALSE(rows.sorted);
    const auto& outages = analysis.targets()[0].series.outages();
    ASSERT_EQ(outages.size(), 1U);
    EXPECT_EQ(outages[0].lost, 3U);
    EXPECT_EQ(outages[0].late, 3U);
}

TEST(Analysis, sites_are_apart) {
    Rows rows;
    rows.begin_file("all", "logs/all");
    for (int i = 0; i < 10; ++i)
        for (const char* site : {"fra", "ams"})
            rows.probe("sbc", i, Kind::reply, 5, "", site);
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[1].site, "ams");
}

TEST(Analysis, rows_of_a_long_timeout_are_sorted) {
    for (const int timeout : {30, 400}) {
        Rows rows;
        rows.begin_file("a", "logs/a");
        for (int i = 0; i < 1000; ++i) {
            if (i < 50 || i > 60) rows.probe("sbc", i, Kind::reply);
            const int lost = i - timeout;
            if (lost >= 50 && lost <= 60) rows.probe("sbc", lost, Kind::timeout);
        }
        const Analysis& analysis = rows.read();
        EXPECT_EQ(rows.sorted, timeout == 400);
        ASSERT_EQ(analysis.targets()[0].series.outages().size(), 1U);
        EXPECT_EQ(analysis.targets()[0].series.outages()[0].lost, 11U);
        EXPECT_EQ(analysis.clock_set_back(), 0U);
    }
}

/// `files/report-never-ends`: a start stands behind rows that are later.
TEST(Analysis, a_start_row_behind_later_rows_ends) {
    Rows rows;
    rows.begin_file("gw", "logs/gw");
    rows.gap("gw", 10.302, "reason=start");
    rows.probe("gw", 10.303, Kind::reply, 0.032);
    rows.gap("gw", 10.000, "reason=start");
    rows.probe("gw", 10.001, Kind::reply, 0.032);
    rows.probe("gw", 10.021, Kind::reply, 0.032);
    const Analysis& analysis = rows.read();
    EXPECT_EQ(analysis.targets()[0].series.sent(), 3U);
    EXPECT_EQ(analysis.targets()[0].series.first(), Rows::moment(10.001));
    EXPECT_EQ(std::chrono::round<std::chrono::milliseconds>(analysis.pauses().length()), 261ms);
}

TEST(Analysis, range_and_targets) {
    Rows rows{{.from = Rows::moment(10), .to = Rows::moment(20), .targets = {"a", "192.0.2.9"}}};
    rows.begin_file("all", "logs/all");
    for (int i = 0; i < 30; ++i) {
        rows.probe("a", i, Kind::reply);
        rows.probe("b", i, Kind::reply);
    }
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 10U);
}

/// Random fates, rows in order of completion; the outages are found the obvious way beside it.
TEST(Analysis, random_logs_against_an_obvious_account) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Prng prng{Key{seed, 0}};
        Rows rows;
        struct Row {
            double completed;
            int number;
            bool lost;
            bool own;
        };
        std::vector<Row> made;
        std::vector<std::pair<int, int>> expected;  // first lost, count
        int run = 0;
        int first = 0;
        bool down = false;
        const int count = 2000;
        for (int i = 0; i < count; ++i) {
            if (prng.below(50) == 0) down = !down;
            const bool lost = prng.below(100) < (down ? 90U : 5U);
            const bool own = lost && prng.below(10) == 0;
            const double sent = i * 0.1;
            made.push_back({lost ? sent + 1 : sent + 0.001 * static_cast<double>(prng.below(900)),
                            i, lost, own});
            if (lost && !own && run++ == 0) first = i;
            if (!lost || i + 1 == count) {
                if (run >= 3) expected.emplace_back(first, run);
                run = 0;
            }
        }
        std::stable_sort(made.begin(), made.end(),
                         [](const Row& a, const Row& b) { return a.completed < b.completed; });
        rows.begin_file("a", "logs/a");
        for (const Row& row : made)
            rows.probe("sbc", row.number * 0.1, row.lost ? Kind::timeout : Kind::reply,
                       (row.completed - row.number * 0.1) * 1000, row.own ? "self=stall" : "");
        const Analysis& analysis = rows.read();
        ASSERT_FALSE(rows.sorted);
        std::vector<std::pair<int, int>> found;
        for (const Outage& outage : analysis.targets()[0].series.outages())
            found.emplace_back(static_cast<int>(std::chrono::round<std::chrono::milliseconds>(
                                                    outage.begin - Rows::moment(0))
                                                    .count() /
                                                100),
                               static_cast<int>(outage.lost));
        EXPECT_EQ(found, expected) << "seed " << seed;
    }
}

}  // namespace
}  // namespace sipping::report
