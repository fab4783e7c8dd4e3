#include "sipping/wire/lenient.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace sipping::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

const std::string status_line = "SIP/2.0 200 OK\r\n";
const std::string via =
    "Via: SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bK94371473900123456789abcdef;rport=40112\r\n";
const std::string from = "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\n";
const std::string rest =
    "To: <sip:203.0.113.5:5060>;tag=as58f4b0c2\r\n"
    "Call-ID: 9437147390\r\n"
    "CSeq: 1804289383 OPTIONS\r\n";
const std::string end = "Content-Length: 0\r\n\r\n";
const std::string good = status_line + via + from + rest + end;

std::string fault_of(std::string_view datagram) {
    Response response;
    SyntaxFault fault;
    const DecodeError error = read_response(datagram, response, fault);
    if (error != DecodeError::ok) return "! " + std::string(to_string(error));
    std::string text(to_string(fault.fault));
    if (!fault.header().empty()) text += ":" + std::string(fault.header());
    return text;
}

/// All four fields were read, and the fault is this one.
void expect_all(std::string_view datagram, std::string_view fault) {
    SCOPED_TRACE(datagram);
    EXPECT_EQ(fault_of(datagram), fault);
    Response response;
    SyntaxFault ignored;
    ASSERT_EQ(read_response(datagram, response, ignored), DecodeError::ok);
    EXPECT_EQ(response.via.branch, "z9hG4bK94371473900123456789abcdef");
    EXPECT_EQ(response.call_id, "9437147390");
    EXPECT_EQ(response.from_tag, "1a2b3c4d");
    EXPECT_EQ(response.cseq, 1804289383U);
    EXPECT_EQ(response.cseq_method, "OPTIONS");
}

TEST(Lenient, what_is_correct_has_no_fault) {
    expect_all(good, "none");
    expect_all("\r\n\r\n" + good, "none");
}

TEST(Lenient, header_lines_that_nobody_needs) {
    const std::string head = status_line + via + from;
    expect_all(head + "Server Foo\r\n" + rest + end, "no-colon:server");
    expect_all(head + "Allow: INVITE, ACK,\r\nOPTIONS, BYE\r\n" + rest + end, "no-colon:options");
    expect_all(head + "To: <sip:127.0.0.1\r\n>;tag=1\r\n" + rest + end, "no-colon");
    expect_all(head + ": what\r\n" + rest + end, "no-name");
    expect_all(head + "   : what\r\n" + rest + end, "bad-value:from");  // folded
    expect_all(status_line + " X-First: 1\r\n" + via + from + rest + end, "leading-blank");
}

TEST(Lenient, needed_headers_without_a_colon) {
    expect_all(
        status_line + via + from + "Call-ID 9437147390\r\nCSeq: 1804289383 OPTIONS\r\n" + end,
        "no-colon:call-id");
    expect_all(status_line + via + from + "i 9437147390\r\nCSeq\t1804289383 OPTIONS\r\n" + end,
               "no-colon:i");
}

TEST(Lenient, content_length) {
    const std::string head = status_line + via + from + rest;
    expect_all(head + "Content-Length: 449\r\n\r\nv=0\r\n", "short-body");
    expect_all(head + "Content-Length: 12971297\r\n\r\n", "short-body");
    expect_all(head + "Content-Length: none\r\n\r\n", "bad-value:content-length");
    expect_all(head + "Content-Length:\r\n\r\n", "bad-value:content-length");
    expect_all(head + "Content-Length: 0\r\nl: 5\r\n\r\nhello", "bad-value:l");
    expect_all(head + "\r\n", "none");
}

TEST(Lenient, empty_parameters_are_no_fault) {
    const std::string entry = via.substr(0, via.size() - 2);
    const std::string who = from.substr(0, from.size() - 2);
    for (const std::string& changed :
         {entry + ";", entry + ";;received=192.0.2.1", entry + "; ;", entry + " ; ; lr ;"})
        expect_all(status_line + changed + "\r\n" + from + rest + end, "none");
    expect_all(status_line + entry + ";, SIP/2.0/UDP 192.0.2.99\r\n" + from + rest + end, "none");
    expect_all(status_line + via + who + ";\r\n" + rest + end, "none");
    expect_all(status_line + via + who + ";;x=1\r\n" + rest + end, "none");
}

TEST(Lenient, broken_values_of_needed_headers) {
    const std::string entry = via.substr(0, via.size() - 2);
    for (const std::string& changed :
         {entry + ";x=\"never ends", entry + " junk", entry + ";=3", entry + ";x=\"a\\\"",
          "Via: SIP/2.0/UDP 192.0.2.10:99999;branch=z9hG4bK94371473900123456789abcdef"s,
          "Via: ;branch=z9hG4bK94371473900123456789abcdef"s,
          "Via: SIP/2.0/UDP [::1;branch=z9hG4bK94371473900123456789abcdef"s,
          "Via: SIP/2.0/UDP a,b;c\"d;branch=z9hG4bK94371473900123456789abcdef"s.replace(17, 3,
                                                                                        "ab"),
          "Via: SIP/2.0/UDP 192.0.2.10 ; BRANCH = z9hG4bK94371473900123456789abcdef;;=;\""s})
        expect_all(status_line + changed + "\r\n" + from + rest + end, "bad-value:via");
    for (const char* changed :
         {"From: \"SIP Ping <sip:sipping@sipping.invalid>;tag=1a2b3c4d",
          "From: <sip:sipping@sipping.invalid;tag=1a2b3c4d",
          "From: \"SIP Ping\" <sip:s@s.invalid;tag=deadbeef>;tag=1a2b3c4d;x=\"",
          "From: ;tag=1a2b3c4d", "From: <sip:s@s.invalid> ;tag=1a2b3c4d, <sip:b@c>"})
        expect_all(status_line + via + changed + "\r\n" + rest + end, "bad-value:from");
    const std::string head = status_line + via + from;
    expect_all(head + "Call-ID: 9437147390 and more\r\nCSeq: 1804289383 OPTIONS\r\n" + end,
               "bad-value:call-id");
    expect_all(head + "Call-ID:\r\nCall-ID: 9437147390\r\nCSeq: 1804289383 OPTIONS\r\n" + end,
               "bad-value:call-id");
    expect_all(head + "Call-ID: 9437147390\r\nCSeq: 1804289383OPTIONS\r\n" + end, "bad-value:cseq");
    expect_all(head + "Call-ID: 9437147390\r\nCSeq: 1804289383 OPTIONS (sip)\r\n" + end,
               "bad-value:cseq");
}

TEST(Lenient, messages_that_do_not_end) {
    const std::string head = status_line + via + from + rest;
    expect_all(head, "no-end");
    expect_all(head + "Content-Length: 0\r\n", "no-end");
    expect_all(head + "Content-Length: 0", "no-end");
    expect_all(head.substr(0, head.size() - 2), "no-end");
    EXPECT_EQ(fault_of("SIP/2.0 200 OK"), "no-end");
    EXPECT_EQ(fault_of("SIP/2.0 200 OK\r\n"), "no-end");
    EXPECT_EQ(fault_of(good.substr(0, 60)), "no-end");
}

TEST(Lenient, bytes_glued_in_front) {
    expect_all("\0\0\0\0"s + good, "leading-bytes");
    expect_all("\0"s + good, "leading-bytes");
    expect_all("  \t\r\n" + good, "leading-bytes");
    expect_all("\r\n\0\r\n"s + good, "leading-bytes");
    EXPECT_EQ(fault_of("x" + good), "! not-sip") << "a status line comes first or it is none";
    EXPECT_EQ(fault_of("\0\0\0\0"s + "OPTIONS sip:a SIP/2.0\r\n\r\n"), "! request");
}

TEST(Lenient, status_lines) {
    const std::string tail = via + from + rest + end;
    expect_all("SIP/2.0 200\r\n" + tail, "none");
    expect_all("SIP/2.0  200 OK\r\n" + tail, "status-line");
    expect_all("SIP/2.0\t200 OK\r\n" + tail, "status-line");
    expect_all("SIP/3.0 200 OK\r\n" + tail, "status-line");
    expect_all("SIP/2.0 200OK\r\n" + tail, "status-line");
    expect_all("SIP/2.0 700 What\r\n" + tail, "status-code");
    expect_all("SIP/2.0 99 What\r\n" + tail, "status-code");
    expect_all("SIP/2.0 0 What\r\n" + tail, "status-code");
    expect_all("SIP/2.0 4294967301 Better not break\r\n" + tail, "status-code");
    expect_all("SIP/2.0 OK\r\n" + tail, "status-code");
    expect_all("SIP/2.0\r\n" + tail, "status-code");
    EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\n" + tail), "! not-sip");
    EXPECT_EQ(fault_of("SIP 200 OK\r\n" + tail), "! not-sip");
}

TEST(Lenient, codes_and_reasons) {
    const auto read = [](const std::string& line) {
        Response response;
        SyntaxFault fault;
        const std::string text = line + "\r\n" + via + end;
        EXPECT_EQ(read_response(text, response, fault), DecodeError::ok);
        return std::to_string(response.status) + "|" + std::string(response.reason) + "|" +
               std::string(response.status_line);
    };
    EXPECT_EQ(read("SIP/2.0  486  Busy "), "486|Busy|SIP/2.0  486  Busy ");
    EXPECT_EQ(read("SIP/2.0 700 What"), "700|What|SIP/2.0 700 What");
    EXPECT_EQ(read("SIP/2.0 65536 Far"), "0|Far|SIP/2.0 65536 Far");
    EXPECT_EQ(read("SIP/2.0 OK"), "0|OK|SIP/2.0 OK");
}

TEST(Lenient, line_ends) {
    std::string cr_only = good;
    std::erase(cr_only, '\n');
    expect_all(cr_only, "line-end");
    std::string doubled;
    for (const char c : good)
        doubled += c == '\r' ? "\r\r"s : std::string(1, c);
    expect_all(doubled, "line-end");
    std::string bare;
    for (const char c : good)
        if (c != '\r') bare += c;
    expect_all(bare, "none");
}

TEST(Lenient, headers_end_at_the_first_empty_line) {
    Response response;
    SyntaxFault fault;
    ASSERT_EQ(read_response(status_line + "Server Foo\r\n" + via + "\r\n" + from + rest + end,
                            response, fault),
              DecodeError::ok);
    EXPECT_EQ(response.via.branch, "z9hG4bK94371473900123456789abcdef");
    EXPECT_EQ(response.call_id, "") << "what stands in the body is not the message's identity";
    EXPECT_EQ(response.from_tag, "");
}

TEST(Lenient, too_many_headers_keep_what_came_first) {
    std::string text = status_line + via + from + rest;
    for (int i = 0; i < 600; ++i)
        text += "X: y\r\n";
    expect_all(text + end, "too-many-headers");
}

TEST(Lenient, an_echo_is_no_response) {
    const std::string request = "OPTIONS sip:192.0.2.1 SIP/2.0\r\n" + via + from + rest + end;
    EXPECT_EQ(fault_of(request), "! request");
    Response identity;
    ASSERT_TRUE(read_echo(request, identity));
    EXPECT_EQ(identity.via.branch, "z9hG4bK94371473900123456789abcdef");
    EXPECT_EQ(identity.call_id, "9437147390");
    ASSERT_TRUE(read_echo("\0\0"s + request, identity));
    EXPECT_EQ(identity.from_tag, "1a2b3c4d");
    EXPECT_FALSE(read_echo(good, identity));
    EXPECT_FALSE(read_echo("", identity));
}

TEST(Lenient, keep_alives_have_names) {
    EXPECT_EQ(keep_alive_kind(""), KeepAlive::empty);
    EXPECT_EQ(keep_alive_kind("\r\n\r\n"), KeepAlive::crlf);
    EXPECT_EQ(keep_alive_kind("\n"), KeepAlive::crlf);
    EXPECT_EQ(keep_alive_kind("\0\0\0\0"sv), KeepAlive::nul);
    EXPECT_EQ(keep_alive_kind("\0\r\n"sv), KeepAlive::nul);
    const std::string stun = "\x00\x01\x00\x00\x21\x12\xa4\x42"s + std::string(12, 'x');
    EXPECT_EQ(keep_alive_kind(stun), KeepAlive::stun);
    EXPECT_EQ(keep_alive_kind(stun.substr(0, 19)), KeepAlive::none);
    EXPECT_EQ(keep_alive_kind("\x80" + stun.substr(1)), KeepAlive::none) << "RTP";
    EXPECT_EQ(keep_alive_kind(good), KeepAlive::none);
}

TEST(Lenient, names_are_token_characters_only_and_cut) {
    EXPECT_EQ(fault_of(status_line + "X-\x1b[31mred\r\n" + via + end), "no-colon:x-");
    EXPECT_EQ(fault_of(status_line + std::string(100, 'A') + "\r\n" + via + end),
              "no-colon:" + std::string(22, 'a'));
}

/// Half a second for one datagram would be a way to stop a prober.
TEST(Lenient, no_datagram_takes_long) {
    std::string quotes = "SIP/2.0 200 OK\r\nVia: x";
    while (quotes.size() < 65000)
        quotes += "\"\\";
    std::string params = "SIP/2.0 200 OK\r\nVia: x";
    while (params.size() < 65000)
        params += ";a=\"\\";
    std::string many = "SIP/2.0 200 OK\r\n";
    while (many.size() < 65000)
        many += "v:;;\"\r\n";
    const std::string folds = "SIP/2.0 200 OK\r\nVia: x" + std::string(65000, '\n');
    std::string blanks = "SIP/2.0 200 OK\r\nVia: x;;";
    while (blanks.size() < 65000)
        blanks += "\r\n ;";
    for (const std::string& text : {quotes, params, many, folds, blanks}) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 10; ++i)
            (void)fault_of(text);
        EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{500})
            << text.substr(0, 40);
    }
}

}  // namespace
}  // namespace sipping::wire
