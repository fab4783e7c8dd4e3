#include "sipping/wire/icmp_quote.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sipping/wire/request_template.hpp"

namespace sipping::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;

const std::string payload_text = "OPTIONS sip:x SIP/2.0\r\n";

template <typename Text>
void append(Bytes& bytes, const Text& text) {
    for (const auto byte : text)
        bytes.push_back(static_cast<std::uint8_t>(byte));
}

Bytes udp(std::string_view payload) {
    const auto length = static_cast<std::uint16_t>(8 + payload.size());
    Bytes bytes{0x9c,
                0xb0,
                0x13,
                0xc4,  // 40112 -> 5060
                static_cast<std::uint8_t>(length >> 8),
                static_cast<std::uint8_t>(length),
                0,
                0};
    append(bytes, payload);
    return bytes;
}

Bytes ipv4(std::uint8_t protocol, const Bytes& content, std::size_t options = 0) {
    Bytes bytes{static_cast<std::uint8_t>(0x45 + options),
                0,
                0,
                0,
                0,
                0,
                0x40,
                0,
                64,
                protocol,
                0,
                0,
                192,
                0,
                2,
                10,
                203,
                0,
                113,
                5};
    bytes.resize(20 + options * 4);
    append(bytes, content);
    return bytes;
}

Bytes ipv6(std::uint8_t next, const Bytes& content) {
    Bytes bytes(40);
    bytes[0] = 0x60;
    bytes[6] = next;
    bytes[8] = 0x20;
    bytes[23] = 0x10;
    bytes[24] = 0x20;
    bytes[39] = 0x05;
    append(bytes, content);
    return bytes;
}

Bytes icmp(std::uint8_t type, std::uint8_t code, const Bytes& quote) {
    Bytes bytes{type, code, 0, 0, 0, 0, 0, 0};
    append(bytes, quote);
    return bytes;
}

// A quote together with the packet that its payload is a view of.
struct Parsed {
    Parsed(Family family, Bytes bytes)
        : packet(std::move(bytes)), quote(parse_icmp(family, packet)) {}
    explicit operator bool() const { return quote.has_value(); }
    const IcmpQuote* operator->() const { return &quote.value(); }

    const Bytes packet;
    const std::optional<IcmpQuote> quote;
};

TEST(Icmp, reads_a_v4_port_unreachable) {
    for (const std::size_t options : {0U, 1U, 10U}) {
        const Bytes packet =
            ipv4(1, icmp(3, 3, ipv4(17, udp(payload_text), options)), 10 - options);
        const auto quote = parse_icmp(Family::v4, packet);
        ASSERT_TRUE(quote);
        EXPECT_EQ(quote->type, 3);
        EXPECT_EQ(quote->code, 3);
        EXPECT_EQ(to_string(quote->source), "192.0.2.10:40112");
        EXPECT_EQ(to_string(quote->destination), "203.0.113.5:5060");
        EXPECT_EQ(quote->payload, payload_text);
    }
}

TEST(Icmp, reads_a_v6_one_and_one_about_a_first_fragment) {
    const Parsed quote(Family::v6, icmp(1, 4, ipv6(17, udp(payload_text))));
    ASSERT_TRUE(quote);
    EXPECT_EQ(quote->type, 1);
    EXPECT_EQ(quote->code, 4);
    EXPECT_EQ(to_string(quote->source), "[2000::10]:40112");
    EXPECT_EQ(to_string(quote->destination), "[2000::5]:5060");
    EXPECT_EQ(quote->payload, payload_text);

    Bytes fragment{17, 0, 0, 1, 0, 0, 0, 9};  // offset 0, more to come
    const Bytes datagram = udp(payload_text);
    append(fragment, datagram);
    const Parsed first(Family::v6, icmp(2, 0, ipv6(44, fragment)));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->source.port, 40112);
    EXPECT_EQ(first->payload, payload_text);
    fragment[3] = 9;  // offset 8
    EXPECT_FALSE(Parsed(Family::v6, icmp(2, 0, ipv6(44, fragment))));
}

TEST(Icmp, only_errors_about_udp) {
    const auto v4_read = [](std::uint8_t type) {
        return parse_icmp(Family::v4, ipv4(1, icmp(type, 0, ipv4(17, udp("x"))))).has_value();
    };
    const auto v6_read = [](std::uint8_t type) {
        return parse_icmp(Family::v6, icmp(type, 0, ipv6(17, udp("x")))).has_value();
    };
    for (int type = 0; type < 256; ++type) {
        EXPECT_EQ(v4_read(static_cast<std::uint8_t>(type)), type == 3 || type == 11 || type == 12)
            << type;
        EXPECT_EQ(v6_read(static_cast<std::uint8_t>(type)), type >= 1 && type <= 4) << type;
    }
    EXPECT_FALSE(parse_icmp(Family::v4, ipv4(1, icmp(3, 3, ipv4(6, udp("x"))))));
    EXPECT_FALSE(parse_icmp(Family::v4, ipv4(17, icmp(3, 3, ipv4(17, udp("x"))))));
    EXPECT_FALSE(parse_icmp(Family::v6, icmp(1, 4, ipv6(6, udp("x")))));
    EXPECT_FALSE(parse_icmp(Family::v6, icmp(1, 4, ipv4(17, udp(payload_text)))));
    EXPECT_FALSE(parse_icmp(Family::v4, ipv4(1, icmp(3, 3, ipv6(17, udp("x"))))));
    Bytes later_fragment = ipv4(17, udp("x"));
    later_fragment[7] = 1;
    EXPECT_FALSE(parse_icmp(Family::v4, ipv4(1, icmp(3, 3, later_fragment))));
}

TEST(Icmp, every_cut_gives_nothing_or_a_shorter_payload) {
    const Bytes v4 = ipv4(1, icmp(3, 3, ipv4(17, udp(payload_text))));
    const Bytes v6 = icmp(1, 4, ipv6(17, udp(payload_text)));
    for (const auto& [family, packet] : {std::pair{Family::v4, v4}, {Family::v6, v6}}) {
        const std::size_t headers = packet.size() - payload_text.size();
        for (std::size_t size = 0; size <= packet.size(); ++size) {
            const Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
            const auto quote = parse_icmp(family, cut);
            ASSERT_EQ(quote.has_value(), size >= headers) << size;
            if (quote) {
                EXPECT_EQ(quote->payload, payload_text.substr(0, size - headers));
            }
        }
    }
}

TEST(Icmp, what_follows_the_quoted_datagram_is_no_payload) {
    // Padding behind the UDP length.
    Bytes quote = ipv4(17, udp("abc"));
    append(quote, "padding");
    EXPECT_EQ(Parsed(Family::v4, ipv4(1, icmp(3, 3, quote)))->payload, "abc");

    // RFC 4884 extensions behind a quote of 8 words (20 + 8 + 4 bytes), v6: 7 double words.
    quote = ipv4(17, udp(payload_text));
    Bytes packet = ipv4(1, icmp(11, 0, quote));
    packet[20 + 5] = 8;
    EXPECT_EQ(Parsed(Family::v4, packet)->payload, payload_text.substr(0, 4));
    packet = icmp(3, 0, ipv6(17, udp(payload_text)));
    packet[4] = 7;
    EXPECT_EQ(Parsed(Family::v6, packet)->payload, payload_text.substr(0, 8));
    // In "packet too big" the same bytes are the MTU (RFC 4443 section 3.2).
    packet[0] = 2;
    EXPECT_EQ(Parsed(Family::v6, packet)->payload, payload_text);

    Bytes nonsense_length = ipv4(17, udp("abc"));
    nonsense_length[25] = 0;  // UDP length below its own header
    EXPECT_EQ(Parsed(Family::v4, ipv4(1, icmp(3, 3, nonsense_length)))->payload, "");
}

TEST(QuotedCallId, is_found_in_ever_shorter_quotes_until_the_branch_is_cut) {
    RequestFields fields;
    fields.target_host = "203.0.113.5";
    fields.via_host = "192.0.2.10";
    const RequestTemplate request(fields);
    std::array<char, request_capacity> out;
    const std::size_t size = request.encode(IdentitySource(Key{1, 2}).of(1234567890), 40112, out);
    const std::string_view text(out.data(), size);
    const std::size_t branch_end = text.find("z9hG4bK") + 7 + 10;
    for (std::size_t cut = 0; cut <= size; ++cut)
        ASSERT_EQ(quoted_call_id(text.substr(0, cut)), cut < branch_end ? 0U : 1234567890U) << cut;
    // Fits the least a router that follows RFC 4884 quotes: 128 bytes with IPv4 and UDP headers.
    EXPECT_LE(branch_end, 100U);
}

TEST(QuotedCallId, needs_a_header_or_branch_of_our_form) {
    EXPECT_EQ(quoted_call_id("OPTIONS\r\nCall-ID: 1234567890\r\n"), 1234567890U);
    EXPECT_EQ(quoted_call_id("OPTIONS\r\nCall-ID: 1234567890@site\r\n"), 1234567890U);
    for (const char* text : {"", "1234567890", "\r\nCall-ID: 123456789", "\r\nCall-ID: 0123456789",
                             "\r\nCall-ID: abc\r\n", ";branch=z9hG4bKabc", "Call-ID: 1234567890"})
        EXPECT_EQ(quoted_call_id(text), 0U) << text;
}

}  // namespace
}  // namespace sipping::wire
