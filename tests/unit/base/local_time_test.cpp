// Checked against the C library's gmtime_r, which shares no code with ours.
#include "sipping/base/local_time.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "sipping/base/prng.hpp"

namespace sipping {
namespace {

std::int32_t utc(std::int64_t) noexcept {
    return 0;
}
std::int32_t newfoundland(std::int64_t) noexcept {
    return -(3 * 3600 + 1800);
}
std::int32_t nepal(std::int64_t) noexcept {
    return 5 * 3600 + 45 * 60;
}
/// Central Europe around the end of March 2026: the clock is put forward at 01:00 UTC.
std::int32_t spring(std::int64_t unix_s) noexcept {
    return unix_s < 1'774'746'000 ? 3600 : 7200;
}

int calls = 0;
std::int32_t counting(std::int64_t) noexcept {
    ++calls;
    return 0;
}

std::string render(LocalTime& time, std::int64_t unix_s, std::int64_t nanoseconds = 0) {
    std::array<char, LocalTime::size> out;
    return std::string(time.render(WallTime{Duration{unix_s * 1'000'000'000 + nanoseconds}}, out));
}

std::string expected(std::int64_t shown_s, std::int64_t micros = 0) {
    const auto seconds = static_cast<std::time_t>(shown_s);
    std::tm civil{};
    gmtime_r(&seconds, &civil);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%02d/%02d/%02d %02d:%02d:%02d:%06d", civil.tm_mday,
                  civil.tm_mon + 1, civil.tm_year % 100, civil.tm_hour, civil.tm_min, civil.tm_sec,
                  static_cast<int>(micros));
    return text.data();
}

std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
    std::tm civil{};
    civil.tm_year = year - 1900;
    civil.tm_mon = month - 1;
    civil.tm_mday = day;
    civil.tm_hour = hour;
    civil.tm_min = minute;
    civil.tm_sec = second;
    return timegm(&civil);
}

TEST(LocalTime, is_the_originals_form_with_a_24_hour_clock) {
    LocalTime time(utc);
    EXPECT_EQ(render(time, at(2026, 5, 15, 2, 8, 7), 230'895'999), "15/05/26 02:08:07:230895");
    EXPECT_EQ(render(time, at(2026, 5, 15, 23, 17, 0)), "15/05/26 23:17:00:000000");
}

TEST(LocalTime, knows_leap_years_and_turns_of_centuries) {
    LocalTime time(utc);
    EXPECT_EQ(render(time, at(2024, 2, 29)), "29/02/24 00:00:00:000000");
    EXPECT_EQ(render(time, at(2000, 2, 29)), "29/02/00 00:00:00:000000");
    EXPECT_EQ(render(time, at(2100, 2, 28) + 86400), "01/03/00 00:00:00:000000");
    EXPECT_EQ(render(time, at(1999, 12, 31, 23, 59, 59) + 1), "01/01/00 00:00:00:000000");
    EXPECT_EQ(render(time, at(1970, 1, 1)), "01/01/70 00:00:00:000000");
    EXPECT_EQ(render(time, -1, 999'999'000), "31/12/69 23:59:59:999999");
}

/// Fails under UndefinedBehaviorSanitizer when the arithmetic overflows.
TEST(LocalTime, the_earliest_and_the_latest_time_do_not_overflow) {
    LocalTime time(utc);
    std::array<char, LocalTime::size> out;
    EXPECT_EQ(time.render(WallTime::min(), out), "21/09/77 00:12:43:145224");
    EXPECT_EQ(time.render(WallTime::max(), out), "11/04/62 23:47:16:854775");
}

TEST(LocalTime, agrees_with_gmtime_on_every_day_of_two_centuries) {
    LocalTime time(utc);
    for (std::int64_t day = at(1970, 1, 1); day < at(2170, 1, 1); day += 86400) {
        ASSERT_EQ(render(time, day), expected(day));
        ASSERT_EQ(render(time, day + 86399), expected(day + 86399));
    }
}

TEST(LocalTime, agrees_with_gmtime_at_random_times_and_offsets) {
    constexpr std::uint64_t seed = 42;
    SCOPED_TRACE(seed);
    Prng random({seed, 0});
    LocalTime west(newfoundland);
    LocalTime east(nepal);
    for (int i = 0; i < 20000; ++i) {
        const auto unix_s = static_cast<std::int64_t>(random.below(6'000'000'000));
        const auto micros = static_cast<std::int64_t>(random.below(1'000'000));
        ASSERT_EQ(render(west, unix_s, micros * 1000), expected(unix_s - 12600, micros));
        ASSERT_EQ(render(east, unix_s, micros * 1000), expected(unix_s + 20700, micros));
    }
}

TEST(LocalTime, follows_a_change_of_offset) {
    LocalTime time(spring);
    EXPECT_EQ(render(time, 1'774'745'999), "29/03/26 01:59:59:000000");
    EXPECT_EQ(render(time, 1'774'746'000), "29/03/26 03:00:00:000000");
    EXPECT_EQ(render(time, 1'774'745'999, 1000), "29/03/26 01:59:59:000001");
}

TEST(LocalTime, asks_for_the_offset_once_a_second) {
    calls = 0;
    LocalTime time(counting);
    for (int i = 0; i < 1000; ++i)
        (void)render(time, 1'778'803'687, i * 1000);
    EXPECT_EQ(calls, 1);
    (void)render(time, 1'778'803'688);
    EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace sipping
