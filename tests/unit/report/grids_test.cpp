#include "sipping/report/grids.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sipping::report {
namespace {

/// Central Europe, autumn 2026: summer time ends on 25 October at 01:00 UTC.
std::int32_t berlin(std::int64_t unix_s) noexcept {
    return unix_s < 1'792'890'000 ? 7200 : 3600;
}

TEST(LocalGrid, the_day_that_summer_time_ends_has_25_hours) {
    const LocalGrid days{86'400s, berlin};
    const WallTime midnight{1'792'879'200s};  // 25 October 00:00 in Berlin
    const Grid::Cell cell = days.cell(midnight);
    EXPECT_EQ(days.begin_of(cell.number), midnight);
    EXPECT_EQ(cell.end, midnight + 25h);
    EXPECT_EQ(days.cell(midnight - 1s).number, cell.number - 2);
    EXPECT_EQ(days.cell(midnight - 1s).end, midnight);
    EXPECT_EQ(days.cell(midnight + 25h - 1ns).number, cell.number);
    EXPECT_EQ(days.cell(midnight + 25h).number, cell.number + 2);
}

TEST(LocalGrid, an_hour_that_comes_twice_is_two) {
    const LocalGrid hours{3600s, berlin};
    const WallTime midnight{1'792'879'200s};
    const std::int64_t first = hours.cell(midnight).number;
    const std::array<int, 6> numbers{0, 2, 4, 5, 6, 8};
    for (int minute = 0; minute < 360; ++minute) {
        const int hour = minute / 60;
        const Grid::Cell cell = hours.cell(midnight + 1min * minute);
        EXPECT_EQ(cell.number, first + numbers[static_cast<std::size_t>(hour)]) << minute;
        EXPECT_EQ(cell.begin, midnight + 1h * hour) << minute;
        EXPECT_EQ(cell.end, cell.begin + 1h) << minute;
        EXPECT_EQ(hours.begin_of(cell.number), cell.begin) << minute;
    }
}

/// Lord Howe Island: half an hour, on 5 April 2026 at 02:00 to 01:30.
TEST(LocalGrid, half_an_hour_that_comes_twice) {
    const LocalGrid hours{3600s, [](std::int64_t unix_s) noexcept {
                              return unix_s < 1'775'314'800 ? 39'600 : 37'800;
                          }};
    const WallTime change{1'775'314'800s};
    const Grid::Cell before = hours.cell(change - 1s);
    const Grid::Cell after = hours.cell(change);
    EXPECT_EQ(after.number, before.number + 1);
    EXPECT_EQ(before.begin, change - 1h);
    EXPECT_EQ(before.end, change);
    EXPECT_EQ(after.begin, change);
    EXPECT_EQ(after.end, change + 30min);
    EXPECT_EQ(hours.cell(change + 30min).number, before.number + 2);
}

TEST(ColumnGrid, counts_from_its_begin) {
    const ColumnGrid grid{WallTime{100s}, 10s};
    EXPECT_EQ(grid.cell(WallTime{100s}).number, 0);
    EXPECT_EQ(grid.cell(WallTime{119s}).number, 1);
    EXPECT_EQ(grid.cell(WallTime{119s}).end, WallTime{120s});
    EXPECT_EQ(grid.cell(WallTime{99s}).number, -1);
}

TEST(Columns, are_of_a_width_that_people_know_and_cover_all) {
    const WallTime from{1'795'647'095s};
    for (const Duration length : {Duration{1s}, Duration{90s}, Duration{1h}, Duration{24h},
                                  Duration{14 * 24h}, Duration{400 * 24h}, Duration{4000 * 24h}}) {
        const Columns columns = columns_for(from, from + length, 1000, 3600);
        EXPECT_LE(columns.begin, from);
        EXPECT_GT(columns.begin + columns.count * columns.width, from + length);
        EXPECT_LE(columns.count, 1000U);
        EXPECT_EQ((columns.begin.time_since_epoch() + 1h) % columns.width, 0s);
    }
    EXPECT_EQ(columns_for(from, from + 14 * 24h, 1010, 0).width, 20min);
}

}  // namespace
}  // namespace sipping::report
