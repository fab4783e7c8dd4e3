#include "sipping/record/target_names.hpp"

#include <gtest/gtest.h>

namespace sipping::record {
namespace {

using Names = std::vector<std::string>;

TEST(TargetNames, names_in_any_case_and_addresses_in_any_spelling) {
    for (const char* asked : {"GW1.example.net", "gw1.EXAMPLE.net", "2001:db8::1",
                              "2001:DB8:0:0::1", "[2001:db8:0::1]"})
        EXPECT_TRUE(TargetNames(Names{asked}).has("Gw1.example.net", "2001:db8::1")) << asked;
    EXPECT_TRUE(TargetNames(Names{"[2001:DB8::1]:5070"}).has("[2001:db8:0:0::1]:5070", ""));
    EXPECT_FALSE(TargetNames(Names{"[2001:DB8::1]:5070"}).has("[2001:db8::1]:5071", ""));
    EXPECT_FALSE(TargetNames(Names{"gw1"}).has("gw1.example.net", "192.0.2.1"));
    EXPECT_TRUE(TargetNames(Names{}).has("anything", ""));
    EXPECT_TRUE(TargetNames(Names{}).all());
}

TEST(TargetNames, what_is_missing_and_what_is_near_it) {
    TargetNames names(Names{"gw1.exmaple.net", "192.0.2.1"});
    for (int i = 1; i < 9; ++i)
        names.has("GW" + std::to_string(i) + ".example.net", "192.0.2." + std::to_string(i));
    EXPECT_EQ(names.missing(), (Names{"gw1.exmaple.net"}));
    const Names near = names.near("gw1.exmaple.net");
    ASSERT_EQ(near.size(), 5U);
    EXPECT_EQ(near[0], "GW1.example.net");
    EXPECT_EQ(names.near("GW3")[0], "GW3.example.net") << "a part of it";
    EXPECT_EQ(names.near("something else entirely"), Names{});
    EXPECT_EQ(TargetNames(Names{"a"}).missing(), Names{}) << "nothing was there at all";
}

}  // namespace
}  // namespace sipping::record
