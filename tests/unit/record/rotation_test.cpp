#include "sipping/record/rotation.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "sipping/base/prng.hpp"

namespace sipping::record {
namespace {

std::int32_t utc(std::int64_t) noexcept {
    return 0;
}
std::int32_t newfoundland(std::int64_t) noexcept {
    return -(3 * 3600 + 1800);
}
/// Central Europe around the end of October 2026: the clock is put back at 01:00 UTC.
std::int32_t autumn(std::int64_t unix_s) noexcept {
    return unix_s < 1'792'890'000 ? 7200 : 3600;
}

WallTime at(std::int64_t unix_s) {
    return WallTime{std::chrono::seconds{unix_s}};
}

constexpr std::int64_t noon = 1'794'484'800;  // 2026-11-12 12:00:00 UTC

TEST(DatedPath, CarriesLocalTimeAndOffset) {
    EXPECT_EQ(dated_path("sipping-logs/192.0.2.1.csv", at(noon), utc),
              "sipping-logs/192.0.2.1.20261112T120000+0000.csv");
    EXPECT_EQ(dated_path("a.csv", at(noon), newfoundland), "a.20261112T083000-0330.csv");
}

TEST(DatedPath, StandsBeforeTheLastExtensionOfTheNameOnly) {
    EXPECT_EQ(dated_path("log", at(noon), utc), "log.20261112T120000+0000");
    EXPECT_EQ(dated_path("logs.d/log", at(noon), utc), "logs.d/log.20261112T120000+0000");
    EXPECT_EQ(dated_path("logs/.log", at(noon), utc), "logs/.log.20261112T120000+0000");
    EXPECT_EQ(dated_path("/a.b/x.tar.csv", at(noon), utc), "/a.b/x.tar.20261112T120000+0000.csv");
}

TEST(DatedPath, TheHourThatComesTwiceHasTwoNames) {
    const auto first = dated_path("a", at(1'792'890'000 - 1800), autumn);
    const auto second = dated_path("a", at(1'792'890'000 + 1800), autumn);
    EXPECT_EQ(first, "a.20261025T023000+0200");
    EXPECT_EQ(second, "a.20261025T023000+0100");
}

TEST(NextRotation, IsAtWholePeriodsOfTheLocalDay) {
    EXPECT_EQ(next_rotation(at(noon), 1h, utc), at(noon + 3600));
    EXPECT_EQ(next_rotation(at(noon + 1), 1h, utc), at(noon + 3600));
    EXPECT_EQ(next_rotation(at(noon + 3599), 5min, utc), at(noon + 3600));
    EXPECT_EQ(next_rotation(at(noon), 24h, utc), at(noon + 12 * 3600));
    EXPECT_EQ(next_rotation(at(noon), 24h, newfoundland), at(noon + 15 * 3600 + 1800));
    EXPECT_EQ(next_rotation(at(noon), 1h, newfoundland), at(noon + 1800));
}

TEST(NextRotation, AnOddPeriodBeginsAnewAtMidnight) {
    // 7 h: 00:00, 07:00, 14:00, 21:00, then 00:00.
    EXPECT_EQ(next_rotation(at(noon), 7h, utc), at(noon + 2 * 3600));
    EXPECT_EQ(next_rotation(at(noon + 9 * 3600), 7h, utc), at(noon + 12 * 3600));
}

TEST(NextRotation, IsAlwaysAheadAndAtMostOnePeriodAway) {
    Prng prng{Key{5, 5}};
    for (int i = 0; i < 20'000; ++i) {
        const WallTime now{Duration{
            static_cast<std::int64_t>(prng.next() % (4'000'000'000ULL * 1'000'000'000ULL))}};
        const auto period = std::chrono::seconds{1 + prng.next() % (3 * 86'400)};
        const WallTime next = next_rotation(now, period, autumn);
        ASSERT_GT(next, now);
        ASSERT_LE(next - now, Duration{period});
    }
}

}  // namespace
}  // namespace sipping::record
