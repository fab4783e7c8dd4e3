#include "sipping/trace/frame.hpp"

#include <gtest/gtest.h>

#include "packets.hpp"
#include "sipping/trace/unpacker.hpp"

namespace sipping::trace {
namespace {

using packets::Packet;

const std::string text = packets::options("4084673539", packets::branch("4084673539"));

/// What is in the UDP datagram in the frame; nothing when there is none.
std::optional<std::string> payload(int link, const Packet& frame) {
    Unpacker unpacker;
    const auto packet = unpacker.take({.link = link, .bytes = frame});
    if (!packet) return std::nullopt;
    const auto datagram = read_datagram(*packet);
    if (!datagram) return std::nullopt;
    EXPECT_EQ(datagram->source.port, 40000);
    EXPECT_EQ(datagram->destination.port, 5060);
    return std::string{datagram->payload};
}

TEST(Frame, each_link_type_with_both_families) {
    for (const Packet& ip : {packets::v4(packets::udp(text)), packets::v6(packets::udp(text))}) {
        const unsigned type = ip[0] >> 4 == 4 ? 0x0800 : 0x86dd;
        EXPECT_EQ(payload(1, packets::ethernet(ip)), text);
        EXPECT_EQ(payload(1, packets::ethernet(ip, {0x8100})), text);
        EXPECT_EQ(payload(1, packets::ethernet(ip, {0x88a8, 0x8100, 0x9100})), text);
        for (const int link : {12, 101, 228, 229})
            EXPECT_EQ(payload(link, ip), text) << link;
        Packet cooked(14, 0);
        packets::put16(cooked, type);
        packets::put(cooked, ip);
        EXPECT_EQ(payload(113, cooked), text);
        Packet cooked2;
        packets::put16(cooked2, type);
        cooked2.resize(20, 0);
        packets::put(cooked2, ip);
        EXPECT_EQ(payload(276, cooked2), text);
        Packet loopback{2, 0, 0, 0};
        packets::put(loopback, ip);
        EXPECT_EQ(payload(0, loopback), text);
        EXPECT_EQ(payload(105, ip), std::nullopt) << "802.11 is not read";
    }
    EXPECT_EQ(link_words(276), "Linux cooked v2");
    EXPECT_EQ(link_words(105), "802.11 (link type 105)");
    EXPECT_EQ(link_words(4711), "link type 4711");
    EXPECT_FALSE(reads_link(105));
}

TEST(Frame, headers_with_options_and_extensions) {
    EXPECT_EQ(payload(101, packets::v4(packets::udp(text), {.options = 40})), text);
    const Packet hop_and_destination{60, 0, 1, 4, 0, 0, 0, 0, 17, 1, 1, 12,
                                     0,  0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0};
    EXPECT_EQ(payload(101, packets::v6(packets::udp(text), 0, hop_and_destination)), text);
    const Packet whole_fragment{17, 0, 0, 0, 0, 0, 0, 9};  // RFC 6946: a fragment that is all
    EXPECT_EQ(payload(101, packets::v6(packets::udp(text), 44, whole_fragment)), text);
}

TEST(Frame, no_byte_less_than_all_crashes_or_gives_more_than_there_is) {
    const Packet frame = packets::ethernet(packets::v4(packets::udp(text)), {0x8100});
    for (std::size_t size = 0; size < frame.size(); ++size) {
        const Packet part(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
        Unpacker unpacker;
        const auto packet = unpacker.take({.link = 1, .bytes = part});
        if (!packet) continue;
        EXPECT_TRUE(packet->cut);
        if (const auto datagram = read_datagram(*packet)) {
            EXPECT_TRUE(datagram->cut);
            EXPECT_EQ(datagram->payload, text.substr(0, datagram->payload.size()));
        }
    }
}

TEST(Frame, icmp_errors_with_the_datagram_they_quote) {
    const Packet quoted = packets::v4(packets::udp(text));
    const Packet error = packets::v4(packets::icmp(quoted), {.protocol = 1});
    const auto packet = read_ip(error);
    ASSERT_TRUE(packet);
    const auto datagram = read_datagram(*packet);
    ASSERT_TRUE(datagram);
    EXPECT_TRUE(datagram->is_icmp());
    EXPECT_EQ(datagram->icmp_type, 3);
    EXPECT_EQ(datagram->icmp_code, 1);
    EXPECT_EQ(to_string(datagram->icmp_from), "10.0.0.1");
    EXPECT_EQ(datagram->payload, text);
    const Packet v6_error = packets::v6(packets::icmp(packets::v6(packets::udp(text)), 1, 4), 58);
    const auto v6 = read_ip(v6_error);
    ASSERT_TRUE(v6);
    const auto v6_datagram = read_datagram(*v6);
    ASSERT_TRUE(v6_datagram);
    EXPECT_EQ(v6_datagram->icmp_type, 1);
    EXPECT_EQ(v6_datagram->payload, text);
}

class FragmentsTest : public testing::Test {
protected:
    /// The text once it is whole.
    std::optional<std::string> add(const Packet& frame, Duration at = 0s) {
        const auto piece = read_ip(frame);
        EXPECT_TRUE(piece && piece->fragment);
        const FrameView view{.at = WallTime{at}, .length = 0, .link = 101, .bytes = frame};
        const auto whole = fragments_.add(*piece, {&view, 1});
        if (!whole) return std::nullopt;
        const auto datagram = read_datagram(*whole);
        EXPECT_TRUE(datagram);
        return std::string{datagram->payload};
    }
    static Packet piece(std::size_t from, std::size_t size, bool more, unsigned id = 7) {
        const Packet all = packets::udp(text);
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
        return packets::v4(Packet(begin, begin + static_cast<std::ptrdiff_t>(size)),
                           {.id = id, .more = more, .offset = static_cast<unsigned>(from)});
    }
    const std::size_t size_ = packets::udp(text).size();
    Fragments fragments_;
};

TEST_F(FragmentsTest, put_together_in_any_order_and_with_doubles) {
    const std::vector<Packet> pieces{piece(0, 80, true), piece(80, 160, true),
                                     piece(240, size_ - 240, false)};
    for (const auto& order : {std::vector{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 0, 2, 2, 1}}) {
        for (std::size_t i = 0; i + 1 < order.size(); ++i)
            EXPECT_EQ(add(pieces[static_cast<std::size_t>(order[i])]), std::nullopt);
        EXPECT_EQ(add(pieces[static_cast<std::size_t>(order.back())]), text);
        EXPECT_EQ(fragments_.frames().size(), order.size());
    }
}

TEST_F(FragmentsTest, v6) {
    const Packet all = packets::udp(text);
    const auto one = [&](std::size_t from, std::size_t size, bool more) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
        const unsigned at = static_cast<unsigned>(from) | (more ? 1 : 0);
        return packets::v6(
            Packet(begin, begin + static_cast<std::ptrdiff_t>(size)), 44,
            {17, 0, static_cast<std::uint8_t>(at >> 8), static_cast<std::uint8_t>(at), 0, 0, 0, 7});
    };
    EXPECT_EQ(add(one(120, size_ - 120, false)), std::nullopt);
    EXPECT_EQ(add(one(0, 120, true)), text);
}

TEST_F(FragmentsTest, a_hole_is_never_filled_and_memory_is_bounded) {
    EXPECT_EQ(add(piece(0, 80, true)), std::nullopt);
    EXPECT_EQ(add(piece(240, size_ - 240, false)), std::nullopt);
    for (unsigned id = 100; id < 1100; ++id)
        EXPECT_EQ(add(piece(0, 80, true, id)), std::nullopt);
    EXPECT_GE(fragments_.given_up(), 1000 - Fragments::datagrams_max);
    EXPECT_EQ(add(piece(80, 160, true)), std::nullopt) << "the first one was forgotten";
}

TEST_F(FragmentsTest, what_waits_too_long_is_forgotten) {
    EXPECT_EQ(add(piece(0, 80, true)), std::nullopt);
    EXPECT_EQ(add(piece(80, size_ - 80, false), Fragments::patience + 1s), std::nullopt);
    EXPECT_EQ(fragments_.given_up(), 1U);
}

}  // namespace
}  // namespace sipping::trace
