// Mistakes that a second reading of generated logs and a fuzzer found in looking back over rows in
// any order.
#include <gtest/gtest.h>

#include "reading.hpp"

namespace sipping::report {
namespace {

constexpr WallTime start{1'700'000'000s};

class OrderBugs : public testing::Test {
protected:
    void SetUp() override { reading.begin_file("gw", "logs/gw"); }

    void probe(WallTime sent, bool lost, std::string_view site = {}, Duration latency = 5ms,
               std::string_view detail = {}) {
        record::Row row;
        row.kind = lost ? Kind::timeout : Kind::reply;
        row.kind_word = to_string(row.kind);
        row.sent = sent;
        if (!lost) {
            row.latency = latency;
            row.response = "SIP/2.0 200 OK";
        }
        row.host = "192.0.2.1";
        row.target = "gw";
        row.site = site;
        row.call_id = ++call_id;
        row.detail = detail;
        reading.add(row);
    }
    void other(record::RowType type, std::string_view word, WallTime at, std::string_view detail) {
        record::Row row;
        row.type = type;
        row.kind_word = word;
        row.sent = at;
        row.host = "192.0.2.1";
        row.target = "gw";
        row.detail = detail;
        reading.add(row);
    }
    void gap(WallTime at, std::string_view detail) {
        other(record::RowType::gap, "gap", at, detail);
    }
    /// The same rows once more.
    void copy_all() {
        auto& rows = reading.files[0].rows;
        const auto original = rows;
        rows.insert(rows.end(), original.begin(), original.end());
    }

    Reading reading{{}};
    std::uint64_t call_id = 1'000'000'000;
};

TEST_F(OrderBugs, a_gap_of_a_copied_log_is_summed_once) {
    for (int i = 0; i < 20; ++i)
        probe(start + i * 1s, false);
    gap(start + 20s, "from=1700000020.000000;until=1700000025.000000;reason=stall;count=19");
    copy_all();
    const Analysis& analysis = reading.read();
    EXPECT_EQ(analysis.gaps().at("stall").count, 19U);
    EXPECT_EQ(analysis.copies(), 21U);
}

TEST_F(OrderBugs, gaps_of_a_copied_log_without_a_probe_are_summed_once) {
    for (int i = 0; i < 100; ++i)
        gap(start + i * 1s, "reason=stall;count=1");
    copy_all();
    EXPECT_EQ(reading.read().gaps().at("stall").count, 100U);
    EXPECT_TRUE(reading.sorted);
}

TEST_F(OrderBugs, rows_of_one_moment_are_known_again_behind_many_others) {
    for (int i = 0; i < 200; ++i)
        other(record::RowType::unread, "unread", start,
              i % 100 == 0 ? "reason=stun" : "reason=empty;length=0");
    EXPECT_EQ(reading.read().copies(), 198U);
}

/// A copy of the first file that a spreadsheet has written: its times are rounded.
TEST_F(OrderBugs, a_copy_with_fewer_decimals_is_a_copy) {
    for (const Duration grain : {Duration{1s}, Duration{100ms}, Duration{1ms}, Duration{10us}}) {
        for (const int probes : {8, 60}) {
            reading.files.clear();
            SetUp();
            for (int i = 0; i < probes; ++i)
                probe(start + i * 200ms + 1'234us * i, i == 3 || i == 4 || i == 5);
            other(record::RowType::unread, "unread", start + 1234567us, "reason=stun");
            gap(start + 2345678us, "reason=stall;count=5");
            const auto original = reading.files[0].rows;
            reading.begin_file("copy", "logs/copy");
            for (const auto& one : original) {
                record::Row row = one->row;
                const Duration odd = row.sent.time_since_epoch() % grain;
                row.sent += odd * 2 < grain ? -odd : grain - odd;
                reading.add(row);
            }
            const Analysis& analysis = reading.read();
            ASSERT_EQ(analysis.targets().size(), 1U) << grain.count();
            const Series& series = analysis.targets()[0].series;
            EXPECT_EQ(series.sent(), static_cast<std::uint64_t>(probes));
            EXPECT_EQ(series.unread(), 1U);
            EXPECT_EQ(analysis.gaps().at("stall").count, 5U);
            EXPECT_EQ(analysis.copies(), static_cast<std::uint64_t>(probes + 2));
            ASSERT_EQ(series.outages().size(), 1U);
            EXPECT_EQ(series.outages()[0].length, 603'702us);
        }
    }
}

TEST_F(OrderBugs, rows_that_are_left_out_are_counted_once_in_a_copied_log) {
    for (int i = 0; i < 20; ++i)
        probe(start + i * 1s, false, {}, 5ms, i < 15 ? "" : "run=stress");
    other(record::RowType::other, "way", start + 20s, "way=back");
    copy_all();
    const Analysis& analysis = reading.read();
    EXPECT_EQ(analysis.other_runs().at("stress"), 5U);
    EXPECT_EQ(analysis.other_kinds().at("way"), 1U);
    EXPECT_EQ(analysis.copies(), 21U);
}

TEST_F(OrderBugs, an_unread_row_of_a_site_makes_no_target_without_one) {
    probe(start, false, "site");
    other(record::RowType::unread, "unread", start + 1s, "reason=stun");
    const Analysis& analysis = reading.read();
    ASSERT_EQ(analysis.targets().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.unread(), 1U);
}

TEST_F(OrderBugs, a_gap_is_of_a_site_that_comes_later_too) {
    probe(start, false);
    gap(start + 1s, "reason=stall;from=1700000001.000000;until=1700000003.000000;count=1");
    probe(start + 4s, false, "site");
    const Analysis& analysis = reading.read();
    ASSERT_EQ(analysis.targets().size(), 2U);
    EXPECT_EQ(analysis.targets()[1].series.gaps().size(), 1U);
}

TEST_F(OrderBugs, a_clock_set_back_by_few_intervals_in_an_outage) {
    for (int i = 0; i < 20; ++i)
        probe(start + i * 2s, i >= 12);
    for (int i = 17; i < 40; ++i)  // by three intervals
        probe(start + i * 2s + 40us * (i % 3), i < 20);
    const Analysis& analysis = reading.read();
    EXPECT_EQ(analysis.clock_set_back(), 1U);
    ASSERT_EQ(analysis.targets()[0].series.outages().size(), 1U);
    const Outage& outage = analysis.targets()[0].series.outages()[0];
    EXPECT_EQ(outage.lost, 11U);
    EXPECT_NEAR(static_cast<double>(outage.length / 1ms), 22'000, 100);
    EXPECT_TRUE(outage.clock_set_back);
}

TEST_F(OrderBugs, slow_responses_in_order_of_sending_are_no_clock_set_back) {
    for (int i = 0; i < 60; ++i)
        probe(start + i * 1s, i % 20 > 16, {}, i % 5 == 0 ? 9s : 5ms);
    EXPECT_EQ(reading.read().clock_set_back(), 0U);
}

}  // namespace
}  // namespace sipping::report
