#include "sipping/base/code_set.hpp"

#include <gtest/gtest.h>

namespace sipping {
namespace {

TEST(CodeSet, single_codes_and_ranges) {
    CodeSet codes;
    EXPECT_EQ(read_codes("408,500-504", codes), "");
    for (const std::uint16_t code : {408, 500, 502, 504})
        EXPECT_TRUE(codes.has(code)) << code;
    for (const std::uint16_t code : {407, 409, 499, 505})
        EXPECT_FALSE(codes.has(code)) << code;
    EXPECT_EQ(read_codes("200-699", codes), "");
    EXPECT_TRUE(codes.has(200) && codes.has(699));
    for (const std::uint16_t code : {0, 99, 100, 199, 700, 65535})
        EXPECT_FALSE(codes.has(code)) << code;
}

TEST(CodeSet, what_is_no_list_is_refused_and_changes_nothing) {
    CodeSet codes;
    ASSERT_EQ(read_codes("503", codes), "");
    const CodeSet before = codes;
    for (const char* text : {"", ",", "503,", ",503", "5xx", "99", "700", "500-", "-504",
                             "500 -504", "500-504-508", "0503x", "503 ,504"})
        EXPECT_EQ(read_codes(text, codes),
                  "must be status codes, 200 to 699 (e.g. 503 or 408,500-504)")
            << text;
    EXPECT_EQ(read_codes("504-500", codes), "has a range that begins above its end");
    for (const char* text : {"100", "503,180", "199-200", "100-199"})
        EXPECT_EQ(read_codes(text, codes),
                  "has a code below 200: a provisional response (1xx) ends no probe")
            << text;
    EXPECT_EQ(codes, before);
}

TEST(CodePolicy, maintenance_wins_over_down) {
    CodePolicy policy;
    EXPECT_TRUE(policy.empty());
    EXPECT_EQ(policy.judge(503), Service::fine);
    ASSERT_EQ(read_codes("500-599", policy.down), "");
    ASSERT_EQ(read_codes("503", policy.maintenance), "");
    EXPECT_EQ(policy.judge(503), Service::maintenance);
    EXPECT_EQ(policy.judge(500), Service::refused);
    EXPECT_EQ(policy.judge(200), Service::fine);
}

}  // namespace
}  // namespace sipping
