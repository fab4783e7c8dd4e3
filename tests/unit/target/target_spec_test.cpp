#include "sipping/target/target_spec.hpp"

#include <gtest/gtest.h>

#include <tuple>

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
             Row{"2001:DB8:0:0::1", "2001:db8::1", 0, "", true},
             Row{"::ffff:10.0.0.1", "10.0.0.1", 0, "", true},
             Row{"[::FFFF:10.0.0.1]:5070", "10.0.0.1", 5070, "", true},
             Row{"sip:10.0.0.1", "10.0.0.1", 0, "", true},
             Row{"sip:100@sbc:5080", "sbc", 5080, "100", false},
             Row{"SIP:100@[::1]:5080;transport=UDP;lr", "::1", 5080, "100", true},
             Row{"sip:alice:secret@sbc;user=phone", "sbc", 0, "alice:secret", false},
             Row{"sip:+1555;tgrp=T;trunk-context=c.example@sbc", "sbc", 0,
                 "+1555;tgrp=T;trunk-context=c.example", false},
             Row{"sip:a,b;c@sbc;lr", "sbc", 0, "a,b;c", false},
             Row{"sip://sbc:5080/", "sbc", 5080, "", false},
             Row{"sbc:5080;transport=udp", "sbc", 5080, "", false},
             Row{"sbc;lr", "sbc", 0, "", false},
             Row{"udp:sbc:5080", "sbc", 5080, "", false},
             Row{"udp://100@sbc", "sbc", 0, "100", false},
             Row{"udp:5080", "udp", 5080, "", false},
             Row{"tls:5061", "tls", 5061, "", false},
             Row{"10.0.0.1:5060/udp", "10.0.0.1", 5060, "", true},
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
        EXPECT_EQ(spec.zone, "") << row.text;
        EXPECT_EQ(spec.note, "") << row.text;
    }
    TargetSpec spec;
    ASSERT_EQ(parse_target("::ffff:10.0.0.1", spec), "");
    EXPECT_EQ(spec.literal, parse_address("10.0.0.1"));
}

TEST(TargetSpec, zones_are_kept_apart_from_the_address) {
    // cases/wire/18: "OPTIONS sip:fe80::18:2%eth0:5070"
    for (const auto& [text, zone, port] : {std::tuple{"fe80::1%eth0", "eth0", 0},
                                           {"[fe80::1%eth0]:5060", "eth0", 5060},
                                           {"[fe80::1%25eth0]:5060", "eth0", 5060},
                                           {"sip:100@[FE80::1%25eth0.100]", "eth0.100", 0},
                                           {"fe80::1%25eth0", "eth0", 0},
                                           {"fe80::1%25", "25", 0},
                                           {"fe80::1%251", "251", 0},
                                           {"[fe80::1%251]", "1", 0},
                                           {"[fe80::1%25wl%2Dan]", "wl-an", 0},
                                           {"fe80::1%2", "2", 0}}) {
        TargetSpec spec;
        EXPECT_EQ(parse_target(text, spec), "") << text;
        EXPECT_EQ(spec.host, "fe80::1") << text;
        EXPECT_EQ(spec.literal, parse_address("fe80::1")) << text;
        EXPECT_EQ(spec.zone, zone) << text;
        EXPECT_EQ(spec.port, port) << text;
        EXPECT_EQ(uri_host(spec, {*spec.literal, 5070}), "[fe80::1]:5070");
    }
}

TEST(TargetSpec, as_people_paste_them) {
    struct Row {
        const char* line;
        const char* text;
        const char* name;
    };
    for (const Row& row : {
             Row{"<sip:100@sbc:5080>", "sip:100@sbc:5080", "sip:100@sbc:5080"},
             Row{"<sip:sbc>;tag=1;expires=60", "sip:sbc", "sip:sbc"},
             Row{"\"Berlin \\\"A\\\", 1\" <sip:sbc>", "sip:sbc", "Berlin \"A\", 1"},
             Row{"Berlin SBC <sip:sbc;lr>", "sip:sbc;lr", "Berlin SBC"},
             Row{"Berlin<sbc:5080> name=Bonn", "sbc:5080", "Bonn"},
             Row{"< sip:sbc >,", "sip:sbc", "sip:sbc"},
             Row{"sbc 5080", "sbc:5080", "sbc:5080"},
             Row{"sbc\t5080\tname=x", "sbc:5080", "x"},
             Row{"sbc;5080", "sbc:5080", "sbc:5080"},
             Row{"sbc,5080,", "sbc:5080", "sbc:5080"},
             Row{"sbc; 5080;", "sbc:5080", "sbc:5080"},
             Row{"sip:100@sbc;5080", "sip:100@sbc:5080", "sip:100@sbc:5080"},
             Row{"\"sbc\";\"5080\"", "sbc:5080", "sbc:5080"},
             Row{"sip:sbc;\"x=1\ty\"", "sip:sbc", "sip:sbc"},
             Row{"2001:db8::1 5080", "[2001:db8::1]:5080", "[2001:db8::1]:5080"},
             Row{"[2001:db8::1],5080", "[2001:db8::1]:5080", "[2001:db8::1]:5080"},
             Row{"fe80::1%251;5080", "[fe80::1%25251]:5080", "[fe80::1%25251]:5080"},
             Row{"Sip 5080", "sip:Sip:5080", "sip:Sip:5080"},
             Row{"fe80::1%25eth0;5080", "[fe80::1%eth0]:5080", "[fe80::1%eth0]:5080"},
             Row{"fe80::1%eth0;5080", "[fe80::1%eth0]:5080", "[fe80::1%eth0]:5080"},
             Row{"10.0.0.1,", "10.0.0.1", "10.0.0.1"},
             Row{"10.0.0.1;", "10.0.0.1", "10.0.0.1"},
             Row{"\"10.0.0.1\",", "10.0.0.1", "10.0.0.1"},
             Row{"'10.0.0.1'", "10.0.0.1", "10.0.0.1"},
             Row{"\"sbc:5080 name=Bonn\"", "sbc:5080", "Bonn"},
             // A no-break space, a zero width space, a soft hyphen, a mark in mid-file.
             Row{"sbc\xc2\xa0"
                 "5080",
                 "sbc:5080", "sbc:5080"},
             Row{"\xef\xbb\xbfsb\xc2\xad"
                 "c\xe2\x80\x8b",
                 "sbc", "sbc"},
             Row{"sbc name=\xe2\x80\x9e"
                 "Berlin 1\xe2\x80\x9c user=x",
                 "sbc", "Berlin 1"},
             Row{"sbc name='Berlin \"A\"'", "sbc", "Berlin \"A\""},
         }) {
        TargetSpec spec;
        EXPECT_EQ(parse_target(row.line, spec), "") << row.line;
        EXPECT_EQ(spec.text, row.text) << row.line;
        EXPECT_EQ(spec.name, row.name) << row.line;
        EXPECT_EQ(spec.note, "") << row.line;
    }
}

TEST(TargetSpec, a_port_without_brackets_gets_a_note) {
    // cases/files/ipv6-port-no-brackets
    for (const auto& [text, note] :
         {std::pair{"2001:db8::5:5060", "for port 5060 of 2001:db8::5 write [2001:db8::5]:5060"},
          {"sip:100@2001:db8::5:5080", "for port 5080 of 2001:db8::5 write [2001:db8::5]:5080"},
          {"fe80::5:5060%eth0", "for port 5060 of fe80::5%eth0 write [fe80::5%eth0]:5060"},
          {"::1:5060", "for port 5060 of ::1 write [::1]:5060"},
          {"2001:db8::5060", ""},
          {"2001:db8:1:2:3:4:5:5060", ""},
          {"2001:db8::5:506a", ""},
          {"2001:db8::5:0506", ""},
          {"2001:db8::5:506", ""},
          {"[2001:db8::5:5060]", ""},
          {"2001:db8::5:5060 5070", ""}}) {
        TargetSpec spec;
        EXPECT_EQ(parse_target(text, spec), "") << text;
        EXPECT_EQ(spec.note, note) << text;
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

    ASSERT_EQ(parse_target("sbc from='\"Us\" <sip:us@x>' to=<sip:them@y> contact=none "
                           "header=\"X-A: b c\" header=Accept: header='Y: \"z\"'",
                           spec),
              "");
    EXPECT_EQ(spec.from, "\"Us\" <sip:us@x>");
    EXPECT_EQ(spec.to, "<sip:them@y>");
    EXPECT_EQ(spec.contact, "none");
    EXPECT_EQ(spec.headers, (std::vector<std::string>{"X-A: b c", "Accept:", "Y: \"z\""}));

    ASSERT_EQ(parse_target("sbc down-codes=408,500-504 maintenance-codes=", spec), "");
    ASSERT_TRUE(spec.down_codes && spec.maintenance_codes);
    EXPECT_TRUE(spec.down_codes->has(408) && spec.down_codes->has(502));
    EXPECT_FALSE(spec.down_codes->has(505));
    EXPECT_TRUE(spec.maintenance_codes->empty());

    ASSERT_EQ(parse_target("sbc interval=250 timeout=40", spec), "");
    EXPECT_EQ(spec.interval, 250ms);
    EXPECT_EQ(spec.timeout, 40ms);
    EXPECT_TRUE(spec.headers.empty());
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
        {"::1]", "'::1]': '[' belongs in front of an IPv6 address and ']' behind it"},
        {"sbc]", "'sbc]': '[' belongs in front of an IPv6 address and ']' behind it"},
        {"a:b:c", "'a:b:c': not a host name or address (there is a ':' too many)"},
        {"10.0.0.1:5060:1",
         "'10.0.0.1:5060:1': not a host name or address (there is a ':' too many)"},
        {"a:b:c:d", "'a:b:c:d': not an IPv6 address"},
        {"256.0.0.1", "'256.0.0.1': not an IPv4 address"},
        {"-x", "'-x': not a host name or address"},
        {"<sip:sbc", "'<sip:sbc': '>' is missing"},
        {"<sip:sbc>name=x", "'<sip:sbc>name=x': a blank is missing in front of 'name=x'"},
        {"<sip:sbc>;transport=tcp", "'sip:sbc': transport=tcp is not supported, only udp is"},
        {"<sip:sbc:5060:60>",
         "'sip:sbc:5060:60': not a host name or address (there is a ':' too many)"},
        {"<sip:sbc;x= y=z>", "'<sip:sbc;x= y=z>': a blank stands between '<' and '>'"},
        {"Contact: <sip:sbc>",
         "'Contact: <sip:sbc>': only a name may stand in front of '<', not 'Contact:'"},
        {"\"Berlin <sip:sbc>", "'\"Berlin <sip:sbc>': a quote is not closed"},
        {"100@sbc", "'100@sbc': a target with a user is written 'sip:100@sbc'"},
        {"sips:sbc", "'sips:sbc': sips: needs TLS, only UDP is supported"},
        {"sip:@sbc", "'sip:@sbc': user '' must not be empty"},
        {"sip:a@b@sbc",
         "'sip:a@b@sbc': user 'a@b' must hold no blanks, control characters or any of <>\"@"},
        {"sip:sbc?subject=x", "'sip:sbc?subject=x': headers in a URI ('?') are not supported"},
        {"sip:sbc;transport=tcp",
         "'sip:sbc;transport=tcp': transport=tcp is not supported, only udp is"},
        {"sip:sbc;lr;MADDR=10.0.0.1",
         "'sip:sbc;lr;MADDR=10.0.0.1': maddr is not supported, name that host"},
        {"tcp:sbc", "'tcp:sbc': tcp: is not supported, only UDP is"},
        {"tel:+4930", "'tel:+4930': tel: names a number and no host, write sip:NUMBER@HOST"},
        {"https://sbc.example/", "'https://sbc.example/': https: is not SIP, write the host alone"},
        {"10.0.0.1:5060/tcp", "'10.0.0.1:5060/tcp': tcp is not supported, only UDP is"},
        {"10.0.0.0/24", "'10.0.0.0/24': a network is no target, name its hosts one by one"},
        {"2001:db8::/64", "'2001:db8::/64': a network is no target, name its hosts one by one"},
        {"10.0.0.1-20", "'10.0.0.1-20': a range is no target, name its hosts one by one"},
        {"10.0.0.*", "'10.0.0.*': a range is no target, name its hosts one by one"},
        {"10.0.0.1;name=x", "'10.0.0.1;name=x': a blank belongs in front of 'name='"},
        {"sbc:5060 5080", "'sbc:5060': a second port '5080'"},
        {"10.0.0.1 Rome",
         "unexpected word 'Rome' (only key=value may follow a target), write "
         "'10.0.0.1 name=Rome'"},
        {"10.0.0.1;5080;Rome",
         "unexpected word 'Rome' (only key=value may follow a target), write "
         "'10.0.0.1:5080 name=Rome'"},
        {"Rome;10.0.0.1;5080",
         "'Rome;10.0.0.1;5080': the address comes first, write '10.0.0.1:5080 name=Rome'"},
        {"\"Rome 1\",\"2001:db8::1\",\"5080\"",
         "'\"Rome 1\",\"2001:db8::1\",\"5080\"': the address comes first, write "
         "'[2001:db8::1]:5080 name=\"Rome 1\"'"},
        {"Rome;sip:a@b", "'Rome;sip:a@b': the address comes first, write 'sip:a@b name=Rome'"},
        {"10.0.0.1,10.0.0.2", "'10.0.0.1,10.0.0.2': more than one target, write each by itself"},
        {"10.0.0.1 10.0.0.2", "'10.0.0.1': more than one target, write each by itself"},
        {"sip:a@b,sip:c@d", "'sip:a@b,sip:c@d': more than one target, write each by itself"},
        {"<sip:a>,<sip:b>", "'sip:a': more than one target, write each by itself"},
        {"2001:db8::5:15060",
         "'2001:db8::5:15060': not an IPv6 address; for port 15060 of "
         "2001:db8::5 write [2001:db8::5]:15060"},
        {"1:2:3:4:5:6:7:8:5060",
         "'1:2:3:4:5:6:7:8:5060': not an IPv6 address; for port 5060 of "
         "1:2:3:4:5:6:7:8 write [1:2:3:4:5:6:7:8]:5060"},
        {"fe80::1%eth0:5060",
         "'fe80::1%eth0:5060': brackets are missing: for port 5060 of "
         "fe80::1%eth0 write [fe80::1%eth0]:5060"},
        {"fe80::1%", "'fe80::1%': '' is no name of an interface"},
        {"fe80::1%an-interface-name",
         "'fe80::1%an-interface-name': 'an-interface-name' is no name "
         "of an interface"},
        {"2001:db8::1%eth0",
         "'2001:db8::1%eth0': a zone ('%eth0') is for link-local addresses (fe80::...)"},
        {"10.0.0.1%eth0", "'10.0.0.1%eth0': a zone ('%eth0') is for IPv6 addresses"},
        {"sbc%eth0", "'sbc%eth0': a zone ('%eth0') is for IPv6 addresses"},
        {"name=x sbc", "'name=x': the target comes first, key=value words behind it"},
        {"sbc pbx", "unexpected word 'pbx' (only key=value may follow a target)"},
        {"sbc tcp", "'tcp': UDP is the only transport for now, so no word names one"},
        {"sbc 5080 UDP", "'UDP': UDP is the only transport for now, so no word names one"},
        {"sbc name=x transport=tcp",
         "'transport=tcp': UDP is the only transport for now, so no word names one"},
        {"sbc foo=1",
         "unknown key 'foo=' (known: name= user= domain= interval= timeout= request-uri= from= to= "
         "contact= header= down-codes= maintenance-codes=)"},
        {"sbc =1",
         "unknown key '=' (known: name= user= domain= interval= timeout= request-uri= from= to= "
         "contact= header= down-codes= maintenance-codes=)"},
        {"sbc from=", "from='': must not be empty"},
        {"sbc down-codes=5xx",
         "down-codes='5xx': must be status codes, 200 to 699 (e.g. 503 or 408,500-504)"},
        {"sbc from=<sip:a@b> from=<sip:c@d>", "'from=' is given twice"},
        {"sbc name='a", "the quote after 'name=' is not closed"},
        {"sbc name='a'b", "a blank is missing after 'name='a''"},
        {"sbc name=a user=b name=c", "'name=' is given twice"},
        {"sbc name=", "name='': must not be empty"},
        {"sbc name=\"a b", "the quote after 'name=' is not closed"},
        {"sbc name=\"a\"b", "a blank is missing after 'name=\"a\"'"},
        {"sbc name=a\"b", "name='a\"b': quotes go around the whole value"},
        {"sbc name=\"a\tb\"", "name='a\\x09b': tab in it"},
        {"sbc user=", "user='': must not be empty"},
        {"sbc user=\"a b\"", "user='a b': must hold no blanks, control characters or any of <>\"@"},
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
