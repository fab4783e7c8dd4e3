#include "sipping/wire/response.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <vector>

#include "sipping/wire/header.hpp"

namespace sipping::wire {
namespace {

using namespace std::string_literals;

const std::string good_reply =
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bK94371473900123456789abcdef"
    ";received=192.0.2.10;rport=40112\r\n"
    "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\n"
    "To: <sip:203.0.113.5:5060>;tag=as58f4b0c2\r\n"
    "Call-ID: 9437147390\r\n"
    "CSeq: 1804289383 OPTIONS\r\n"
    "Retry-After: 30 (busy);duration=5\r\n"
    "Content-Length: 4\r\n"
    "\r\n"
    "body";

// good_reply with one header line changed; the line must be there.
std::string with(std::string_view line_start, std::string_view replacement) {
    const std::size_t at = good_reply.find("\r\n"s + std::string(line_start)) + 2;
    EXPECT_NE(at, std::string::npos + 2) << line_start;
    const std::size_t end = good_reply.find("\r\n", at) + 2;
    return good_reply.substr(0, at) + std::string(replacement) + good_reply.substr(end);
}

DecodeError verdict(std::string_view text) {
    Response response;
    return decode_response(text, response);
}

TEST(Response, reads_every_field) {
    Response response;
    ASSERT_EQ(decode_response(good_reply, response), DecodeError::ok);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.status_line, "SIP/2.0 200 OK");
    EXPECT_EQ(response.reason, "OK");
    EXPECT_TRUE(response.has_via);
    EXPECT_EQ(response.via_count, 1U);
    EXPECT_EQ(response.via.transport, "UDP");
    EXPECT_EQ(response.via.host, "192.0.2.10");
    EXPECT_EQ(response.via.port, 40112);
    EXPECT_EQ(response.via.branch, "z9hG4bK94371473900123456789abcdef");
    EXPECT_EQ(response.via.received, "192.0.2.10");
    EXPECT_EQ(response.via.rport, 40112);
    EXPECT_EQ(response.call_id, "9437147390");
    EXPECT_EQ(response.from_tag, "1a2b3c4d");
    EXPECT_EQ(response.to, "<sip:203.0.113.5:5060>;tag=as58f4b0c2");
    EXPECT_EQ(response.cseq, 1804289383U);
    EXPECT_EQ(response.cseq_method, "OPTIONS");
    EXPECT_EQ(response.retry_after_s, 30);
    EXPECT_EQ(response.body, "body");
}

TEST(Response, compact_folded_and_any_case) {
    Response response;
    ASSERT_EQ(decode_response("sip/2.0 403 Forbidden\r\n"
                              "V : SIP/2.0/UDP a;branch=b1\r\n"
                              "v:SIP/2.0/UDP c , SIP/2.0/UDP d\r\n"
                              "f:\r\n <sip:x>\r\n\t;TAG=f1\r\n"
                              "T: <sip:y>;tag=t1\r\n"
                              "i:\t1234567890@site \r\n"
                              "cseq: 7\r\n OPTIONS\r\n"
                              "L: 0\r\n\r\n",
                              response),
              DecodeError::ok);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.via.branch, "b1");
    EXPECT_EQ(response.via_count, 3U);
    EXPECT_EQ(response.from_tag, "f1");
    EXPECT_EQ(response.to, "<sip:y>;tag=t1");
    EXPECT_EQ(response.call_id, "1234567890@site");
    EXPECT_EQ(response.cseq, 7U);
}

TEST(Response, bare_lf_is_read_the_same) {
    std::string text = good_reply;
    for (std::size_t at = 0; (at = text.find('\r', at)) != std::string::npos;)
        text.erase(at, 1);
    Response response;
    ASSERT_EQ(decode_response(text, response), DecodeError::ok);
    EXPECT_EQ(response.status_line, "SIP/2.0 200 OK");
    EXPECT_EQ(response.call_id, "9437147390");
    EXPECT_EQ(response.body, "body");
}

TEST(Response, absent_headers_are_findings_not_garbage) {
    Response response;
    ASSERT_EQ(decode_response("SIP/2.0 200 OK\r\n\r\n", response), DecodeError::ok);
    EXPECT_FALSE(response.has_via);
    EXPECT_EQ(response.via_count, 0U);
    EXPECT_EQ(response.call_id, "");
    EXPECT_EQ(response.from_tag, "");
    EXPECT_EQ(response.to, "");
    EXPECT_EQ(response.cseq, 0U);
    EXPECT_EQ(response.cseq_method, "");
    EXPECT_EQ(response.retry_after_s, -1);
    EXPECT_EQ(response.body, "");
}

TEST(Response, an_earlier_reply_leaves_nothing_behind) {
    Response response;
    ASSERT_EQ(decode_response(good_reply, response), DecodeError::ok);
    ASSERT_EQ(decode_response("SIP/2.0 404 \r\n\r\n", response), DecodeError::ok);
    EXPECT_EQ(response.call_id, "");
    EXPECT_EQ(response.via.branch, "");
    EXPECT_EQ(response.retry_after_s, -1);
}

TEST(Response, only_the_first_of_repeated_headers_counts) {
    Response response;
    ASSERT_EQ(decode_response("SIP/2.0 200 OK\r\n"
                              "Call-ID: first\r\nCall-ID: \r\n"
                              "CSeq: 1 A\r\nCSeq: nonsense\r\n"
                              "From: <sip:a>\r\nFrom: <sip:b>;tag=late\r\nFrom: \"\r\n"
                              "To: <sip:a>\r\nTo: <sip:b>;tag=late\r\n\r\n",
                              response),
              DecodeError::ok);
    EXPECT_EQ(response.call_id, "first");
    EXPECT_EQ(response.cseq, 1U);
    EXPECT_EQ(response.from_tag, "");
    EXPECT_EQ(response.to, "<sip:a>");
}

TEST(Response, verdicts) {
    struct Case {
        std::string text;
        DecodeError error;
    };
    for (const Case& c :
         {Case{"", DecodeError::keep_alive},
          {"\r\n\r\n", DecodeError::keep_alive},
          {"\0"s, DecodeError::keep_alive},
          {"S", DecodeError::not_sip},
          {"hello\r\n\r\n", DecodeError::not_sip},
          {"OPTIONS sip:a SIP/2.0\r\n\r\n", DecodeError::request},
          {"OPTIONS sip:a SIP/2.0", DecodeError::not_sip},
          {"SIP/2.0 200 OK", DecodeError::bad_status_line},
          {"SIP/3.0 200 OK\r\n\r\n", DecodeError::bad_status_line},
          {"SIP/2.0 99 OK\r\n\r\n", DecodeError::bad_status_line},
          {"SIP/2.0 200 OK\r\n", DecodeError::bad_header},
          {"SIP/2.0 200 OK\r\n folded\r\n\r\n", DecodeError::bad_header},
          {"\r\n"s + good_reply, DecodeError::ok},
          {with("Call-ID", ""), DecodeError::ok},
          {with("Call-ID", "Call-ID:\r\n"), DecodeError::bad_call_id},
          {with("Call-ID", "Call-ID: a b\r\n"), DecodeError::bad_call_id},
          {with("Call-ID", "Call-ID: a\0b\r\n"s), DecodeError::bad_call_id},
          {with("Call-ID", "Call-ID: \x1b[2J\r\n"), DecodeError::bad_call_id},
          {with("Via", "Via: nonsense\r\n"), DecodeError::bad_via},
          {with("Via", "Via:\r\n"), DecodeError::bad_via},
          {with("CSeq", "CSeq: 2147483648 OPTIONS\r\n"), DecodeError::bad_cseq},
          {with("From", "From: <sip:a\r\n"), DecodeError::bad_from},
          {with("To", "To: <sip:a\r\n"), DecodeError::ok},
          {with("To", "To no colon\r\n"), DecodeError::bad_header},
          {with("To", "X-\x1b[31mred: \x1b]0;title\x07\r\n"), DecodeError::ok},
          {with("Content", "Content-Length: 5\r\n"), DecodeError::truncated},
          {with("Content", "Content-Length: 18446744073709551620\r\n"), DecodeError::truncated},
          {with("Content", "Content-Length: 3\r\n"), DecodeError::ok},
          {with("Content", "Content-Length: -1\r\n"), DecodeError::bad_content_length},
          {with("Content", "Content-Length: 4\r\nl: 4\r\n"), DecodeError::ok},
          {with("Content", "Content-Length: 4\r\nl: 3\r\n"), DecodeError::bad_content_length}})
        EXPECT_EQ(verdict(c.text), c.error) << to_string(verdict(c.text)) << "\n" << c.text;
}

TEST(Response, bytes_after_the_stated_length_are_not_body) {
    Response response;
    const std::string text = with("Content", "Content-Length: 3\r\n");
    ASSERT_EQ(decode_response(text, response), DecodeError::ok);
    EXPECT_EQ(response.body, "bod");
    const std::string no_length = with("Content", "");
    ASSERT_EQ(decode_response(no_length, response), DecodeError::ok);
    EXPECT_EQ(response.body, "body");
}

TEST(Response, retry_after_forms) {
    struct Case {
        const char* value;
        std::int64_t seconds;
    };
    for (const Case& c : {Case{"0", 0},
                          {"18000;duration=3600", 18000},
                          {"120 (I'm in a meeting)", 120},
                          {"2147483647", 2147483647},
                          {"2147483648", -1},
                          {"949302838503028349304023988", -1},
                          {"", -1},
                          {"-5", -1},
                          {"5 minutes", -1},
                          {"soon", -1}}) {
        const std::string text = with("Retry-After", "Retry-After: "s + c.value + "\r\n");
        Response response;
        ASSERT_EQ(decode_response(text, response), DecodeError::ok) << c.value;
        EXPECT_EQ(response.retry_after_s, c.seconds) << c.value;
    }
}

TEST(Response, every_truncation_is_refused) {
    for (std::size_t size = 0; size < good_reply.size(); ++size) {
        // A copy of exactly this size, so that a sanitizer sees any read behind it.
        const std::vector<char> cut(good_reply.begin(),
                                    good_reply.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_NE(verdict({cut.data(), cut.size()}), DecodeError::ok) << size;
    }
}

TEST(Response, single_byte_mutations_keep_views_inside) {
    int accepted = 0;
    for (std::size_t at = 0; at < good_reply.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = good_reply;
            text[at] = static_cast<char>(byte);
            Response response;
            if (decode_response(text, response) != DecodeError::ok) continue;
            ++accepted;
            for (const std::string_view view :
                 {response.status_line, response.reason, response.call_id, response.from_tag,
                  response.to, response.cseq_method, response.body, response.via.branch,
                  response.via.host, response.via.received, response.via.transport}) {
                if (view.data() == nullptr) continue;
                ASSERT_GE(view.data(), text.data());
                ASSERT_LE(view.data() + view.size(), text.data() + text.size());
            }
        }
    }
    EXPECT_GT(accepted, 10'000);
}

// 64 KiB of anything takes linear time: a generous bound of processor time, since a
// quadratic reader would need seconds for the worst of these.
TEST(Response, sixty_four_kib_of_anything_is_quick) {
    const auto repeat = [](std::string_view piece) {
        std::string text = "SIP/2.0 200 OK\r\n";
        while (text.size() + piece.size() < 65'507)
            text += piece;
        return text + "\r\n\r\n";
    };
    const std::clock_t begin = std::clock();
    EXPECT_EQ(verdict(repeat("X: y\r\n")), DecodeError::too_many_headers);
    EXPECT_EQ(verdict(repeat("\r\n")), DecodeError::ok);
    EXPECT_EQ(verdict(std::string(65'507, '\0')), DecodeError::keep_alive);
    EXPECT_EQ(verdict(std::string(65'507, 'A')), DecodeError::not_sip);
    EXPECT_EQ(verdict("SIP/2.0 200 " + std::string(65'000, 'A')), DecodeError::bad_status_line);
    for (const char* prefix : {"Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: ", "l: ", "X: "}) {
        for (const char* piece : {" ", "\r\n ", "\"", ",", ";", ";a", ";a=\"", "<", ">", "\\", "9",
                                  "a", ":", "\t\n ", "SIP/2.0/UDP a,", "\"\\", ";x=\"\","}) {
            std::string text = "SIP/2.0 200 OK\r\n"s + prefix + "SIP/2.0/UDP a ";
            while (text.size() < 65'500)
                text += piece;
            static_cast<void>(verdict(text + "\r\n\r\n"));
        }
    }
    EXPECT_LT(std::clock() - begin, 2 * CLOCKS_PER_SEC);
}

TEST(CallIdNumber, is_ten_digits_before_an_at) {
    EXPECT_EQ(call_id_number("1234567890"), 1234567890U);
    EXPECT_EQ(call_id_number("9999999999@site"), 9999999999U);
    EXPECT_EQ(call_id_number("1000000000@"), 1000000000U);
    for (const char* text : {"", "123456789", "0123456789", "12345678901", "123456789a",
                             "1234567890.site", "-123456789", " 234567890", "a@1234567890"})
        EXPECT_EQ(call_id_number(text), 0U) << text;
}

}  // namespace
}  // namespace sipping::wire
