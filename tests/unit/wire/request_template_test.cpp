#include "sipping/wire/request_template.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

#include "sipping/wire/request.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {
namespace {

RequestFields plain_fields() {
    RequestFields fields;
    fields.target_host = "203.0.113.5:5060";
    fields.via_host = "192.0.2.10";
    return fields;
}

const Identity identity{9437147390, 0x0123456789abcdef, 0x1a2b3c4d, 1804289383};

std::string encoded(const RequestFields& fields, std::uint16_t port = 40112,
                    const Identity& id = identity) {
    const RequestTemplate request(fields);
    std::array<char, request_capacity> out;
    EXPECT_LE(request.max_size(), request_capacity);
    const std::size_t size = request.encode(id, port, out);
    EXPECT_LE(size, request.max_size());
    return {out.data(), size};
}

bool has_line(const std::string& text, const std::string& line) {
    return text.find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST(RequestTemplate, plain_request_is_exactly_this) {
    EXPECT_EQ(encoded(plain_fields()),
              "OPTIONS sip:203.0.113.5:5060 SIP/2.0\r\n"
              "Via: SIP/2.0/UDP 192.0.2.10:40112;branch=z9hG4bK94371473900123456789abcdef"
              ";rport\r\n"
              "Max-Forwards: 70\r\n"
              "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\n"
              "To: <sip:203.0.113.5:5060>\r\n"
              "Call-ID: 9437147390\r\n"
              "CSeq: 1804289383 OPTIONS\r\n"
              "Contact: <sip:sipping@192.0.2.10:40112>\r\n"
              "Accept: application/sdp\r\n"
              "Content-Length: 0\r\n\r\n");
}

TEST(RequestTemplate, every_override_takes_its_place) {
    RequestFields fields = plain_fields();
    fields.request_uri = "sip:probe@example.net;transport=udp";
    fields.to = "\"Them\" <sip:them@example.net>";
    fields.from = "sip:us@example.org";
    fields.contact = "<sip:sbc.example.org>";
    fields.user_agent = "sipping/0.1.0";
    fields.headers = {"X-Probe: one", "Subject:", "x-two : \xc3\xa9"};
    fields.site = "berlin-1";
    fields.max_forwards = 0;
    const std::string text = encoded(fields);
    EXPECT_TRUE(text.starts_with("OPTIONS sip:probe@example.net;transport=udp SIP/2.0\r\n"));
    for (const char* line :
         {"To: \"Them\" <sip:them@example.net>", "From: sip:us@example.org;tag=1a2b3c4d",
          "Contact: <sip:sbc.example.org>", "User-Agent: sipping/0.1.0", "X-Probe: one",
          "Subject:", "x-two : \xc3\xa9", "Call-ID: 9437147390@berlin-1", "Max-Forwards: 0",
          "Content-Length: 0"})
        EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
}

TEST(RequestTemplate, to_follows_the_request_uri) {
    RequestFields fields = plain_fields();
    fields.target_user = "100";
    EXPECT_TRUE(encoded(fields).starts_with("OPTIONS sip:100@203.0.113.5:5060 SIP/2.0\r\n"));
    EXPECT_TRUE(has_line(encoded(fields), "To: <sip:100@203.0.113.5:5060>"));
    fields.request_uri = "sip:ping.example.net";
    EXPECT_TRUE(has_line(encoded(fields), "To: <sip:ping.example.net>"));
}

TEST(RequestTemplate, contact_can_be_left_out_and_user_and_domain_set) {
    RequestFields fields = plain_fields();
    fields.user = "alice";
    fields.domain = "example.com";
    std::string text = encoded(fields);
    EXPECT_TRUE(has_line(text, "From: \"SIP Ping\" <sip:alice@example.com>;tag=1a2b3c4d"));
    EXPECT_TRUE(has_line(text, "Contact: <sip:alice@192.0.2.10:40112>"));
    fields.contact = "none";
    EXPECT_EQ(encoded(fields).find("Contact"), std::string::npos);
}

TEST(RequestTemplate, ipv6_stands_in_brackets_everywhere) {
    RequestFields fields = plain_fields();
    fields.target_host = "[2001:db8::5]:5060";
    fields.via_host = "[2001:db8::10]";
    const std::string text = encoded(fields);
    EXPECT_TRUE(
        text.starts_with("OPTIONS sip:[2001:db8::5]:5060 SIP/2.0\r\n"
                         "Via: SIP/2.0/UDP [2001:db8::10]:40112;branch="));
    EXPECT_TRUE(has_line(text, "Contact: <sip:sipping@[2001:db8::10]:40112>"));
    Request request;
    ASSERT_EQ(decode_request(text, request), DecodeError::ok);
    EXPECT_EQ(request.top_via.host, "[2001:db8::10]");
    EXPECT_EQ(request.top_via.port, 40112);
}

TEST(RequestTemplate, every_port_is_written_and_read_back) {
    const RequestTemplate request(plain_fields());
    std::array<char, request_capacity> out;
    for (std::uint32_t port = 1; port <= 65535; ++port) {
        const std::size_t size = request.encode(identity, static_cast<std::uint16_t>(port), out);
        Request decoded;
        ASSERT_EQ(decode_request({out.data(), size}, decoded), DecodeError::ok) << port;
        ASSERT_EQ(decoded.top_via.port, port);
        ASSERT_EQ(decoded.contact, "<sip:sipping@192.0.2.10:" + std::to_string(port) + ">");
    }
}

TEST(RequestTemplate, extremes_of_the_identity_fit) {
    const RequestTemplate request(plain_fields());
    const Identity largest{call_id_first + call_id_count - 1, ~std::uint64_t{0}, 0xffffffff,
                           0x7fffffff};
    std::array<char, request_capacity> out;
    EXPECT_EQ(request.encode(largest, 65535, out), request.max_size());
    const std::string text =
        encoded(plain_fields(), 1, Identity{call_id_first, 0, 0, 1'000'000'000});
    EXPECT_TRUE(has_line(text, "Call-ID: 1000000000"));
    EXPECT_TRUE(has_line(text, "CSeq: 1000000000 OPTIONS"));
    EXPECT_NE(text.find(";tag=00000000\r\n"), std::string::npos);
    EXPECT_NE(text.find(";branch=z9hG4bK10000000000000000000000000;rport"), std::string::npos);
}

// Request -> answer -> response: all four copies of the identity come back.
TEST(RequestTemplate, the_identity_survives_the_round_trip) {
    IdentitySource source(Key{11, 12});
    RequestFields fields = plain_fields();
    const Endpoint from{*parse_address("2001:db8::10"), 4242};
    for (int i = 0; i < 2000; ++i) {
        fields.site = i % 2 == 0 ? "" : "site.example";
        const Identity id = source.next();
        const std::string text = encoded(fields, 4242, id);
        Request request;
        ASSERT_EQ(decode_request(text, request), DecodeError::ok) << text;
        std::array<char, 2048> out;
        const std::size_t size = encode_answer(request, from, {}, out);
        Response response;
        ASSERT_EQ(decode_response({out.data(), size}, response), DecodeError::ok);
        EXPECT_EQ(call_id_number(response.call_id), id.call_id);
        std::uint64_t call_id = 0;
        std::uint64_t proof = 0;
        ASSERT_TRUE(parse_branch(response.via.branch, call_id, proof));
        EXPECT_EQ(call_id, id.call_id);
        EXPECT_EQ(proof, id.branch);
        EXPECT_EQ(std::stoul(std::string(response.from_tag), nullptr, 16), id.from_tag);
        EXPECT_EQ(response.cseq, id.cseq);
        EXPECT_EQ(response.cseq_method, "OPTIONS");
    }
}

TEST(RequestTemplate, a_full_size_request_is_made_and_one_byte_more_is_refused) {
    RequestFields fields = plain_fields();
    fields.headers = {"X: "};
    const std::size_t base = RequestTemplate(fields).max_size();
    fields.headers[0] += std::string(request_capacity - base, 'x');
    EXPECT_EQ(RequestTemplate::check(fields), "");
    EXPECT_EQ(RequestTemplate(fields).max_size(), request_capacity);
    EXPECT_EQ(encoded(fields, 65535).size(), request_capacity);
    fields.headers[0] += 'x';
    EXPECT_EQ(RequestTemplate::check(fields),
              "the request to '203.0.113.5:5060' would have 4097 bytes, more than 4096: shorten "
              "--header, --from, --to or --contact");
}

TEST(RequestTemplate, another_via_host_makes_the_request_that_it_would_have_made) {
    RequestFields fields = plain_fields();
    fields.headers = {"X: y"};
    for (const char* contact : {"", "none", "<sip:x@example.com>"}) {
        fields.contact = contact;
        fields.via_host = "192.0.2.10";
        RequestTemplate request(fields);
        for (const char* host : {"10.1.1.1", "192.0.2.10", "[2001:db8::10]", "0.0.0.0"}) {
            fields.via_host = host;
            ASSERT_TRUE(request.set_via_host(host));
            EXPECT_EQ(request.via_host(), host);
            std::array<char, request_capacity> out;
            const std::size_t size = request.encode(identity, 40112, out);
            EXPECT_EQ(std::string(out.data(), size), encoded(fields));
            EXPECT_EQ(request.max_size(), RequestTemplate(fields).max_size());
        }
    }
}

TEST(RequestTemplate, a_via_host_that_does_not_fit_changes_nothing) {
    RequestFields fields = plain_fields();
    fields.headers = {"X: "};
    fields.headers[0] += std::string(request_capacity - RequestTemplate(fields).max_size(), 'x');
    RequestTemplate request(fields);
    EXPECT_TRUE(request.set_via_host("192.0.2.11"));
    EXPECT_FALSE(request.set_via_host("192.0.2.111"));
    EXPECT_EQ(request.via_host(), "192.0.2.11");
    EXPECT_EQ(request.max_size(), request_capacity);
}

TEST(RequestTemplateCheck, names_the_culprit) {
    struct Case {
        void (*spoil)(RequestFields&);
        const char* message;
    };
    using F = RequestFields;
    for (const Case& c : {
             Case{[](F&) {}, ""},
             {[](F& f) { f.headers = {"X"}; }, "--header 'X': no colon in it; write 'Name: value'"},
             {[](F& f) { f.headers = {""}; }, "--header '': no colon in it; write 'Name: value'"},
             {[](F& f) { f.headers = {": x"}; },
              "--header ': x': does not begin with a header name"},
             {[](F& f) { f.headers = {" X: y"}; },
              "--header ' X: y': does not begin with a header name"},
             {[](F& f) { f.headers = {"A B: y"}; },
              "--header 'A B: y': does not begin with a header name"},
             {[](F& f) {
                  f.headers = {"ok: 1", "X: a\r\nY: b"};
              },
              "--header 'X: a\\x0d\\x0aY: b': has a line break or another control character"},
             {[](F& f) { f.headers = {"X: a\tb"}; },
              "--header 'X: a\\x09b': has a line break or another control character"},
             {[](F& f) { f.user = "a\nb"; },
              "--user 'a\\x0ab' has a line break or another control character"},
             {[](F& f) { f.user = "a b"; }, "--user 'a b' has a blank, quote or angle bracket"},
             {[](F& f) { f.user = ""; }, "--user is empty"},
             {[](F& f) { f.domain = "a>b"; }, "--domain 'a>b' has a blank, quote or angle bracket"},
             {[](F& f) { f.domain = ""; }, "--domain is empty"},
             {[](F& f) { f.request_uri = "<sip:a>"; },
              "--request-uri '<sip:a>' has a blank, quote or angle bracket"},
             {[](F& f) { f.target_host = "a b"; },
              "target 'a b' has a blank, quote or angle bracket"},
             {[](F& f) { f.target_user = "a\"b"; },
              "target user 'a\"b' has a blank, quote or angle bracket"},
             {[](F& f) { f.target_host = ""; }, "a request needs a target or --request-uri"},
             {[](F& f) { f.via_host = ""; }, "a request needs an address for Via"},
             {[](F& f) { f.via_host = "1.1.1.1\r"; },
              "Via address '1.1.1.1\\x0d' has a line break or another control character"},
             {[](F& f) { f.from = "<sip:a"; }, "--from '<sip:a' is not an address"},
             {[](F& f) { f.from = "alice"; }, "--from 'alice' is not an address"},
             {[](F& f) { f.from = "<sip:a>;tag=1"; },
              "--from '<sip:a>;tag=1' must not carry a tag"},
             {[](F& f) { f.from = "a\r\nX: y"; },
              "--from 'a\\x0d\\x0aX: y' has a line break or another control character"},
             {[](F& f) { f.to = "\"a"; }, "--to '\"a' is not an address"},
             {[](F& f) { f.to = "<sip:a>;tag=1"; }, "--to '<sip:a>;tag=1' must not carry a tag"},
             {[](F& f) { f.contact = "a\n"; },
              "--contact 'a\\x0a' has a line break or another control character"},
             {[](F& f) { f.user_agent = std::string("a\0b", 3); },
              "--user-agent 'a\\x00b' has a line break or another control character"},
             {[](F& f) { f.site = "a@b"; },
              "--site 'a@b' may only have letters, digits and -.!%*_+`'~"},
             {[](F& f) { f.site = "a\x1b"; },
              "--site 'a\\x1b' may only have letters, digits and -.!%*_+`'~"},
         }) {
        RequestFields fields = plain_fields();
        c.spoil(fields);
        EXPECT_EQ(RequestTemplate::check(fields), c.message);
        if (*c.message != '\0') {
            EXPECT_THROW(RequestTemplate{fields}, std::invalid_argument);
        }
    }
}

TEST(RequestTemplateCheck, zones_never_leave) {
    const auto wrong_with = [](auto&& spoil) {
        RequestFields fields = plain_fields();
        spoil(fields);
        return RequestTemplate::check(fields);
    };
    const std::string zone = " has a zone ('%'), which means something on this box only";
    EXPECT_EQ(wrong_with([](auto& f) { f.to = "<sip:[fe80::1%25eth0]>"; }),
              "--to '<sip:[fe80::1%25eth0]>'" + zone);
    EXPECT_EQ(wrong_with([](auto& f) { f.contact = "<sip:x@[fe80::1%eth0]:5060>"; }),
              "--contact '<sip:x@[fe80::1%eth0]:5060>'" + zone);
    EXPECT_EQ(wrong_with([](auto& f) { f.via_host = "[fe80::1%eth0]"; }),
              "Via address '[fe80::1%eth0]'" + zone);
    EXPECT_EQ(wrong_with([](auto& f) { f.target_host = "[fe80::1%eth0]:5060"; }),
              "target '[fe80::1%eth0]:5060'" + zone);
}

TEST(RequestTemplateCheck, words_behind_a_target_are_named_as_such) {
    RequestFields fields = plain_fields();
    fields.from = "bob";
    EXPECT_EQ(RequestTemplate::check(fields, GivenAs::word), "from='bob' is not an address");
    fields.from = "";
    fields.headers = {"Via: x"};
    EXPECT_EQ(RequestTemplate::check(fields, GivenAs::word),
              "header='Via: x': an answer is known by it, so it is set by sipping itself");
}

TEST(Branch, parses_only_its_own_form) {
    std::array<char, branch_size> out;
    write_branch(identity, out);
    const std::string text(out.data(), out.size());
    EXPECT_EQ(text, "z9hG4bK94371473900123456789abcdef");
    std::uint64_t call_id = 0;
    std::uint64_t proof = 0;
    EXPECT_TRUE(parse_branch(text, call_id, proof));
    EXPECT_EQ(call_id, identity.call_id);
    EXPECT_EQ(proof, identity.branch);
    for (const std::string& other :
         {std::string(), text.substr(1), text + "0", "Z9hG4bK" + text.substr(7),
          "z9hG4bK0" + text.substr(8), text.substr(0, 17) + "0123456789ABCDEF",
          text.substr(0, 32) + "g", "z9hG4bK943714739x" + text.substr(17)})
        EXPECT_FALSE(parse_branch(other, call_id, proof)) << other;
}

}  // namespace
}  // namespace sipping::wire
