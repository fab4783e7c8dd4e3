#include "sipping/base/values.hpp"

#include <gtest/gtest.h>

namespace sipping {
namespace {

TEST(Values, interval_limits) {
    Duration interval{};
    EXPECT_EQ(read_interval("0.001", interval), "");
    EXPECT_EQ(interval, 1us);
    EXPECT_EQ(read_interval("1d", interval), "");
    EXPECT_EQ(read_interval("0", interval), "must be more than 0 (e.g. 1000, 0.5, 250us)");
    EXPECT_EQ(read_interval("0.0000001", interval), "must be more than 0 (e.g. 1000, 0.5, 250us)");
    EXPECT_EQ(read_interval("25h", interval), "must be at most 1 day");
    EXPECT_EQ(read_interval("fast", interval),
              "not a time (e.g. 1000, 0.5, 250us, 2s; a bare number is milliseconds)");
    EXPECT_EQ(interval, 24h) << "a refused value must not be taken over";
}

TEST(Values, timeout_limits) {
    Duration timeout{};
    EXPECT_EQ(read_timeout("1", timeout), "");
    EXPECT_EQ(timeout, 1ms);
    EXPECT_EQ(read_timeout("1h", timeout), "");
    for (const char* text : {"0", "0.999", "3600001"})
        EXPECT_EQ(read_timeout(text, timeout), "must be 1 ms to 1 hour") << text;
    EXPECT_NE(read_timeout("soon", timeout), "");
}

TEST(Values, hosts) {
    for (const char* text :
         {"localhost", "sbc.example.com", "sbc.example.com.", "my_gw", "10.0.0.1", "::1",
          "2001:db8::1", "xn--bcher-kva.example", "1and1.example", "a-b", "report"})
        EXPECT_EQ(check_host(text), "") << text;
    EXPECT_EQ(check_host(std::string(63, 'a') + ".example"), "");
    const std::pair<std::string, const char*> refused[] = {
        {"", "the host is empty"},
        {"256.1.1.1", "not an IPv4 address"},
        {"10.1", "not an IPv4 address"},
        {"5060", "not an IPv4 address"},
        {"::g", "not an IPv6 address"},
        {"fe80::1%", "a zone ('%') means something on this box only, leave it out"},
        {"fe80::1%eth0", "a zone ('%') means something on this box only, leave it out"},
        {"2001:db8::1:15060", "not an IPv6 address"},
        {"sbc:5060:60", "not a host name or address (there is a ':' too many)"},
        {"010.001.000.005", "not an IPv4 address (write it without leading zeros)"},
        {"0x7f.1", "not an IPv4 address"},
        {"0x7f000001", "not an IPv4 address"},
        {"a..b", "not a host name or address"},
        {"-a", "not a host name or address"},
        {".", "not an IPv4 address"},
        {"a b", "not a host name or address"},
        {"a\x1b[2J", "not a host name or address"},
        {"b\xc3\xbc",
         "has U+00FC in it; a name in other letters than a to z is written in its ASCII form, "
         "xn--..."},
        {"sbc\xe2\x80\x93"
         "1",
         "has U+2013 in it, which looks like a hyphen and is none"},
        {"b\xfc", "not a host name or address (a byte in it is not UTF-8)"},
        {"a;b", "not a host name or address"},
        {"10.0.0.1%eth0", "not a host name or address"},
        {std::string(64, 'a'), "not a host name or address"},
        {std::string(254, 'a'), "too long for a host name (253 characters at most)"}};
    for (const auto& [text, wrong] : refused)
        EXPECT_EQ(check_host(text), wrong) << text;
}

TEST(Values, users_and_hosts_of_uris) {
    for (const char* text : {"sipping", "+4930123", "a.b-c_d", "a:b", "x%40y", "%20::1%20"})
        EXPECT_EQ(check_uri_user(text), "") << text;
    EXPECT_EQ(check_uri_user("+1555;tgrp=T;trunk-context=x.example"), "");
    for (const char* text : {"a b", "a\tb", "a<b", "a>b", "a\"b", "a@b", "a\r\nb"})
        EXPECT_EQ(check_uri_user(text), "must hold no blanks, control characters or any of <>\"@")
            << text;
    for (const char* text : {"example.com:5070", "2001:db8::1", "[2001:db8::1]:5060"})
        EXPECT_EQ(check_uri_host(text), "") << text;
    for (const char* text : {"a b", "a\tb", "a<b", "a>b", "a;b", "a\"b", "a@b", "a\r\nb"})
        EXPECT_EQ(check_uri_host(text), "must hold no blanks, control characters or any of <>;\"@")
            << text;
    for (const char* text : {"fe80::1%eth0", "[fe80::1%25eth0]:5060", "[fe80::1%1]"})
        EXPECT_EQ(check_uri_host(text),
                  "a zone ('%') means something on this box only, leave it out")
            << text;
    for (const auto check : {check_uri_user, check_uri_host}) {
        EXPECT_EQ(check(""), "must not be empty");
        EXPECT_EQ(check(std::string(256, 'u')), "too long (255 characters at most)");
    }
}

TEST(Values, zones_are_found_wherever_they_stand) {
    for (const char* text : {"fe80::1%eth0", "[fe80::1%eth0]:5060", "sip:fe80::1%eth0",
                             "sip:bob@[fe80::1%25eth0]:5060", "<sip:[fe80::1%25eth0]>;x=y",
                             "\"a%b\" <sip:x@[FE80::1%2]>"})
        EXPECT_TRUE(has_zone(text)) << text;
    for (const char* text : {"", "%", "sip:100%25@[fe80::1]", "sip:a@b;x=%20", "10.0.0.1%eth0",
                             "sip:fe80::1%eth0@example.com", "100%"})
        EXPECT_FALSE(has_zone(text)) << text;
}

TEST(Values, uris) {
    for (const char* text : {"sip:h", "sip:100@example.com;user=phone", "tel:+4930123", "sips:h"})
        EXPECT_EQ(check_uri(text), "") << text;
    for (const char* text : {"", "sip", "sip:", ":h", "1sip:h", "sip:a b", "<sip:h>", "sip:h\n"})
        EXPECT_EQ(check_uri(text), "not a URI (e.g. sip:100@example.com)") << text;
    for (const char* text : {"sip:2001:db8::1", "sip:100@2001:db8::1:5060", "sip:::1;lr"})
        EXPECT_EQ(check_uri(text), "an IPv6 address stands in brackets in a URI") << text;
    EXPECT_EQ(check_uri("sip:[2001:db8::1]:5060;lr"), "");
    EXPECT_EQ(check_uri("sip:[fe80::1%25eth0]"),
              "a zone ('%') means something on this box only, leave it out");
    EXPECT_EQ(check_uri("sip:" + std::string(509, 'h')), "too long (512 characters at most)");
}

TEST(Values, shown_text_is_harmless_and_short) {
    EXPECT_EQ(shown("plain"), "plain");
    EXPECT_EQ(shown("a\x1b[2J\n\x7f"), "a\\x1b[2J\\x0a\\x7f");
    EXPECT_EQ(shown("a\xc2\x9b"
                    "31m"),
              "a\xc2\\x9b31m")
        << "a C1 control, as UTF-8";
    EXPECT_EQ(shown("b\xc3\xbc"), "b\xc3\xbc");
    EXPECT_EQ(shown(std::string(80, 'x')), std::string(80, 'x'));
    EXPECT_EQ(shown(std::string(81, 'x')), std::string(80, 'x') + "...");
    EXPECT_EQ(shown(std::string(79, 'x') + "\xc3\xbc"), std::string(79, 'x') + "...");
}

}  // namespace
}  // namespace sipping
