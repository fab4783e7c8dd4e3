#include "sipping/wire/user_headers.hpp"

#include <gtest/gtest.h>

#include <array>

#include "sipping/wire/request_template.hpp"

namespace sipping::wire {
namespace {

RequestFields fields_with(std::vector<std::string> headers) {
    RequestFields fields;
    fields.target_host = "203.0.113.5";
    fields.via_host = "192.0.2.10";
    fields.user_agent = "sipping/0.1.0";
    fields.headers = std::move(headers);
    return fields;
}

/// The request behind its CSeq, and the lines in front of it that may be the user's.
std::string rest_of(const RequestFields& fields) {
    std::array<char, request_capacity> out;
    const Identity identity{9437147390, 0x0123456789abcdef, 0x1a2b3c4d, 1804289383};
    const std::string text(out.data(), RequestTemplate(fields).encode(identity, 40112, out));
    std::string rest;
    std::size_t at = text.find(";rport\r\n") + 8;
    while (at < text.size()) {
        const std::size_t end = text.find("\r\n", at);
        const std::string line = text.substr(at, end - at);
        at = end + 2;
        if (!line.starts_with("From:") && !line.starts_with("Call-ID:") &&
            !line.starts_with("CSeq:"))
            rest += line + "|";
    }
    return rest;
}

TEST(UserHeaders, one_of_ours_gives_way_where_it_stood) {
    // cases: --header 'Accept: */*' made a second Accept.
    EXPECT_EQ(rest_of(fields_with({"Accept: */*"})),
              "Max-Forwards: 70|To: <sip:203.0.113.5>|Contact: <sip:sipping@192.0.2.10:40112>|"
              "Accept: */*|User-Agent: sipping/0.1.0|Content-Length: 0||");
    EXPECT_EQ(rest_of(fields_with({"X: y", "max-forwards: 5", "t: <sip:a@b>", "M: <sip:c>",
                                   "USER-AGENT : me", "l: 0"})),
              "max-forwards: 5|t: <sip:a@b>|M: <sip:c>|Accept: application/sdp|USER-AGENT : me|"
              "X: y|l: 0||");
}

TEST(UserHeaders, an_empty_value_takes_one_of_ours_out) {
    EXPECT_EQ(rest_of(fields_with({"Accept:", "m: ", "User-Agent:", "Content-Length:"})),
              "Max-Forwards: 70|To: <sip:203.0.113.5>||");
    // Of others RFC 3261 allows an empty one.
    EXPECT_EQ(rest_of(fields_with({"Supported:"})),
              "Max-Forwards: 70|To: <sip:203.0.113.5>|Contact: <sip:sipping@192.0.2.10:40112>|"
              "Accept: application/sdp|User-Agent: sipping/0.1.0|Supported:|Content-Length: 0||");
}

TEST(UserHeaders, lists_may_be_in_several_lines) {
    EXPECT_EQ(rest_of(fields_with(
                  {"Accept: a/b", "Accept:", "accept: c/d", "m: <sip:c>", "Contact: <sip:d>"})),
              "Max-Forwards: 70|To: <sip:203.0.113.5>|m: <sip:c>|Contact: <sip:d>|Accept: a/b|"
              "accept: c/d|User-Agent: sipping/0.1.0|Content-Length: 0||");
}

TEST(UserHeaders, the_address_in_via_changes_alone_when_contact_is_the_users) {
    RequestTemplate request(fields_with({"m: <sip:192.0.2.10>"}));
    ASSERT_TRUE(request.set_via_host("198.51.100.1"));
    std::array<char, request_capacity> out;
    const std::string text(out.data(), request.encode({9437147390, 1, 2, 3}, 40112, out));
    EXPECT_NE(text.find("UDP 198.51.100.1:40112;"), std::string::npos);
    EXPECT_NE(text.find("m: <sip:192.0.2.10>\r\n"), std::string::npos);
}

TEST(UserHeaders, what_an_answer_is_known_by_or_a_request_must_have_stays) {
    const std::string known = "an answer is known by it, so it is set by sipping itself";
    const std::string from =
        "an answer is known by its tag, so it is set by sipping itself; --from and from= say the "
        "rest";
    const std::pair<const char*, std::string> table[] = {
        {"via: x", known},
        {"V:", known},
        {"Call-ID: x", known},
        {"i:", known},
        {"CSeq: 1 X", known},
        {"cseq :", known},
        {"From : x", from},
        {"f:", from},
        {"To:", "a request must have it"},
        {"t: alice", "is not an address"},
        {"To: <sip:a>;tag=1", "must not carry a tag"},
        {"Max-Forwards:", "a request must have it"},
        {"Max-Forwards: 256", "must be 0 to 255"},
        {"Max-Forwards: -1", "must be 0 to 255"},
        {"l: 5", "a request without a body has length 0"},
        {"m: <sip:[fe80::1%25eth0]>", "has a zone ('%'), which means something on this box only"},
    };
    for (const auto& [line, wrong] : table)
        EXPECT_EQ(RequestTemplate::check(fields_with({line})),
                  "--header '" + std::string(line) + "': " + wrong);
    EXPECT_EQ(RequestTemplate::check(fields_with({"To: <sip:a>", "X: y", "t: <sip:b>"})),
              "--header 't: <sip:b>': a request has one of these, and one is given already");
}

TEST(UserHeaders, compact_names_are_the_long_ones) {
    for (const auto& [left, right] :
         {std::pair{"M", "contact"}, {"k", "Supported"}, {"C", "c"}, {"x", "Session-Expires"}})
        EXPECT_TRUE(same_header(left, right)) << left;
    for (const auto& [left, right] : {std::pair{"m", "k"}, {"Contacts", "contact"}, {"z", "y"}})
        EXPECT_FALSE(same_header(left, right)) << left;
}

TEST(UserHeaders, a_targets_own_go_before_those_of_all) {
    const std::vector<std::string> own{"k: timer", "X: own", "X: more"};
    const std::vector<std::string> general{"Supported: path", "x: all", "Y: all"};
    EXPECT_EQ(joined_headers(own, general),
              (std::vector<std::string>{"k: timer", "X: own", "X: more", "Y: all"}));
}

}  // namespace
}  // namespace sipping::wire
