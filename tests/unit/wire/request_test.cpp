#include "sipping/wire/request.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "sipping/wire/header.hpp"

namespace sipping::wire {
namespace {

using namespace std::string_literals;

const std::string good_request =
    "OPTIONS sip:203.0.113.5 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bKabc;rport\r\n"
    "Max-Forwards: 70\r\n"
    "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\n"
    "To: <sip:203.0.113.5>\r\n"
    "Call-ID: 9437147390\r\n"
    "CSeq: 18 OPTIONS\r\n"
    "Contact: <sip:sipping@192.0.2.10:40112>\r\n"
    "Content-Length: 0\r\n\r\n";

std::string with(std::string_view line_start, std::string_view replacement) {
    const std::size_t at = good_request.find("\r\n"s + std::string(line_start)) + 2;
    const std::size_t end = good_request.find("\r\n", at) + 2;
    return good_request.substr(0, at) + std::string(replacement) + good_request.substr(end);
}

const Endpoint source{*parse_address("198.51.100.7"), 61000};

std::string answer(std::string_view text, const AnswerFields& fields = {},
                   const Endpoint& from = source) {
    Request request;
    EXPECT_EQ(decode_request(text, request), DecodeError::ok) << text;
    std::array<char, 8192> out;
    const std::size_t size = encode_answer(request, from, fields, out);
    return {out.data(), size};
}

TEST(Request, reads_every_field) {
    Request request;
    ASSERT_EQ(decode_request(good_request, request), DecodeError::ok);
    EXPECT_EQ(request.method, Method::options);
    EXPECT_EQ(request.method_name, "OPTIONS");
    EXPECT_EQ(request.request_uri, "sip:203.0.113.5");
    EXPECT_EQ(request.top_via.port, 40112);
    EXPECT_TRUE(request.top_via.has_rport);
    EXPECT_EQ(request.via_count, 1U);
    EXPECT_EQ(request.vias[0], "SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bKabc;rport");
    EXPECT_EQ(request.from, "\"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d");
    EXPECT_EQ(request.to, "<sip:203.0.113.5>");
    EXPECT_FALSE(request.to_has_tag);
    EXPECT_EQ(request.call_id, "9437147390");
    EXPECT_EQ(request.cseq, "18 OPTIONS");
    EXPECT_EQ(request.cseq_number, 18U);
    EXPECT_EQ(request.cseq_method, "OPTIONS");
    EXPECT_EQ(request.contact, "<sip:sipping@192.0.2.10:40112>");
}

TEST(Request, an_empty_first_header_is_not_made_good_by_a_second) {
    for (const char* name : {"From", "To", "Call-ID", "CSeq"}) {
        std::string text = good_request;
        text.insert(text.find("Max-Forwards"), std::string(name) + ":\r\n");
        Request request;
        EXPECT_NE(decode_request(text, request), DecodeError::ok) << name;
    }
}

TEST(Request, knows_methods_by_exact_case) {
    struct Case {
        const char* name;
        Method method;
    };
    for (const Case& c : {Case{"OPTIONS", Method::options},
                          {"REGISTER", Method::register_},
                          {"ACK", Method::ack},
                          {"INVITE", Method::other},
                          {"options", Method::other}}) {
        std::string text = with("CSeq", "CSeq: 1 "s + c.name + "\r\n");
        text.replace(0, 7, c.name);
        Request request;
        EXPECT_EQ(decode_request(text, request), DecodeError::ok) << c.name;
        EXPECT_EQ(request.method, c.method) << c.name;
    }
}

TEST(Request, verdicts) {
    struct Case {
        std::string text;
        DecodeError error;
    };
    std::string many_vias;
    for (int i = 0; i < via_limit; ++i)
        many_vias += "v: SIP/2.0/UDP a\r\n";
    for (const Case& c :
         {Case{"", DecodeError::keep_alive},
          {"\r\n\r\n", DecodeError::keep_alive},
          {"x", DecodeError::not_sip},
          {"SIP/2.0 200 OK", DecodeError::not_sip},
          {"SIP/2.0 200 OK\r\n\r\n", DecodeError::not_sip},
          {"OPTIONS sip:a SIP/2.0\r\n", DecodeError::bad_header},
          {"OPTIONS sip:a SIP/2.0\r\n\r\n", DecodeError::bad_via},
          {with("Via", ""), DecodeError::bad_via},
          {with("Via", "Via: x\r\n"), DecodeError::bad_via},
          {with("Via", many_vias), DecodeError::ok},
          {with("Via", many_vias + "Via: SIP/2.0/UDP a\r\n"), DecodeError::too_many_headers},
          {with("From", ""), DecodeError::bad_from},
          {with("From", "f: <x\r\n"), DecodeError::bad_from},
          {with("To", ""), DecodeError::bad_header},
          {with("To", "t: \"x\r\n"), DecodeError::bad_header},
          {with("Call-ID", ""), DecodeError::bad_call_id},
          {with("Call-ID", "i: a b\r\n"), DecodeError::bad_call_id},
          {with("CSeq", ""), DecodeError::bad_cseq},
          {with("CSeq", "CSeq: 18 INVITE\r\n"), DecodeError::bad_cseq},
          {with("CSeq", "CSeq: 18 options\r\n"), DecodeError::bad_cseq},
          {with("CSeq", "CSeq: 2147483648 OPTIONS\r\n"), DecodeError::bad_cseq},
          {with("Content", "l: 1\r\n"), DecodeError::truncated},
          {with("Content", "l: x\r\n"), DecodeError::bad_content_length},
          {with("Max", "nonsense\r\n"), DecodeError::bad_header}}) {
        Request request;
        const DecodeError error = decode_request(c.text, request);
        EXPECT_EQ(error, c.error) << to_string(error) << "\n" << c.text;
    }
}

TEST(Answer, is_exactly_this) {
    EXPECT_EQ(answer(good_request, {.to_tag = 0xbeef}),
              "SIP/2.0 200 OK\r\n"
              "Via: SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bKabc;received=198.51.100.7"
              ";rport=61000\r\n"
              "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\n"
              "To: <sip:203.0.113.5>;tag=0000beef\r\n"
              "Call-ID: 9437147390\r\n"
              "CSeq: 18 OPTIONS\r\n"
              "Content-Length: 0\r\n\r\n");
}

TEST(Answer, keeps_a_to_tag_and_carries_what_is_asked) {
    const std::string text =
        answer(with("To", "To: <sip:x>;tag=mine\r\n"),
               {.status = 403,
                .reason = "Forbidden",
                .to_tag = 1,
                .extra_headers = "Allow: OPTIONS\r\nContent-Type: text/plain\r\n",
                .body = "no"});
    EXPECT_EQ(text.find("SIP/2.0 403 Forbidden\r\n"), 0U);
    EXPECT_NE(text.find("\r\nTo: <sip:x>;tag=mine\r\n"), std::string::npos);
    EXPECT_TRUE(
        text.ends_with("\r\nAllow: OPTIONS\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 2\r\n\r\nno"))
        << text;
}

TEST(Answer, copies_all_vias_and_touches_only_the_first) {
    const std::string text =
        answer(with("Via",
                    "Via: SIP/2.0/UDP a ; rport=1;received=9.9.9.9 ;x=\"a;,\" ,\r\n"
                    " SIP/2.0/UDP b;rport\r\nv: SIP/2.0/UDP c;\r\n rport\r\n"));
    EXPECT_NE(text.find("\r\nVia: SIP/2.0/UDP a;x=\"a;,\";received=198.51.100.7;rport=61000"
                        ", SIP/2.0/UDP b;rport\r\nVia: SIP/2.0/UDP c; rport\r\nFrom:"),
              std::string::npos)
        << text;
}

TEST(Answer, writes_no_rport_that_was_not_asked_for) {
    const std::string text = answer(with("Via", "Via: SIP/2.0/UDP a;branch=b\r\n"));
    EXPECT_NE(text.find("\r\nVia: SIP/2.0/UDP a;branch=b;received=198.51.100.7\r\n"),
              std::string::npos)
        << text;
}

TEST(Answer, writes_v6_received_without_brackets) {
    const std::string text =
        answer(with("Via", "Via: SIP/2.0/UDP [2001:db8::9]:5060;rport;branch=b\r\n"), {},
               {*parse_address("2001:db8::1"), 5062});
    EXPECT_NE(
        text.find("Via: SIP/2.0/UDP [2001:db8::9]:5060;branch=b;received=2001:db8::1;rport=5062"),
        std::string::npos)
        << text;
}

// Echoed text must not let the sender write header lines of its own into our answer.
TEST(Answer, flattens_folding_and_stray_carriage_returns) {
    const std::string text = answer(with("From", "From: <sip:a\rX: y>\r\n ;\r\n\ttag=1\r\n"));
    EXPECT_NE(text.find("\r\nFrom: <sip:a X: y> ; tag=1\r\n"), std::string::npos) << text;
}

TEST(Answer, is_nothing_when_it_does_not_fit) {
    Request request;
    ASSERT_EQ(decode_request(good_request, request), DecodeError::ok);
    const AnswerFields fields{.body = "some body"};
    const std::string whole = answer(good_request, fields);
    for (std::size_t room = 0; room <= whole.size(); ++room) {
        std::vector<char> out(room);
        EXPECT_EQ(encode_answer(request, source, fields, out),
                  room == whole.size() ? whole.size() : 0U)
            << room;
    }
}

TEST(Answer, decodes_as_the_response_to_the_request) {
    const std::string text = answer(good_request);
    Response response;
    ASSERT_EQ(decode_response(text, response), DecodeError::ok);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.via.branch, "z9hG4bKabc");
    EXPECT_EQ(response.via.received, "198.51.100.7");
    EXPECT_EQ(response.via.rport, 61000);
    EXPECT_EQ(response.from_tag, "1a2b3c4d");
    EXPECT_TRUE(response.to.ends_with(";tag=00000000")) << response.to;
    EXPECT_EQ(response.cseq, 18U);
}

TEST(AnswerDestination, follows_rport_else_the_sent_by_port) {
    struct Case {
        const char* via;
        std::uint16_t port;
    };
    for (const Case& c : {Case{"Via: SIP/2.0/UDP a:40112;rport\r\n", 61000},
                          {"Via: SIP/2.0/UDP a:40112;rport=3\r\n", 61000},
                          {"Via: SIP/2.0/UDP a:40112\r\n", 40112},
                          {"Via: SIP/2.0/UDP a\r\n", 5060}}) {
        const std::string text = with("Via", c.via);
        Request request;
        ASSERT_EQ(decode_request(text, request), DecodeError::ok);
        EXPECT_EQ(answer_destination(request, source), (Endpoint{source.address, c.port})) << c.via;
    }
}

TEST(Request, every_truncation_is_refused) {
    for (std::size_t size = 0; size < good_request.size(); ++size) {
        const std::vector<char> cut(good_request.begin(),
                                    good_request.begin() + static_cast<std::ptrdiff_t>(size));
        Request request;
        EXPECT_NE(decode_request({cut.data(), cut.size()}, request), DecodeError::ok) << size;
    }
}

TEST(Request, single_byte_mutations_still_give_decodable_answers) {
    int answered = 0;
    for (std::size_t at = 0; at < good_request.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = good_request;
            text[at] = static_cast<char>(byte);
            Request request;
            if (decode_request(text, request) != DecodeError::ok) continue;
            std::array<char, 2048> out;
            const std::size_t size = encode_answer(request, source, {}, out);
            Response response;
            ASSERT_EQ(decode_response({out.data(), size}, response), DecodeError::ok) << text;
            ++answered;
        }
    }
    EXPECT_GT(answered, 10'000);
}

}  // namespace
}  // namespace sipping::wire
