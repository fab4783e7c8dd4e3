// Tests of the small readers: status line, request line, CSeq, tags.
#include <gtest/gtest.h>

#include "sipping/wire/cseq.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request_line.hpp"
#include "sipping/wire/status_line.hpp"

namespace sipping::wire {
namespace {

TEST(StatusLine, reads_code_and_reason) {
    struct Case {
        const char* line;
        int status;
        const char* reason;
    };
    for (const Case& c : {Case{"SIP/2.0 200 OK", 200, "OK"},
                          {"sip/2.0 100 Trying, please", 100, "Trying, please"},
                          {"SIP/2.0 699 ", 699, ""},
                          {"SIP/2.0 404", 404, ""},
                          {"SIP/2.0 480  two blanks", 480, " two blanks"}}) {
        std::uint16_t status = 0;
        std::string_view reason;
        EXPECT_TRUE(parse_status_line(c.line, status, reason)) << c.line;
        EXPECT_EQ(status, c.status) << c.line;
        EXPECT_EQ(reason, c.reason) << c.line;
    }
}

TEST(StatusLine, refuses_other_versions_and_codes) {
    for (const char* line :
         {"", "SIP/2.0", "SIP/2.0 ", "SIP/2.0 20", "SIP/2.0 099 x", "SIP/2.0 700 x",
          "SIP/2.0 000 x", "SIP/2.0 2000 x", "SIP/2.0 20x x", "SIP/2.0 -20 x", "SIP/2.0  200 x",
          "SIP/2.0\t200 x", "SIP/2.0 200\tx", "SIP/2.1 200 OK", "SIP/7.0 200 OK", "SIP/2.00 200 OK",
          "HTTP/1.1 200", "SIP/2.0 4294967496 OK"}) {
        std::uint16_t status = 0;
        std::string_view reason;
        EXPECT_FALSE(parse_status_line(line, status, reason)) << line;
    }
}

TEST(RequestLine, is_recognised_with_faults_and_read_without) {
    struct Case {
        const char* line;
        bool looks;
        bool reads;
    };
    for (const Case& c : {Case{"OPTIONS sip:a SIP/2.0", true, true},
                          {"x-!y sip:a sip/2.0", true, true},
                          {"OPTIONS  sip:a  SIP/2.0", true, false},
                          {"OPTIONS sip:a SIP/2.0 ", true, false},
                          {"OPTIONS sip:a; lr SIP/2.0", true, false},
                          {"OPTIONS <sip:a> SIP/2.0", true, false},
                          {"OPTIONS sip:a SIP/7.0", true, false},
                          {"OPTIONS sip:a SIP/2", false, false},
                          {"OPTIONS SIP/2.0", false, false},
                          {"OPTIONS  SIP/2.0", true, false},
                          {" SIP/2.0", false, false},
                          {"OPTIONS\tsip:a SIP/2.0", false, false},
                          {"OPT(IONS sip:a SIP/2.0", false, false},
                          {"GET / HTTP/1.1", false, false},
                          {"", false, false}}) {
        std::string_view method;
        std::string_view uri;
        EXPECT_EQ(looks_like_request(c.line), c.looks) << c.line;
        EXPECT_EQ(parse_request_line(c.line, method, uri), c.reads) << c.line;
        if (c.reads) {
            EXPECT_EQ(uri, "sip:a") << c.line;
        }
    }
}

TEST(CSeq, reads_number_and_method) {
    std::uint32_t number = 0;
    std::string_view method;
    EXPECT_TRUE(parse_cseq("2147483647 OPTIONS", number, method));
    EXPECT_EQ(number, 2147483647U);
    EXPECT_EQ(method, "OPTIONS");
    EXPECT_TRUE(parse_cseq("0009\r\n  INVITE", number, method));
    EXPECT_EQ(number, 9U);
    EXPECT_EQ(method, "INVITE");
    EXPECT_TRUE(parse_cseq("0 x", number, method));
}

TEST(CSeq, refuses_other_forms) {
    for (const char* text : {"", "1", "1 ", "OPTIONS", "1OPTIONS", "-1 OPTIONS", "1 OPT IONS",
                             "1 OPTIONS;", "2147483648 OPTIONS", "4294967297 OPTIONS",
                             "36893488147419103232 OPTIONS", "1,OPTIONS", "0x1 OPTIONS"}) {
        std::uint32_t number = 0;
        std::string_view method;
        EXPECT_FALSE(parse_cseq(text, number, method)) << text;
    }
}

TEST(Tag, is_found_behind_every_form_of_address) {
    struct Case {
        const char* value;
        const char* tag;
    };
    for (const Case& c : {Case{"<sip:a@b>;tag=1", "1"},
                          {"\"SIP Ping\" <sip:a@b>;tag=1a2b", "1a2b"},
                          {"Bell, Alexander <sip:a@b>;tag=43", "43"},
                          {"caller<sip:a@b>;tag=323", "323"},
                          {"sip:a@b;tag=1", "1"},
                          {"sip:a@b;user=phone;TAG=1;tag=2", "1"},
                          {"<sip:a@b;tag=uri>", ""},
                          {"<sip:a@b;tag=uri>;tag=own", "own"},
                          {"\"a;tag=no\\\";tag=no <sip:x>;tag=no\" <sip:a@b>;tag=1", "1"},
                          {"\"back\\\\\" <sip:a@b>;tag=1", "1"},
                          {"\"J\\\"\"  <sip:a@b>\r\n  ;\r\n  tag = 98asjd8", "98asjd8"},
                          {"<sip:a@b>;x=\";tag=no\";tag=1", "1"},
                          {"<sip:a@b>;tag", ""},
                          {"<sip:a@b>", ""},
                          {"sip:a@b", ""}}) {
        std::string_view tag = "unset";
        EXPECT_TRUE(parse_tag(c.value, tag)) << c.value;
        EXPECT_EQ(tag, c.tag) << c.value;
    }
}

TEST(Tag, broken_addresses_are_refused) {
    for (const char* value : {"", "\"never ends <sip:a@b>;tag=1", "\"ends in a backslash\\",
                              "<sip:a@b;tag=1", ";tag=1", "<sip:a@b>tag=1", "<sip:a@b>;;tag=1",
                              "<sip:a@b>;tag=1,<sip:c>", "<sip:a@b>;x=\"never ends;tag=1"}) {
        std::string_view tag;
        EXPECT_FALSE(parse_tag(value, tag)) << value;
    }
}

}  // namespace
}  // namespace sipping::wire
