// What nothing names has to be told by its looks: no packet is taken for what it is not. That each
// encapsulation is read is tests/cli/trace_tunnels_test.py's business.
#include "sipping/trace/layers.hpp"

#include <gtest/gtest.h>

#include "packets.hpp"
#include "sipping/trace/unpacker.hpp"

namespace sipping::trace {
namespace {

using packets::Packet;

const std::string text = packets::options("4084673539", packets::branch("4084673539"));

std::optional<std::string> payload(int link, const Packet& frame) {
    Unpacker unpacker;
    const auto packet = unpacker.take({.link = link, .bytes = frame});
    const auto datagram = packet ? read_datagram(*packet) : std::nullopt;
    return datagram ? std::optional{std::string{datagram->payload}} : std::nullopt;
}

/// One label, and what is behind it.
Packet labelled(const Packet& inner) {
    Packet frame{0, 1, 0x41, 64};
    frame[2] = 0x41;
    packets::put(frame, inner);
    return frame;
}

constexpr int link_mpls = 219;

TEST(Layers, a_pseudowire_whose_addresses_look_like_ip) {
    for (const unsigned first :
         {0x00U, 0x02U, 0x10U, 0x45U, 0x48U, 0x4fU, 0x60U, 0x64U, 0x6cU, 0xf0U}) {
        Packet frame = packets::ethernet(packets::v4(packets::udp(text)));
        frame[0] = static_cast<std::uint8_t>(first);
        EXPECT_EQ(payload(link_mpls, labelled(frame)), text) << first;
        // Even where the next bytes make a fine total length.
        frame[2] = static_cast<std::uint8_t>(frame.size() >> 8);
        frame[3] = static_cast<std::uint8_t>(frame.size());
        EXPECT_EQ(payload(link_mpls, labelled(frame)), text) << first;
        Packet with_control_word(4, 0);
        packets::put(with_control_word, frame);
        EXPECT_EQ(payload(link_mpls, labelled(with_control_word)), text) << first;
    }
}

TEST(Layers, ip_whose_addresses_look_like_ethernet) {
    Packet v6 = packets::v6(packets::udp(text));
    v6[12] = 0x08;  // of the source address: an EtherType, and the first byte of IP behind it
    v6[13] = 0x00;
    v6[14] = 0x60;
    EXPECT_EQ(payload(link_mpls, labelled(v6)), text);
    v6[14] = 0x45;
    EXPECT_EQ(payload(link_mpls, labelled(v6)), text);
    Packet v4 = packets::v4(packets::udp(text));
    v4[12] = 0x08;
    v4[13] = 0x00;
    v4[14] = 0x45;
    EXPECT_EQ(payload(link_mpls, labelled(v4)), text);
}

TEST(Layers, a_cut_packet_behind_a_label) {
    const Packet whole = labelled(packets::v4(packets::udp(text)));
    for (std::size_t size = 60; size < whole.size(); ++size) {
        const Packet part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        ASSERT_EQ(payload(link_mpls, part), text.substr(0, size - 4 - 28));
    }
}

TEST(Layers, sip_on_the_port_of_a_tunnel_is_sip) {
    for (const std::string_view first :
         {"OPTIONS", "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "PRACK", "SUBSCRIBE", "NOTIFY",
          "PUBLISH", "INFO", "REFER", "MESSAGE", "UPDATE", "SIP/2.0 200 OK"}) {
        const std::string message =
            first[0] == 'S' && first[1] == 'I'
                ? packets::answer(text)
                : std::string{first} + text.substr(std::string_view{"OPTIONS"}.size());
        for (const unsigned port :
             {4789U, 4790U, 8472U, 6081U, 2152U, 1701U, 37008U, 3544U, 4341U, 6635U, 4754U}) {
            EXPECT_EQ(payload(101, packets::v4(packets::udp(message, 40000, port))), message)
                << first << ' ' << port;
            EXPECT_EQ(payload(101, packets::v4(packets::udp(message, port, 5060))), message)
                << first << ' ' << port;
        }
    }
}

TEST(Layers, what_is_inside_of_ah) {
    Packet header{17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2};
    header.resize(24, 0xcc);
    Packet inner = header;
    packets::put(inner, packets::udp(text));
    EXPECT_EQ(payload(101, packets::v4(inner, {.protocol = 51})), text);
    EXPECT_EQ(payload(101, packets::v6(inner, 51)), text);
}

TEST(Layers, l2tp3_with_any_cookie_and_sublayer) {
    for (const std::size_t size : {4U, 8U, 12U, 16U}) {
        Packet session(size, 0x5a);
        packets::put(session, packets::ethernet(packets::v4(packets::udp(text))));
        EXPECT_EQ(payload(101, packets::v4(session, {.protocol = 115})), text) << size;
    }
    EXPECT_EQ(payload(101, packets::v4(Packet(60, 0), {.protocol = 115})), std::nullopt);
}

TEST(Layers, a_tag_of_macsec_that_only_protects) {
    Packet ip = packets::v4(packets::udp(text));
    for (const bool has_channel : {false, true}) {
        Packet frame(12, 0xaa);
        packets::put16(frame, 0x88e5);
        frame.push_back(has_channel ? 0x20 : 0x00);
        frame.resize(frame.size() + (has_channel ? 13 : 5), 0);
        packets::put16(frame, 0x0800);
        packets::put(frame, ip);
        EXPECT_EQ(payload(1, frame), text);
        frame[14] |= 0x0c;
        EXPECT_EQ(payload(1, frame), std::nullopt);
    }
}

TEST(Layers, the_log_of_netfilter_in_either_byte_order) {
    const Packet ip = packets::v4(packets::udp(text));
    for (const bool big_endian : {false, true}) {
        Packet frame{2, 0, 0, 0};
        const auto put = [&](unsigned value) {
            if (big_endian) return packets::put16(frame, value);
            frame.push_back(static_cast<std::uint8_t>(value));
            frame.push_back(static_cast<std::uint8_t>(value >> 8));
        };
        put(7);  // padded to 8
        put(10);
        packets::put(frame, Packet{'a', 'b', 0, 0});
        put(static_cast<unsigned>(4 + ip.size()));
        put(9);
        packets::put(frame, ip);
        EXPECT_EQ(payload(239, frame), text) << big_endian;
    }
}

}  // namespace
}  // namespace sipping::trace
