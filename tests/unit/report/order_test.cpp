// Whatever the order of a log's rows, it tells what the sorted log tells; but where its order shows
// that the clock was set back, that.
#include <gtest/gtest.h>

#include <numeric>

#include "reading.hpp"
#include "sipping/base/prng.hpp"
#include "told.hpp"

namespace sipping::report {
namespace {

constexpr WallTime start{1'700'000'000s};

record::Row probe(WallTime sent, bool lost, std::uint64_t call_id, std::string_view target = "gw",
                  Duration latency = 5ms) {
    record::Row row;
    row.kind = lost ? Kind::timeout : Kind::reply;
    row.kind_word = to_string(row.kind);
    row.sent = sent;
    if (!lost) {
        row.latency = latency;
        row.response = "SIP/2.0 200 OK";
    }
    row.host = "192.0.2.1";
    row.target = target;
    row.call_id = call_id;
    return row;
}

record::Row gap(WallTime at, std::string_view detail, std::string_view target = "gw") {
    record::Row row;
    row.type = record::RowType::gap;
    row.kind_word = "gap";
    row.sent = at;
    row.target = target;
    row.detail = detail;
    return row;
}

/// A probe a second; 'x' lost.
void add(Reading& reading, std::string_view fates, WallTime begin = start,
         std::uint64_t call_id = 1'000'000'000, std::string_view target = "gw") {
    for (const char fate : fates) {
        if (fate != ' ') reading.add(probe(begin, fate == 'x', call_id, target));
        begin += 1s;
        ++call_id;
    }
}

std::string many(std::size_t count, char fate = '.') {
    return std::string(count, fate);
}

std::vector<std::shared_ptr<OwnRow>> shuffled(const std::vector<std::shared_ptr<OwnRow>>& rows,
                                              Prng& prng) {
    std::vector<std::shared_ptr<OwnRow>> other = rows;
    for (std::size_t i = other.size(); i > 1; --i)
        std::swap(other[i - 1], other[prng.below(i)]);
    return other;
}

class Order : public testing::Test {
protected:
    void SetUp() override { reading.begin_file("gw", "logs/gw"); }
    std::vector<std::shared_ptr<OwnRow>>& rows() { return reading.files[0].rows; }

    /// As they stand, they tell `right`; so they do in other orders.
    void expect_the_same_in_other_orders(const std::string& right) {
        const auto in_order = rows();
        std::ranges::reverse(rows());
        EXPECT_EQ(told(reading.read()), right) << "newest first";
        for (const std::size_t cut : {in_order.size() / 3, in_order.size() - 7}) {
            rows() = in_order;
            std::ranges::rotate(rows(), rows().begin() + static_cast<std::ptrdiff_t>(cut));
            EXPECT_EQ(told(reading.read()), right) << "the second part first, from " << cut;
        }
        rows() = in_order;
        std::ranges::stable_sort(rows(), {}, [](const auto& one) { return one->row.kind; });
        EXPECT_EQ(told(reading.read()), right) << "sorted by kind";
        std::ranges::stable_sort(rows(), {}, [](const auto& one) { return one->row.latency; });
        EXPECT_EQ(told(reading.read()), right) << "sorted by latency";
        std::ranges::stable_sort(rows(), {}, [](const auto& one) { return one->row.host; });
        EXPECT_EQ(told(reading.read()), right) << "sorted by host";
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Prng prng{Key{seed, 0}};
            rows() = shuffled(in_order, prng);
            EXPECT_EQ(told(reading.read()), right) << "shuffled with seed " << seed;
        }
        for (std::size_t moved = 1; moved < 9; ++moved) {
            rows() = in_order;
            const auto from = rows().begin() + 20;
            std::rotate(from, from + static_cast<std::ptrdiff_t>(moved), rows().end() - 30);
            EXPECT_EQ(told(reading.read()), right) << moved << " rows moved";
        }
        rows() = in_order;
    }

    Reading reading{{}};
};

TEST_F(Order, a_log_with_an_outage) {
    add(reading, many(50) + many(20, 'x') + many(60));
    const Analysis& analysis = reading.read();
    EXPECT_FALSE(reading.sorted);
    EXPECT_EQ(analysis.targets()[0].series.outages().size(), 1U);
    expect_the_same_in_other_orders(told(analysis));
}

/// Each as it happens in logs of ours, with everything in them.
TEST_F(Order, random_logs) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        Prng prng{Key{seed, 1}};
        rows().clear();
        std::uint64_t call_id = 1'000'000'000;
        WallTime at = start;
        for (int run = 0; run < 3; ++run) {
            reading.add(gap(at, "reason=start", "*"));
            for (int i = 0; i < 60; ++i) {
                for (const char* target : {"gw", "other"}) {
                    const bool lost = prng.below(10) < (i / 10 % 3 == 1 ? 9U : 1U);
                    record::Row row =
                        probe(at, lost, ++call_id, target,
                              Duration{static_cast<std::int64_t>(prng.below(900)) * 1'000'000});
                    if (lost && prng.below(5) == 0) row.detail = "self=stall";
                    if (!lost && prng.below(8) == 0) row.response = "SIP/2.0 503 Busy";
                    reading.add(row);
                    if (lost && prng.below(4) == 0) {
                        row.kind = Kind::late;
                        row.kind_word = "late";
                        row.latency = 3s;
                        row.response = "SIP/2.0 200 OK";
                        reading.add(row);
                    }
                    at += Duration{500'000 + static_cast<std::int64_t>(prng.below(1000)) * 1000};
                }
                at += 1s;
                if (prng.below(20) == 0)
                    reading.add(gap(at, "reason=stall;count=1", i % 2 == 0 ? "gw" : "other"));
            }
            reading.add(gap(at, "reason=stop", "*"));
            at += 1s * static_cast<std::int64_t>(prng.below(100));
        }
        const std::string right = told(reading.read_sorted());
        EXPECT_EQ(told(reading.read()), right);
        EXPECT_FALSE(reading.sorted);
        expect_the_same_in_other_orders(right);
    }
}

TEST_F(Order, a_copy_counts_once_and_is_told) {
    add(reading, many(50) + many(20, 'x') + many(60));
    reading.add(gap(start + 200s, "reason=stop"));
    const std::string right = told(reading.read(), false);
    const auto original = rows();
    rows().insert(rows().end(), original.begin(), original.end());
    EXPECT_EQ(told(reading.read(), false), right) << "in one file";
    EXPECT_EQ(reading.read().copies(), 131U);
    rows() = original;
    for (std::size_t i = 0; i < rows().size(); i += 2)
        rows().insert(rows().begin() + static_cast<std::ptrdiff_t>(i), rows()[i]);
    EXPECT_EQ(told(reading.read(), false), right) << "line by line";
    EXPECT_EQ(reading.read().copies(), 131U);
    EXPECT_FALSE(reading.sorted);
    rows() = original;
    Prng prng{Key{1, 1}};
    reading.begin_file("gw", "backup/gw");
    reading.files[1].rows = shuffled({original.begin() + 40, original.end()}, prng);
    EXPECT_EQ(told(reading.read(), false), right) << "of a part, in another file and order";
    EXPECT_EQ(reading.read().copies(), 91U);
}

TEST_F(Order, a_second_set_of_call_ids_is_a_second_prober) {
    add(reading, many(50) + many(20, 'x') + many(60));
    reading.begin_file("gw", "other/gw");
    add(reading, many(130), start + 500ms, 3'000'000'000);
    for (const bool reversed : {false, true}) {
        if (reversed) std::ranges::reverse(reading.files[1].rows);
        const Analysis& analysis = reading.read();
        ASSERT_EQ(analysis.targets().size(), 2U);
        EXPECT_EQ(analysis.targets()[0].series.outages().size(), 1U);
        EXPECT_EQ(analysis.targets()[1].name, "gw (2)");
        EXPECT_TRUE(analysis.targets()[1].series.outages().empty());
        EXPECT_EQ(analysis.copies(), 0U);
    }
}

TEST_F(Order, files_of_two_probers_put_together_are_two) {
    add(reading, many(50) + many(20, 'x') + many(60));
    const std::size_t first = rows().size();
    add(reading, many(130), start + 500ms, 3'000'000'000);
    rows()[first]->header = true;
    EXPECT_EQ(reading.read().targets().size(), 2U);
    EXPECT_EQ(reading.read().clock_set_back(), 0U);
}

TEST_F(Order, a_header_in_disordered_rows_parts_nothing) {
    add(reading, many(50) + many(20, 'x') + many(60));
    const std::string right = told(reading.read());
    Prng prng{Key{5, 1}};
    rows() = shuffled(rows(), prng);
    rows()[70] = std::make_shared<OwnRow>(rows()[70]->row, true);
    EXPECT_EQ(told(reading.read()), right);
}

TEST_F(Order, a_clock_set_back_in_an_outage_gets_its_length_from_the_order_of_rows) {
    for (const Duration step : {Duration{60s}, Duration{3h}, Duration{45s + 123ms}}) {
        rows().clear();
        add(reading, many(95) + many(10, 'x'));
        add(reading, many(10, 'x') + many(85), start + 105s - step, 2'000'000'000);
        const Analysis& analysis = reading.read();
        EXPECT_EQ(analysis.clock_set_back(), 1U);
        const Series& series = analysis.targets()[0].series;
        ASSERT_EQ(series.outages().size(), 1U);
        const Outage& outage = series.outages()[0];
        EXPECT_EQ(outage.lost, 20U);
        EXPECT_EQ(outage.begin, start + 95s);
        EXPECT_EQ(outage.end, start + 115s - step);
        EXPECT_NEAR(std::chrono::duration<double>(outage.length).count(), 20, 0.2);
        EXPECT_TRUE(outage.clock_set_back);
        EXPECT_NEAR(series.coverage(), 1, 1e-6);
    }
}

/// What was lost before a step is written after it, with times before it.
TEST_F(Order, losses_under_way_when_the_clock_is_set_back_are_of_the_time_before) {
    const Duration step = 100s;
    const auto sent = [&](int second) {
        return start + 1s * second - (second < 103 ? Duration{} : step);
    };
    std::uint64_t call_id = 1'000'000'000;
    const auto is_lost = [](int second) { return second >= 98 && second < 118; };
    for (int second = 0; second < 200; ++second) {
        reading.add(probe(sent(second), false, ++call_id, "other"));
        if (is_lost(second - 5)) reading.add(probe(sent(second - 5), true, ++call_id));
        if (!is_lost(second)) reading.add(probe(sent(second), false, ++call_id));
    }
    const Analysis& analysis = reading.read();
    EXPECT_EQ(analysis.clock_set_back(), 1U);
    ASSERT_EQ(analysis.targets()[1].target, "gw");
    const auto& outages = analysis.targets()[1].series.outages();
    ASSERT_EQ(outages.size(), 1U);
    EXPECT_EQ(outages[0].lost, 20U);
    EXPECT_NEAR(std::chrono::duration<double>(outages[0].length).count(), 20, 0.6);
}

TEST_F(Order, a_copy_of_a_log_whose_clock_was_set_back_counts_once) {
    add(reading, many(95) + many(10, 'x'));
    add(reading, many(10, 'x') + many(85), start + 45s, 2'000'000'000);
    const std::string right = told(reading.read(), false);
    reading.begin_file("gw", "backup/gw");
    reading.files[1].rows = {rows().begin() + 20, rows().end() - 30};
    EXPECT_EQ(told(reading.read(), false), right);
    EXPECT_EQ(reading.read().copies(), 150U);
}

TEST_F(Order, a_clock_set_back_between_two_runs_mixes_nothing) {
    add(reading, many(90) + many(10, 'x'));
    reading.add(gap(start + 100s, "reason=stop"));
    reading.add(gap(start + 20s, "reason=start"));
    add(reading, many(100), start + 20s, 2'000'000'000);
    const Analysis& analysis = reading.read();
    EXPECT_EQ(analysis.clock_set_back(), 1U);
    ASSERT_EQ(analysis.targets()[0].series.outages().size(), 1U);
    EXPECT_EQ(analysis.targets()[0].series.outages()[0].lost, 10U);
    EXPECT_TRUE(analysis.targets()[0].series.outages()[0].open);
}

TEST_F(Order, an_older_run_behind_a_newer_one_is_no_clock_set_back) {
    reading.add(gap(start + 1000s, "reason=start"));
    add(reading, many(100), start + 1000s);
    reading.add(gap(start + 1100s, "reason=stop"));
    reading.add(gap(start, "reason=start"));
    add(reading, many(100), start, 2'000'000'000);
    reading.add(gap(start + 100s, "reason=stop"));
    const Analysis& analysis = reading.read();
    EXPECT_EQ(analysis.clock_set_back(), 0U);
    EXPECT_EQ(analysis.pauses().length(), 900s);
    EXPECT_EQ(analysis.targets()[0].series.sent(), 200U);
}

}  // namespace
}  // namespace sipping::report
