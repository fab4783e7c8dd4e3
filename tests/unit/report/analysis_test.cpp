#include "sipping/report/analysis.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sipping/base/prng.hpp"

namespace sipping::report {
namespace {

constexpr std::int64_t start = 1'700'000'000;

struct Rows {
    explicit Rows(Analysis& to) : analysis(to) {}

    void probe(std::string_view target, double at, Kind kind, double latency_ms = 5,
               std::string_view detail = "", std::string_view site = "") {
        log::Row row;
        row.kind = kind;
        row.sent = moment(at);
        if (has_answer(kind)) {
            row.latency = Duration{static_cast<std::int64_t>(latency_ms * 1e6)};
            row.response = "SIP/2.0 200 OK";
        }
        row.host = host;
        row.target = target;
        row.site = site;
        row.call_id = 1'000'000'000U + static_cast<std::uint64_t>(at * 1000);
        row.detail = detail;
        analysis.add(row);
    }
    void gap(std::string_view target, double at, std::string_view detail) {
        log::Row row;
        row.is_gap = true;
        row.sent = moment(at);
        row.target = target;
        row.detail = detail;
        analysis.add(row);
    }
    static WallTime moment(double at) {
        return WallTime{Duration{std::chrono::seconds{start}} +
                        Duration{static_cast<std::int64_t>(at * 1e9)}};
    }
    Analysis& analysis;
    std::string_view host = "192.0.2.1";
};

TEST(Analysis, rotated_files_are_one_history_overlapping_ones_are_two) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 0; i < 100; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.begin_file("a", "logs/a");
    rows.probe("sbc", 98.5, Kind::late, 1700);  // no word on where this file begins
    for (int i = 100; i < 200; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.begin_file("b", "logs/b");
    for (int i = 50; i < 150; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.finish();
    EXPECT_EQ(analysis.wanted_hold(), 0s);
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[0].name, "sbc");
    EXPECT_EQ(analysis.targets()[0].series.sent(), 200U);
    EXPECT_EQ(analysis.targets()[1].name, "sbc (2)");
    EXPECT_EQ(analysis.targets()[1].series.sent(), 100U);
}

TEST(Analysis, a_second_prober_whose_file_begins_with_a_late_row_is_not_mixed_in) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 0; i < 100; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.begin_file("b", "logs/b");
    rows.probe("sbc", 1, Kind::late, 1700);
    for (int i = 3; i < 50; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.finish();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 100U);
}

/// Two probers, whose logs are rotated at the same moment; only the first sees an outage over it.
TEST(Analysis, a_rotated_log_goes_on_where_it_was_whoever_else_probes) {
    Analysis analysis{{}};
    Rows rows{analysis};
    const auto file = [&](std::string_view prober, int from, bool down) {
        analysis.begin_file("sbc", std::string{"logs/"} + std::string{prober});
        for (int i = from; i < from + 100; ++i)
            rows.probe("sbc", i + (prober == "b" ? 0.5 : 0),
                       down && i >= 90 && i < 110 ? Kind::timeout : Kind::reply);
    };
    for (const int from : {0, 100})
        for (const bool first : {true, false})
            file(first ? "a" : "b", from, first);
    analysis.finish();
    ASSERT_EQ(analysis.targets().size(), 2U);
    ASSERT_EQ(analysis.targets()[0].series.outages().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.outages()[0].lost, 20U);
    EXPECT_TRUE(analysis.targets()[1].series.outages().empty());
}

TEST(Analysis, gaps_are_of_the_file_that_tells_of_them) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 0; i < 100; ++i)
        rows.probe("sbc", i, i >= 40 && i < 60 ? Kind::timeout : Kind::reply);
    analysis.begin_file("b", "logs/b");
    rows.gap("*", 50, "reason=start");
    for (int i = 50; i < 54; ++i)
        rows.probe("sbc", i, i < 52 ? Kind::reply : Kind::timeout);
    rows.gap("sbc", 57, "reason=start");
    rows.probe("sbc", 58, Kind::timeout);
    rows.gap("*", 59, "from=1700000059.000000;until=1700000061.000000;reason=stall;count=7");
    for (int i = 61; i < 99; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.finish();
    ASSERT_EQ(analysis.targets().size(), 2U);
    const Series& first = analysis.targets()[0].series;
    ASSERT_EQ(first.outages().size(), 1U);
    EXPECT_EQ(first.outages()[0].lost, 20U) << "the start is another prober's";
    EXPECT_TRUE(first.gaps().empty());
    EXPECT_TRUE(analysis.targets()[1].series.outages().empty()) << "2 lost, a start, 1 lost";
    EXPECT_EQ(analysis.targets()[1].series.gaps().size(), 3U);
    EXPECT_EQ(analysis.gaps().at(GapReason::stall).times, 1U);
    EXPECT_EQ(analysis.gaps().at(GapReason::stall).count, 7U);
}

TEST(Analysis, an_outage_does_not_reach_over_a_time_in_which_nobody_looked) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 0; i < 50; ++i)
        rows.probe("sbc", i, i >= 47 ? Kind::timeout : Kind::reply);
    rows.probe("sbc", 30'000, Kind::timeout);  // suspended meanwhile
    rows.probe("sbc", 30'001, Kind::timeout);
    for (int i = 30'002; i < 30'050; ++i)
        rows.probe("sbc", i, i < 30'005 || i >= 30'015 ? Kind::reply : Kind::timeout);
    analysis.finish();
    const auto& outages = analysis.targets()[0].series.outages();
    ASSERT_EQ(outages.size(), 2U);
    EXPECT_TRUE(outages[0].open);
    EXPECT_EQ(outages[0].length(), 2s);
    EXPECT_EQ(outages[1].lost, 10U);
}

TEST(Analysis, a_target_is_asked_for_by_its_address_though_another_one_answers) {
    Analysis analysis{{.targets = {"192.0.2.1"}}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 0; i < 60; ++i) {
        rows.host = i % 20 == 19 ? "192.0.2.1" : "192.0.2.99";
        rows.probe("sbc", i, i % 20 == 19 ? Kind::timeout : Kind::reply);
        rows.host = "192.0.2.50";
        rows.probe("other", i, Kind::reply);
    }
    analysis.finish();
    ASSERT_EQ(analysis.targets().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 60U);
    EXPECT_EQ(analysis.targets()[0].series.lost(), 3U);
}

TEST(Analysis, late_answers_to_losses_of_our_own_are_none_of_an_outage) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 0; i < 6; ++i)
        rows.probe("sbc", i, Kind::timeout, 5, i == 0 || i > 3 ? "" : "self=stall");
    for (int i = 6; i < 40; ++i)
        rows.probe("sbc", i, Kind::reply);
    for (int i = 0; i < 6; ++i)
        rows.probe("sbc", i, Kind::late, 25'000);
    analysis.finish();
    const auto& outages = analysis.targets()[0].series.outages();
    ASSERT_EQ(outages.size(), 1U);
    EXPECT_EQ(outages[0].lost, 3U);
    EXPECT_EQ(outages[0].late, 3U);
}

TEST(Analysis, sites_are_apart) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("all", "logs/all");
    for (int i = 0; i < 10; ++i)
        for (const char* site : {"fra", "ams"})
            rows.probe("sbc", i, Kind::reply, 5, "", site);
    analysis.finish();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[1].site, "ams");
}

TEST(Analysis, a_long_timeout_asks_for_another_reading) {
    for (const Duration hold : {Duration{4s}, Duration{60s}}) {
        Analysis analysis{{.hold = hold}};
        Rows rows{analysis};
        analysis.begin_file("a", "logs/a");
        for (int i = 0; i < 100; ++i) {
            if (i < 50 || i > 60) rows.probe("sbc", i, Kind::reply);
            if (i >= 80 && i <= 90) rows.probe("sbc", i - 30, Kind::timeout);
        }
        analysis.finish();
        if (hold == 4s) {
            EXPECT_GE(analysis.wanted_hold(), 30s);
            continue;
        }
        EXPECT_EQ(analysis.wanted_hold(), 0s);
        ASSERT_EQ(analysis.targets()[0].series.outages().size(), 1U);
        EXPECT_EQ(analysis.targets()[0].series.outages()[0].lost, 11U);
    }
}

TEST(Analysis, a_clock_that_was_set_back_is_no_long_timeout) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("a", "logs/a");
    for (int i = 20'000; i < 20'100; ++i)
        rows.probe("sbc", i, Kind::reply);
    for (int i = 100; i < 200; ++i)
        rows.probe("sbc", i, Kind::reply);
    analysis.finish();
    EXPECT_EQ(analysis.wanted_hold(), 0s);
    EXPECT_EQ(analysis.clock_set_back(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.first(), Rows::moment(100));
    EXPECT_EQ(analysis.targets()[0].series.last(), Rows::moment(20'099));
    EXPECT_EQ(analysis.targets()[0].series.sent(), 200U);
}

TEST(Analysis, range_and_targets) {
    Analysis analysis{
        {.from = Rows::moment(10), .to = Rows::moment(20), .targets = {"a", "192.0.2.9"}}};
    Rows rows{analysis};
    analysis.begin_file("all", "logs/all");
    for (int i = 0; i < 30; ++i) {
        rows.probe("a", i, Kind::reply);
        rows.probe("b", i, Kind::reply);
    }
    analysis.finish();
    ASSERT_EQ(analysis.targets().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 10U);
}

TEST(Analysis, gaps_and_late_answers) {
    Analysis analysis{{}};
    Rows rows{analysis};
    analysis.begin_file("all", "logs/all");
    for (int i = 0; i < 4; ++i)
        rows.probe("a", i, Kind::timeout);
    rows.probe("a", 1, Kind::late, 2500);  // still held
    rows.gap("*", 5, "from=1700000005.000000;until=1700000007.500000;reason=stall;count=3");
    rows.gap("a", 8, "reason=never heard of");
    for (int i = 8; i < 30; ++i)
        rows.probe("a", i, Kind::reply);
    rows.probe("a", 2, Kind::late, 20000);  // settled
    analysis.finish();
    const Series& series = analysis.targets()[0].series;
    ASSERT_EQ(series.outages().size(), 1U);
    EXPECT_EQ(series.outages()[0].late, 2U);
    EXPECT_EQ(series.count(Kind::late), 2U);
    ASSERT_EQ(series.gaps().size(), 1U);
    EXPECT_EQ(series.gaps()[0].reason, GapReason::stall);
    EXPECT_EQ(series.gaps()[0].until - series.gaps()[0].from, 2500ms);
    EXPECT_EQ(series.gaps()[0].count, 3U);
}

/// Random fates, rows in order of completion; the outages are found the obvious way beside it.
TEST(Analysis, random_logs_against_an_obvious_account) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Prng prng{Key{seed, 0}};
        Analysis analysis{{}};
        Rows rows{analysis};
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
        analysis.begin_file("a", "logs/a");
        for (const Row& row : made)
            rows.probe("sbc", row.number * 0.1, row.lost ? Kind::timeout : Kind::reply,
                       (row.completed - row.number * 0.1) * 1000, row.own ? "self=stall" : "");
        analysis.finish();
        ASSERT_EQ(analysis.wanted_hold(), 0s);
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
