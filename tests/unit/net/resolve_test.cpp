#include "net/resolve.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sipping::net {
namespace {

TEST(Resolve, literals_need_no_resolver) {
    const Resolved v4 = resolve("127.0.0.9", std::nullopt);
    ASSERT_EQ(v4.addresses.size(), 1U);
    EXPECT_EQ(v4.addresses[0], parse_address("127.0.0.9"));
    EXPECT_TRUE(v4.error.empty());
    const Resolved v6 = resolve("2001:db8::7", Family::v6);
    ASSERT_EQ(v6.addresses.size(), 1U);
    EXPECT_EQ(v6.addresses[0], parse_address("2001:db8::7"));
}

TEST(Resolve, a_scope_comes_along) {
    const Resolved resolved = resolve("fe80::1%lo", std::nullopt);
    ASSERT_EQ(resolved.addresses.size(), 1U);
    EXPECT_NE(resolved.addresses[0].scope, 0U);
}

TEST(Resolve, says_why_there_is_nothing) {
    const Resolved wrong_family = resolve("127.0.0.1", Family::v6);
    EXPECT_TRUE(wrong_family.addresses.empty());
    EXPECT_FALSE(wrong_family.error.empty());
    const Resolved no_name = resolve("no.such.name.invalid", std::nullopt);
    EXPECT_TRUE(no_name.addresses.empty());
    EXPECT_FALSE(no_name.error.empty());
}

TEST(SourceAddress, is_what_the_kernel_routes_from) {
    const auto source = source_address({*parse_address("127.0.0.5"), 5060}, std::nullopt, "");
    EXPECT_EQ(source, parse_address("127.0.0.1"));
    const auto bound =
        source_address({*parse_address("127.0.0.5"), 5060}, parse_address("127.0.0.7"), "");
    EXPECT_EQ(bound, parse_address("127.0.0.7"));
    EXPECT_EQ(source_address({*parse_address("::1"), 5060}, std::nullopt, ""),
              parse_address("::1"));
}

TEST(SourceAddress, is_nothing_without_a_way) {
    errno = 0;
    EXPECT_FALSE(source_address({*parse_address("127.0.0.5"), 5060}, std::nullopt, "no-such-dev"));
    EXPECT_EQ(errno, ENODEV);
}

}  // namespace
}  // namespace sipping::net
