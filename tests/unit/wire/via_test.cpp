#include "sipping/wire/via.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sipping::wire {
namespace {

Via parsed(std::string_view text) {
    Via via;
    EXPECT_TRUE(parse_via(text, via)) << text;
    return via;
}

TEST(Via, reads_what_we_send_and_get_back) {
    const Via via =
        parsed("SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bKabc;received=203.0.113.9;rport=61000");
    EXPECT_EQ(via.transport, "UDP");
    EXPECT_EQ(via.host, "192.0.2.10");
    EXPECT_EQ(via.port, 40112);
    EXPECT_EQ(via.branch, "z9hG4bKabc");
    EXPECT_EQ(via.received, "203.0.113.9");
    EXPECT_TRUE(via.has_rport);
    EXPECT_EQ(via.rport, 61000);
}

TEST(Via, absent_parameters_are_empty) {
    const Via via = parsed("SIP/2.0/TCP host.example.com");
    EXPECT_EQ(via.transport, "TCP");
    EXPECT_EQ(via.host, "host.example.com");
    EXPECT_EQ(via.port, 0);
    EXPECT_EQ(via.branch, "");
    EXPECT_EQ(via.received, "");
    EXPECT_FALSE(via.has_rport);
    EXPECT_EQ(via.rport, 0);
}

TEST(Via, reads_ipv6_with_and_without_brackets_in_received) {
    Via via = parsed("SIP/2.0/UDP [2001:db8::1]:5060;received=2001:db8::2;branch=x");
    EXPECT_EQ(via.host, "[2001:db8::1]");
    EXPECT_EQ(via.port, 5060);
    EXPECT_EQ(via.received, "2001:db8::2");
    EXPECT_EQ(via.branch, "x");
    via = parsed("SIP/2.0/UDP [::ffff:192.0.2.1];received=[2001:db8::2];rport");
    EXPECT_EQ(via.host, "[::ffff:192.0.2.1]");
    EXPECT_EQ(via.port, 0);
    EXPECT_EQ(via.received, "[2001:db8::2]");
    EXPECT_TRUE(via.has_rport);
}

TEST(Via, blanks_and_folding_are_allowed_wherever_the_grammar_has_them) {
    const Via via = parsed(
        "SIP  /   2.0\r\n /UDP\r\n    192.0.2.2 : 5061 ; BRANCH\t=\r\n 390skdjuw ;\r\n RPort = 7 ");
    EXPECT_EQ(via.transport, "UDP");
    EXPECT_EQ(via.host, "192.0.2.2");
    EXPECT_EQ(via.port, 5061);
    EXPECT_EQ(via.branch, "390skdjuw");
    EXPECT_EQ(via.rport, 7);
}

TEST(Via, only_the_first_entry_and_the_first_of_each_parameter_count) {
    const Via via = parsed(
        "SIP/2.0/UDP a;x=\"q;branch=no,\\\"\";branch=one;branch=two;rport;rport=9 , SIP/2.0/UDP b");
    EXPECT_EQ(via.host, "a");
    EXPECT_EQ(via.branch, "one");
    EXPECT_TRUE(via.has_rport);
    EXPECT_EQ(via.rport, 0);
}

TEST(Via, an_unreadable_rport_is_present_without_value) {
    for (const char* value : {"rport", "rport=", "rport=0", "rport=65536", "rport=99999999999999",
                              "rport=12x", "rport=-1"}) {
        const Via via = parsed("SIP/2.0/UDP a;" + std::string(value));
        EXPECT_TRUE(via.has_rport) << value;
        EXPECT_EQ(via.rport, 0) << value;
    }
}

TEST(Via, refuses_what_is_none) {
    for (const char* text : {"",
                             "SIP",
                             "SIP/2.0",
                             "SIP/2.0/UDP",
                             "SIP/2.0/UDP ",
                             "SIP/2.0 UDP a",
                             "/2.0/UDP a",
                             "SIP//UDP a",
                             "SIP/2.0/ a",
                             "SIP/2.0/UDP ;branch=x",
                             "SIP/2.0/UDP a:",
                             "SIP/2.0/UDP a:0",
                             "SIP/2.0/UDP a:65536",
                             "SIP/2.0/UDP a:5060x",
                             "SIP/2.0/UDP [",
                             "SIP/2.0/UDP []",
                             "SIP/2.0/UDP [::1",
                             "SIP/2.0/UDP [::1 ]",
                             "SIP/2.0/UDP a;;branch=x",
                             "SIP/2.0/UDP a;",
                             "SIP/2.0/UDP a b",
                             "SIP/2.0/UDP a;x=\"never ends",
                             "SIP/2.0/UDP a;x=y z",
                             "SIP/2.0/UDP a;x=y\"z\"",
                             "SIP/2.0/UDP\"a\""}) {
        Via via;
        EXPECT_FALSE(parse_via(text, via)) << text;
    }
}

TEST(Via, counts_entries_outside_quotes) {
    EXPECT_EQ(count_vias(""), 1U);
    EXPECT_EQ(count_vias("SIP/2.0/UDP a"), 1U);
    EXPECT_EQ(count_vias("SIP/2.0/UDP a, SIP/2.0/UDP b,SIP/2.0/UDP c"), 3U);
    EXPECT_EQ(count_vias("SIP/2.0/UDP a;x=\",\\\",\", SIP/2.0/UDP b"), 2U);
    EXPECT_EQ(count_vias("a,b;x=\"never, ends,"), 2U);
}

}  // namespace
}  // namespace sipping::wire
