// What rows other than those of answered and lost probes do in an analysis.
#include <gtest/gtest.h>

#include "rows.hpp"

namespace sipping::report {
namespace {

TEST(Analysis, gaps_and_late_responses) {
    Rows rows;
    rows.begin_file("all", "logs/all");
    for (int i = 0; i < 4; ++i)
        rows.probe("a", i, Kind::timeout);
    rows.probe("a", 1, Kind::late, 2500);  // still held
    rows.gap("*", 5, "from=1700000005.000000;until=1700000007.500000;reason=stall;count=3");
    rows.gap("a", 8, "reason=never heard of");
    for (int i = 8; i < 30; ++i)
        rows.probe("a", i, Kind::reply);
    rows.probe("a", 2, Kind::late, 20000);
    const Analysis& analysis = rows.read();
    const Series& series = analysis.targets()[0].series;
    ASSERT_EQ(series.outages().size(), 1U);
    EXPECT_EQ(series.outages()[0].late, 2U);
    EXPECT_EQ(series.count(Kind::late), 2U);
    ASSERT_EQ(series.gaps().size(), 2U);
    EXPECT_EQ(series.gaps().begin()->reason, "stall");
    EXPECT_EQ(series.gaps().begin()->until - series.gaps().begin()->from, 2500ms);
    EXPECT_EQ(series.gaps().begin()->count, 3U);
    EXPECT_EQ(series.gaps().rbegin()->reason, "never heard of");
}

TEST(Analysis, one_stall_of_all_targets_is_told_once) {
    Rows rows;
    rows.begin_file("all", "logs/all");
    for (int target = 0; target < 20; ++target) {
        const std::string name = "gw" + std::to_string(target);
        rows.probe(name, 1 + target * 0.05, Kind::reply);
        rows.gap(name, 2, "from=1700000002.000000;until=1700000005.000000;reason=stall;count=2");
    }
    for (int target = 0; target < 20; ++target)
        rows.probe("gw" + std::to_string(target), 5 + target * 0.05, Kind::reply);
    const Analysis& analysis = rows.read();
    const GapSum& stall = analysis.gaps().at("stall");
    EXPECT_EQ(stall.spans.size(), 1U);
    EXPECT_EQ(stall.spans.length(), 3s);
    EXPECT_EQ(stall.count, 40U);
    EXPECT_NEAR(analysis.targets()[0].series.coverage(), 0.25, 1e-9);
}

TEST(Analysis, pauses_between_runs_are_told_once_and_are_not_covered) {
    Rows rows;
    rows.begin_file("all", "logs/all");
    for (const int begin : {0, 200}) {
        rows.gap("*", begin, "reason=start");
        for (int i = 0; i < 100; ++i)
            for (const char* name : {"a", "b"})
                rows.probe(name, begin + i, Kind::reply);
        rows.gap("*", begin + 100, "reason=stop");
    }
    const Analysis& analysis = rows.read();
    EXPECT_EQ(analysis.pauses().size(), 1U);
    EXPECT_EQ(analysis.pauses().length(), 100s);
    EXPECT_NEAR(analysis.targets()[0].series.coverage(), 199.0 / 299, 1e-9);
}

TEST(Analysis, rows_of_other_runs_are_left_out_and_counted) {
    for (const Runs runs : {Runs::monitor, Runs::stress, Runs::all}) {
        Rows rows{{.runs = runs}};
        rows.begin_file("a", "logs/a");
        for (int i = 0; i < 50; ++i)
            rows.probe("sbc", i, Kind::reply);
        rows.gap("sbc", 50, "reason=start;run=stress");
        for (int i = 0; i < 9; ++i)
            rows.probe("sbc", 50.5 + i * 0.01, Kind::timeout, 5, "run=stress");
        const Analysis& analysis = rows.read();
        ASSERT_EQ(analysis.targets().size(), 1U);
        const Series& series = analysis.targets()[0].series;
        EXPECT_EQ(series.sent(), runs == Runs::all ? 59U : runs == Runs::stress ? 9U : 50U);
        EXPECT_EQ(series.outages().size(), runs == Runs::monitor ? 0U : 1U);
        if (runs == Runs::monitor) {
            EXPECT_EQ(analysis.other_runs().at("stress"), 10U);
            EXPECT_TRUE(series.gaps().empty());
        }
        if (runs == Runs::stress) {
            EXPECT_EQ(analysis.other_runs().at("monitor"), 50U);
        }
    }
}

TEST(Analysis, rows_of_other_kinds_are_no_probes_and_no_losses) {
    Rows rows;
    rows.begin_file("a", "logs/a");
    const auto other = [&](record::RowType type, std::string_view kind, std::string_view detail) {
        record::Row row;
        row.type = type;
        row.kind_word = kind;
        row.sent = Rows::moment(3);
        row.target = "sbc";
        row.detail = detail;
        rows.add(row);
    };
    for (int i = 0; i < 9; ++i)
        rows.probe("sbc", i, i == 4 ? Kind::timeout : Kind::reply, 5,
                   i == 4  ? "unread=2"
                   : i > 4 ? "syntax=no-colon:contact"
                           : "");
    other(record::RowType::unread, "unread", "reason=stun;length=20;bytes=....");
    other(record::RowType::unread, "unread", "reason=more;count=500");
    other(record::RowType::other, "way", "way=back");
    const Analysis& analysis = rows.read();
    const Series& series = analysis.targets()[0].series;
    EXPECT_EQ(series.sent(), 9U);
    EXPECT_EQ(series.lost(), 1U);
    EXPECT_EQ(series.unread(), 501U);
    EXPECT_EQ(series.lost_beside_unread(), 1U);
    ASSERT_EQ(series.syntax().size(), 1U);
    EXPECT_EQ(analysis.faults().text(series.syntax().begin()->first), "no-colon:contact");
    EXPECT_EQ(series.syntax().begin()->second, 4U);
    EXPECT_EQ(analysis.other_kinds().at("way"), 1U);
}

TEST(Analysis, a_name_that_never_resolved_is_told) {
    Rows rows;
    rows.begin_file("all", "logs/all");
    rows.gap("*", 0, "reason=start");
    rows.probe("up", 1, Kind::reply);
    rows.gap("dead", 1, "from=1700000000.000000;until=1700000060.000000;reason=unresolved;count=0");
    rows.probe("up", 2, Kind::reply);
    const Analysis& analysis = rows.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[1].target, "dead");
    EXPECT_EQ(analysis.targets()[1].series.sent(), 0U);
    EXPECT_EQ(analysis.targets()[1].series.coverage(), 0);
    EXPECT_EQ(analysis.gaps().at("unresolved").spans.length(), 60s);
}

}  // namespace
}  // namespace sipping::report
