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
          "2001:db8::1", "fe80::1%eth0", "xn--bcher-kva.example", "1and1.example", "a-b", "report"})
        EXPECT_EQ(check_host(text), "") << text;
    EXPECT_EQ(check_host(std::string(63, 'a') + ".example"), "");
    const std::pair<std::string, const char*> refused[] = {
        {"", "the host is empty"},
        {"256.1.1.1", "not an IPv4 address"},
        {"10.1", "not an IPv4 address"},
        {"5060", "not an IPv4 address"},
        {"::g", "not an IPv6 address"},
        {"fe80::1%", "not an IPv6 address"},
        {"a..b", "not a host name or address"},
        {"-a", "not a host name or address"},
        {".", "not an IPv4 address"},
        {"a b", "not a host name or address"},
        {"a\x1b[2J", "not a host name or address"},
        {"b\xc3\xbc", "not a host name or address"},
        {"a;b", "not a host name or address"},
        {"10.0.0.1%eth0", "not a host name or address"},
        {std::string(64, 'a'), "not a host name or address"},
        {std::string(254, 'a'), "too long for a host name (253 characters at most)"}};
    for (const auto& [text, wrong] : refused)
        EXPECT_EQ(check_host(text), wrong) << text;
}

TEST(Values, uri_parts) {
    for (const char* text : {"sipping", "+4930123", "example.com:5070", "a.b-c_d"})
        EXPECT_EQ(check_uri_part(text), "") << text;
    for (const char* text : {"a b", "a\tb", "a<b", "a>b", "a;b", "a\"b", "a@b", "a\r\nb"})
        EXPECT_EQ(check_uri_part(text), "must hold no blanks, control characters or any of <>;\"@")
            << text;
    EXPECT_EQ(check_uri_part(""), "must not be empty");
    EXPECT_EQ(check_uri_part(std::string(256, 'u')), "too long (255 characters at most)");
}

TEST(Values, uris) {
    for (const char* text : {"sip:h", "sip:100@example.com;user=phone", "tel:+4930123", "sips:h"})
        EXPECT_EQ(check_uri(text), "") << text;
    for (const char* text : {"", "sip", "sip:", ":h", "1sip:h", "sip:a b", "<sip:h>", "sip:h\n"})
        EXPECT_EQ(check_uri(text), "not a URI (e.g. sip:100@example.com)") << text;
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
}

}  // namespace
}  // namespace sipping
