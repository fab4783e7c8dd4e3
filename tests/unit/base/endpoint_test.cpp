#include "sipping/base/endpoint.hpp"

#include <gtest/gtest.h>

namespace sipping {
namespace {

TEST(Endpoint, round_trips_literals) {
    EXPECT_EQ(to_string(Endpoint{*parse_address("192.0.2.7"), 5060}), "192.0.2.7:5060");
    EXPECT_EQ(to_string(Endpoint{*parse_address("2001:DB8:0::1"), 5080}), "[2001:db8::1]:5080");
    EXPECT_EQ(to_host(*parse_address("::1")), "[::1]");
}

TEST(Endpoint, refuses_what_is_no_literal) {
    for (const char* text : {"", "localhost", "256.1.1.1", "1.2.3", "[::1]", "::g", "1.2.3.4 "})
        EXPECT_FALSE(parse_address(text)) << text;
    EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0", 8)));
}

TEST(Endpoint, knows_loopback) {
    for (const char* text : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"})
        EXPECT_TRUE(parse_address(text)->is_loopback()) << text;
    for (const char* text : {"128.0.0.1", "::2", "::ffff:10.0.0.1"})
        EXPECT_FALSE(parse_address(text)->is_loopback()) << text;
}

}  // namespace
}  // namespace sipping
