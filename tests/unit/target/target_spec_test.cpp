#include "sipping/target/target_spec.hpp"

#include <gtest/gtest.h>

namespace sipping::target {
namespace {

TEST(TargetSpec, address_forms) {
    struct Row {
        const char* text;
        const char* host;
        std::uint16_t port;
        const char* user;
        bool literal;
    };
    for (const Row& row : {
             Row{"sbc.example.com", "sbc.example.com", 0, "", false},
             Row{"sbc.example.com:5080", "sbc.example.com", 5080, "", false},
             Row{"10.0.0.1", "10.0.0.1", 0, "", true},
             Row{"10.0.0.1:1", "10.0.0.1", 1, "", true},
             Row{"[2001:db8::1]:65535", "2001:db8::1", 65535, "", true},
             Row{"[::1]", "::1", 0, "", true},
             Row{"2001:db8::1", "2001:db8::1", 0, "", true},
             Row{"fe80::1%eth0", "fe80::1%eth0", 0, "", false},
             Row{"[fe80::1%eth0]:5060", "fe80::1%eth0", 5060, "", false},
             Row{"sip:10.0.0.1", "10.0.0.1", 0, "", true},
             Row{"sip:100@sbc:5080", "sbc", 5080, "100", false},
             Row{"SIP:100@[::1]:5080;transport=UDP;lr", "::1", 5080, "100", true},
             Row{"sip:alice:secret@sbc;user=phone", "sbc", 0, "alice:secret", false},
             Row{"report", "report", 0, "", false},
         }) {
        TargetSpec spec;
        EXPECT_EQ(parse_target(row.text, spec), "") << row.text;
        EXPECT_EQ(spec.text, row.text);
        EXPECT_EQ(spec.name, row.text);
        EXPECT_EQ(spec.host, row.host) << row.text;
        EXPECT_EQ(spec.port, row.port) << row.text;
        EXPECT_EQ(spec.uri_user, row.user) << row.text;
        EXPECT_EQ(spec.literal.has_value(), row.literal) << row.text;
    }
}

TEST(TargetSpec, words_behind_it) {
    TargetSpec spec;
    ASSERT_EQ(parse_target(" \tsbc:5080  name=\"Berlin, # 1\"\tuser=100 domain=example.com "
                           "interval=0.5 timeout=2s request-uri=sip:x@y;z=1 ",
                           spec),
              "");
    EXPECT_EQ(spec.text, "sbc:5080");
    EXPECT_EQ(spec.name, "Berlin, # 1");
    EXPECT_EQ(spec.user, "100");
    EXPECT_EQ(spec.domain, "example.com");
    EXPECT_EQ(spec.interval, 500us);
    EXPECT_EQ(spec.timeout, 2s);
    EXPECT_EQ(spec.request_uri, "sip:x@y;z=1");

    ASSERT_EQ(parse_target("sbc interval=250 timeout=40", spec), "");
    EXPECT_EQ(spec.interval, 250ms);
    EXPECT_EQ(spec.timeout, 40ms);
    EXPECT_FALSE(spec.user) << "nothing may be left of the spec's earlier use";
}

TEST(TargetSpec, refusals_name_the_culprit) {
    const std::pair<const char*, const char*> table[] = {
        {"", "the target is empty, name a host"},
        {" \t", "the target is empty, name a host"},
        {":5060", "':5060': the host is empty"},
        {"sip:", "'sip:': the host is empty"},
        {"sip:100@", "'sip:100@': the host is empty"},
        {"sbc:", "'sbc:': port '' must be 1 to 65535"},
        {"sbc:0", "'sbc:0': port '0' must be 1 to 65535"},
        {"sbc:65536", "'sbc:65536': port '65536' must be 1 to 65535"},
        {"sbc:sip", "'sbc:sip': port 'sip' must be 1 to 65535"},
        {"[::1", "'[::1': ']' is missing"},
        {"[]", "'[]': brackets are for IPv6 addresses"},
        {"[sbc]:5060", "'[sbc]:5060': brackets are for IPv6 addresses"},
        {"[::1]5060", "'[::1]5060': only ':' and a port may follow ']'"},
        {"[::1]:0", "'[::1]:0': port '0' must be 1 to 65535"},
        {"::1]", "'::1]': not an IPv6 address"},
        {"sbc]", "'sbc]': not a host name or address"},
        {"a:b:c", "'a:b:c': not an IPv6 address"},
        {"256.0.0.1", "'256.0.0.1': not an IPv4 address"},
        {"-x", "'-x': not a host name or address"},
        {"<sip:sbc>", "'<sip:sbc>': not a host name or address"},
        {"100@sbc", "'100@sbc': a target with a user is written 'sip:100@sbc'"},
        {"sips:sbc", "'sips:sbc': sips: needs TLS, only UDP is supported"},
        {"sip:@sbc", "'sip:@sbc': user '' must not be empty"},
        {"sip:a@b@sbc",
         "'sip:a@b@sbc': user 'a@b' must hold no blanks, control characters or any of <>;\"@"},
        {"sip:sbc?subject=x", "'sip:sbc?subject=x': headers in a URI ('?') are not supported"},
        {"sip:sbc;transport=tcp",
         "'sip:sbc;transport=tcp': transport=tcp is not supported, only udp is"},
        {"sip:sbc;lr;MADDR=10.0.0.1",
         "'sip:sbc;lr;MADDR=10.0.0.1': maddr is not supported, name that host"},
        {"name=x sbc", "'name=x': the target comes first, key=value words behind it"},
        {"sbc pbx", "unexpected word 'pbx' (only key=value may follow a target)"},
        {"sbc foo=1",
         "unknown key 'foo=' (known: name= user= domain= interval= timeout= request-uri=)"},
        {"sbc =1", "unknown key '=' (known: name= user= domain= interval= timeout= request-uri=)"},
        {"sbc name=a user=b name=c", "'name=' is given twice"},
        {"sbc name=", "name='': must not be empty"},
        {"sbc name=\"a b", "the quote after 'name=' is not closed"},
        {"sbc name=\"a\"b", "a blank is missing after 'name=\"a\"'"},
        {"sbc name=a\"b", "name='a\"b': quotes go around the whole value"},
        {"sbc name=\"a\tb\"", "name='a\\x09b': tab in it"},
        {"sbc user=", "user='': must not be empty"},
        {"sbc user=\"a b\"",
         "user='a b': must hold no blanks, control characters or any of <>;\"@"},
        {"sbc domain=a@b",
         "domain='a@b': must hold no blanks, control characters or any of <>;\"@"},
        {"sbc interval=0", "interval='0': must be more than 0 (e.g. 1000, 0.5, 250us)"},
        {"sbc interval=2d", "interval='2d': must be at most 1 day"},
        {"sbc timeout=0", "timeout='0': must be 1 ms to 1 hour"},
        {"sbc timeout=x",
         "timeout='x': not a time (e.g. 1000, 250ms, 1.5s; a bare number is milliseconds)"},
        {"sbc request-uri=100", "request-uri='100': not a URI (e.g. sip:100@example.com)"},
        {"sb\x1b[2Jc", "'sb\\x1b[2Jc': control character in it"},
        {"sbc\rpbx", "'sbc\\x0dpbx': control character in it"},
    };
    for (const auto& [line, wrong] : table) {
        TargetSpec spec;
        spec.host = "before";
        EXPECT_EQ(parse_target(line, spec), wrong) << line;
        EXPECT_EQ(spec.host, "before") << line;
    }
    TargetSpec spec;
    EXPECT_EQ(parse_target(std::string(5000, 'a'), spec),
              "'" + std::string(80, 'a') + "...': too long for a target");
    EXPECT_EQ(parse_target(std::string_view("sbc\0", 4), spec),
              "'sbc\\x00': control character in it");
    EXPECT_EQ(parse_target("sbc name=" + std::string(129, 'n'), spec),
              "name='" + std::string(80, 'n') + "...': too long (128 characters at most)");
}

}  // namespace
}  // namespace sipping::target
