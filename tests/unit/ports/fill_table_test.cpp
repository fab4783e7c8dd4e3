#include "sipping/ports/fill_table.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sipping::ports {
namespace {

std::vector<std::pair<int, std::size_t>> pairs(std::size_t total) {
    std::vector<std::pair<int, std::size_t>> levels;
    for (const FillLevel& level : fill_levels(total))
        levels.emplace_back(level.percent, level.sockets);
    return levels;
}

using Pairs = std::vector<std::pair<int, std::size_t>>;

TEST(FillLevels, are_tenths_and_then_finer) {
    EXPECT_EQ(pairs(1000), (Pairs{{10, 100},
                                  {20, 200},
                                  {30, 300},
                                  {40, 400},
                                  {50, 500},
                                  {60, 600},
                                  {70, 700},
                                  {80, 800},
                                  {90, 900},
                                  {95, 950},
                                  {98, 980},
                                  {99, 990},
                                  {100, 1000}}));
}

TEST(FillLevels, of_a_few_sockets_have_no_repeats) {
    EXPECT_EQ(pairs(3), (Pairs{{30, 1}, {60, 2}, {100, 3}}));
    EXPECT_EQ(pairs(1), (Pairs{{100, 1}}));
    EXPECT_TRUE(pairs(0).empty());
}

TEST(FillLevels, rise_and_end_at_the_total) {
    for (std::size_t total = 1; total < 3000; total += 7) {
        const std::vector<FillLevel> levels = fill_levels(total);
        ASSERT_EQ(levels.back().sockets, total);
        for (std::size_t i = 1; i < levels.size(); ++i)
            ASSERT_GT(levels[i].sockets, levels[i - 1].sockets) << total;
    }
}

TEST(FillTable, keeps_the_costs_of_each_row_apart) {
    FillTable table(2000);
    for (int i = 0; i < 100; ++i)
        table.bound(2us);
    table.bound_any(3us, 0);
    table.end_row(1000, 4'000'000);
    table.bound(50us);
    for (int i = 0; i < 3; ++i)
        table.bound_any(2ms, EADDRINUSE);
    table.bound_any(2ms, 0);
    table.end_row(2000, 5'000'000);

    ASSERT_EQ(table.rows().size(), 2U);
    const FillRow& half = table.rows()[0];
    EXPECT_EQ(half.percent, 50);
    EXPECT_EQ(half.held, 1000U);
    EXPECT_EQ(half.bind.calls, 100U);
    EXPECT_NEAR(static_cast<double>(half.bind.p99.count()), 2000, 40);
    EXPECT_EQ(half.any_bind.calls, 1U);
    EXPECT_EQ(half.any_refused, 0U);
    EXPECT_EQ(half.bytes_per_socket, 4000U);
    const FillRow& full = table.rows()[1];
    EXPECT_EQ(full.percent, 100);
    EXPECT_EQ(full.bind.calls, 1U);
    EXPECT_NEAR(static_cast<double>(full.bind.p50.count()), 50'000, 1000);
    EXPECT_EQ(full.any_bind.calls, 4U);
    EXPECT_EQ(full.any_refused, 3U);
    EXPECT_EQ(full.any_error, EADDRINUSE);
    EXPECT_EQ(full.bytes_per_socket, 2500U);
}

TEST(FillTable, has_no_memory_where_it_cannot_be_known) {
    FillTable table(10'000);
    table.end_row(2000, std::nullopt);
    table.end_row(3000, -4096);
    table.end_row(0, 4096);
    table.end_row(999, 4'096'000);
    for (const FillRow& row : table.rows())
        EXPECT_FALSE(row.bytes_per_socket) << row.held;
}

TEST(FillTable, a_filling_that_ended_early_says_where) {
    FillTable table(1000);
    table.end_row(337, std::nullopt);
    table.end_row(1003, std::nullopt);  // somebody else gave ports back meanwhile
    EXPECT_EQ(table.rows()[0].percent, 33);
    EXPECT_EQ(table.rows()[1].percent, 100);
}

}  // namespace
}  // namespace sipping::ports
