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

TEST(Endpoint, a_host_gets_brackets_where_it_is_an_ipv6_address) {
    for (const auto& [text, host] : {std::pair{"2001:DB8::5", "[2001:db8::5]"},
                                     {"[2001:db8::5]", "[2001:db8::5]"},
                                     {"192.0.2.7", "192.0.2.7"},
                                     {"example.com:5070", "example.com:5070"},
                                     {"", ""}})
        EXPECT_EQ(to_host(std::string_view{text}), host);
}

TEST(Endpoint, an_ipv4_address_written_as_ipv6_is_one) {
    EXPECT_EQ(unmapped(*parse_address("::ffff:192.0.2.7")), parse_address("192.0.2.7"));
    for (const char* text : {"192.0.2.7", "::192.0.2.7", "::fffe:192.0.2.7", "2001:db8::1"})
        EXPECT_EQ(unmapped(*parse_address(text)), parse_address(text)) << text;
}

TEST(Endpoint, link_local_addresses_need_a_zone) {
    for (const char* text : {"fe80::1", "febf::1", "ff02::1"})
        EXPECT_TRUE(is_link_local(*parse_address(text))) << text;
    for (const char* text : {"fec0::1", "2001:db8::1", "ff05::1", "::1", "169.254.0.1"})
        EXPECT_FALSE(is_link_local(*parse_address(text))) << text;
}

}  // namespace
}  // namespace sipping
