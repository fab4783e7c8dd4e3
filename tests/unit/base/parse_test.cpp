#include "sipping/base/parse.hpp"

#include <gtest/gtest.h>

namespace sipping {
namespace {

TEST(ParseDuration, reads_units_and_bare_numbers) {
    const std::pair<const char*, Duration> table[] = {
        {"1000", 1s},       {"0.5", 500us},   {".5", 500us}, {"250us", 250us},
        {"20ms", 20ms},     {"1.5s", 1500ms}, {"5m", 5min},  {"2h", 2h},
        {"1d", 24h},        {"0", 0s},        {"0ms", 0s},   {"0.3ms", 300us},
        {"0.0001us", 0ns},  {"0.001us", 1ns}, {"0007", 7ms}, {"3650d", 3650 * 24h},
        {"33.333", 33333us}};
    for (const auto& [text, expected] : table)
        EXPECT_EQ(parse_duration(text, 1ms), expected) << text;
    EXPECT_EQ(parse_duration("32", 1s), 32s);
    EXPECT_EQ(parse_duration("32ms", 1s), 32ms);
}

TEST(ParseDuration, refuses_everything_else) {
    for (const char* text : {"",
                             " ",
                             "-1",
                             "+1",
                             "1 ms",
                             " 1",
                             "1 ",
                             "ms",
                             "1.",
                             ".",
                             "1..2",
                             "1.2.3",
                             "1e3",
                             "0x10",
                             "1sec",
                             "1MS",
                             "1ns",
                             "inf",
                             "nan",
                             "1s1s",
                             "1,5",
                             "3651d",
                             "99999999999999999999999d",
                             "999999999999999999999999999999999999999999"})
        EXPECT_FALSE(parse_duration(text, 1ms)) << text;
    EXPECT_FALSE(parse_duration(std::string_view("1\0", 2), 1ms));
}

TEST(ParseCount, is_strict_and_bounded) {
    EXPECT_EQ(parse_count("1", 1, 65535), 1U);
    EXPECT_EQ(parse_count("65535", 1, 65535), 65535U);
    EXPECT_EQ(parse_count("18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
    for (const char* text : {"", "0", "65536", "-1", "+1", " 1", "1 ", "1.0", "0x1", "1e1",
                             "18446744073709551616", "99999999999999999999999"})
        EXPECT_FALSE(parse_count(text, 1, 65535)) << text;
}

TEST(ParseDecimal, is_plain_and_finite) {
    EXPECT_EQ(parse_decimal("1000"), 1000.0);
    EXPECT_EQ(parse_decimal("0.5"), 0.5);
    EXPECT_EQ(parse_decimal(".25"), 0.25);
    EXPECT_EQ(parse_decimal("0"), 0.0);
    for (const char* text : {"", ".", "1.", "-1", "+1", "1e5", "inf", "nan", "1,5", "0x1p3", " 1"})
        EXPECT_FALSE(parse_decimal(text)) << text;
    EXPECT_FALSE(parse_decimal(std::string(400, '9')));  // beyond a double
}

}  // namespace
}  // namespace sipping
