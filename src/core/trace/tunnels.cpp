// Packets in packets: what is in IP, and in UDP, that is wrapped once more. A tunnel over UDP is
// told by its port, and its header has to be one: none that begins as SIP does is taken for one.
#include <algorithm>
#include <array>

#include "sipping/trace/layers.hpp"
#include "sipping/wire/header.hpp"
#include "sipping/wire/request_line.hpp"

namespace sipping::trace {
namespace {

using Kind = Layer::Kind;

constexpr std::uint8_t protocol_ip4 = 4;
constexpr std::uint8_t protocol_ip6 = 41;
constexpr std::uint8_t protocol_gre = 47;
constexpr std::uint8_t protocol_esp = 50;
constexpr std::uint8_t protocol_ether_ip = 97;
constexpr std::uint8_t protocol_comp = 108;
constexpr std::uint8_t protocol_l2tp3 = 115;
constexpr std::uint8_t protocol_mpls = 137;

Layer whole(Kind kind, Bytes bytes) noexcept {
    return {.kind = kind, .bytes = bytes};
}

/// ERSPAN III may have a second header, and says whether Ethernet or IP is in it.
Layer in_erspan3(Bytes bytes) noexcept {
    constexpr std::size_t header_size = 12;
    constexpr std::size_t platform_size = 8;
    if (bytes.size() < header_size) return {};
    const std::uint16_t flags = u16(bytes, 10);
    const unsigned frame_type = flags >> 10 & 0x1f;
    const Bytes rest = behind(bytes, header_size + ((flags & 1) != 0 ? platform_size : 0));
    if (frame_type == 0) return whole(Kind::ethernet, rest);
    return frame_type == 2 ? whole(Kind::ip, rest) : Layer{};
}

/// RFC 2784, RFC 2890; version 1 is PPTP's (RFC 2637), and ERSPAN hides behind two EtherTypes.
Layer in_gre(Bytes bytes) noexcept {
    constexpr std::uint16_t has_sum = 0x8000, routed = 0x4000, has_key = 0x2000,
                            has_number = 0x1000, has_ack = 0x0080;
    constexpr std::uint16_t erspan = 0x88be, erspan3 = 0x22eb;
    if (bytes.size() < 4) return {};
    const std::uint16_t flags = u16(bytes, 0);
    const std::uint16_t type = u16(bytes, 2);
    const unsigned version = flags & 7;
    if (version > 1 || (flags & routed) != 0) return Layer::skip(Skipped::gre_other);
    std::size_t size = 4;
    for (const std::uint16_t flag : {has_sum, has_key, has_number})
        if ((flags & flag) != 0) size += 4;
    if (version == 1 && (flags & has_ack) != 0) size += 4;
    const Bytes rest = behind(bytes, size);
    if (type == erspan3) return in_erspan3(rest);
    if (type == erspan)  // I has no header of its own and no number in GRE's
        return whole(Kind::ethernet, behind(rest, (flags & has_number) != 0 ? 8 : 0));
    const Layer layer = next_layer({.kind = Kind::typed, .type = type, .bytes = rest});
    return layer.kind == Kind::other && !rest.empty() ? Layer::skip(Skipped::gre_other) : layer;
}

Layer in_ether_ip(Bytes bytes) noexcept {  // RFC 3378
    if (bytes.size() < 2 || bytes[0] >> 4 != 3) return {};
    return whole(Kind::ethernet, bytes.subspan(2));
}

/// How long the cookie and the sublayer are is agreed upon elsewhere (RFC 3931 section 4.1).
Layer in_l2tp3(Bytes session) noexcept {
    if (session.size() < 4 || u32(session, 0) == 0) return {};  // about the tunnel
    for (const std::size_t size : {4U, 8U, 12U, 16U})
        if (const Bytes rest = behind(session, size); is_ethernet(rest, true))
            return whole(Kind::ethernet, rest);
    return Layer::skip(Skipped::tunnel_other);
}

Layer in_vxlan(Bytes bytes) noexcept {  // RFC 7348, and its group policy and generic extensions
    constexpr std::size_t header_size = 8;
    constexpr std::uint8_t instance = 0x08, policy = 0x80, next_protocol = 0x04;
    if (bytes.size() < header_size) return {};
    const std::uint8_t flags = bytes[0];
    const Bytes rest = bytes.subspan(header_size);
    if (flags == instance || flags == (instance | policy)) return whole(Kind::ethernet, rest);
    if ((flags & 0xf0) != 0 || (flags & next_protocol) == 0) return {};
    switch (bytes[3]) {
        case 1:
        case 2: return whole(Kind::ip, rest);
        case 3: return whole(Kind::ethernet, rest);
        case 4: return whole(Kind::nsh, rest);
        case 5: return whole(Kind::mpls, rest);
        default: return Layer::skip(Skipped::tunnel_other);
    }
}

Layer in_geneve(Bytes bytes) noexcept {  // RFC 8926
    constexpr std::size_t header_size = 8;
    if (bytes.size() < header_size || bytes[0] >> 6 != 0) return {};
    const std::size_t options = (bytes[0] & 0x3fU) * std::size_t{4};
    return {
        .kind = Kind::typed, .type = u16(bytes, 2), .bytes = behind(bytes, header_size + options)};
}

/// User data of GTP version 1 (3GPP TS 29.281), behind any extension headers.
Layer in_gtp(Bytes bytes) noexcept {
    constexpr std::size_t header_size = 8, options_size = 4;
    constexpr std::uint8_t user_data = 255;
    constexpr int extensions_max = 16;
    if (bytes.size() < header_size || bytes[0] >> 4 != 3 || bytes[1] != user_data) return {};
    if ((bytes[0] & 7) == 0) return ip_or_ethernet(bytes.subspan(header_size));
    if (bytes.size() < header_size + options_size) return {};
    std::uint8_t next = (bytes[0] & 4) != 0 ? bytes[header_size + 3] : std::uint8_t{0};
    Bytes rest = bytes.subspan(header_size + options_size);
    for (int count = 0; next != 0; ++count) {
        if (rest.empty() || count == extensions_max) return {};
        const std::size_t size = std::size_t{rest[0]} * 4;
        if (size == 0 || size > rest.size()) return {};
        next = rest[size - 1];
        rest = rest.subspan(size);
    }
    return ip_or_ethernet(rest);
}

Layer in_l2tp(Bytes bytes) noexcept {  // RFC 2661 section 3.1
    constexpr std::uint16_t control = 0x8000, has_length = 0x4000, has_numbers = 0x0800,
                            has_offset = 0x0200, reserved = 0x34f0;
    if (bytes.size() < 6) return {};
    const std::uint16_t flags = u16(bytes, 0);
    if ((flags & (control | reserved)) != 0 || (flags & 0xf) != 2) return {};
    std::size_t size = 6;
    if ((flags & has_length) != 0) size += 2;
    if ((flags & has_numbers) != 0) size += 4;
    if ((flags & has_offset) != 0) {
        if (bytes.size() < size + 2) return {};
        size += 2 + std::size_t{u16(bytes, size)};
    }
    return whole(Kind::ppp, behind(bytes, size));
}

/// What MikroTik's sniffer sends: tags up to an end tag.
Layer in_tzsp(Bytes bytes) noexcept {
    constexpr std::uint8_t padding = 0, end = 1;
    constexpr std::uint16_t ethernet = 1;
    if (bytes.size() < 5 || bytes[0] != 1 || bytes[1] > 1) return {};
    if (u16(bytes, 2) != ethernet) return Layer::skip(Skipped::tunnel_other);
    for (Bytes rest = bytes.subspan(4); !rest.empty();) {
        if (rest[0] == end) return whole(Kind::ethernet, rest.subspan(1));
        const std::size_t size = rest[0] == padding ? 1 : rest.size() < 2 ? 2 : 2U + rest[1];
        rest = behind(rest, size);
    }
    return {};
}

Layer in_teredo(Bytes bytes) noexcept {  // RFC 4380 section 5.1.1
    if (bytes.size() >= 4 && u16(bytes, 0) == 1)
        bytes = behind(bytes, std::size_t{4} + bytes[2] + bytes[3] + 9);
    if (bytes.size() >= 8 && u16(bytes, 0) == 0) bytes = bytes.subspan(8);
    const bool v6 = !bytes.empty() && bytes[0] >> 4 == 6;
    return v6 && is_ip(bytes, true) ? whole(Kind::ip, bytes) : Layer{};
}

Layer in_lisp(Bytes bytes) noexcept {  // RFC 9300 section 5
    const Bytes rest = behind(bytes, 8);
    return is_ip(rest, true) ? whole(Kind::ip, rest) : Layer{};
}

/// RFC 7510; its header is no more than a label stack, so what is in it has to be exactly right.
Layer in_mpls_over_udp(Bytes bytes) noexcept {
    const Layer layer = next_layer(whole(Kind::mpls, bytes));
    return layer.kind == Kind::ip && is_ip(layer.bytes, true) ? layer : Layer{};
}

Layer in_gre_over_udp(Bytes bytes) noexcept {  // RFC 8086
    const Layer layer = in_gre(bytes);
    return layer.kind == Kind::skipped ? Layer{} : layer;
}

Layer in_udp(std::uint16_t port, Bytes payload) noexcept {
    switch (port) {
        case 4789:
        case 4790:
        case 8472: return in_vxlan(payload);  // the last: Linux before there was a number for it
        case 6081: return in_geneve(payload);
        case 2152: return in_gtp(payload);
        case 1701: return in_l2tp(payload);
        case 37008: return in_tzsp(payload);
        case 3544: return in_teredo(payload);
        case 4341: return in_lisp(payload);
        case 6635: return in_mpls_over_udp(payload);
        case 4754: return in_gre_over_udp(payload);
        default: return {};
    }
}

/// The first line of a message.
bool begins_as_sip(Bytes payload) noexcept {
    const std::string_view text{reinterpret_cast<const char*>(payload.data()), payload.size()};
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    return wire::begins_with_sip(line) || wire::looks_like_request(line);
}

Skipped why_skipped_tcp(Bytes segment) noexcept {
    constexpr std::size_t header_min = 20;
    constexpr std::uint16_t tls_port = 5061;
    if (segment.size() < header_min) return Skipped::nothing;
    const Bytes payload = behind(segment, std::max<std::size_t>(segment[12] >> 4, 5) * 4);
    if (payload.empty()) return Skipped::nothing;
    if (begins_as_sip(payload)) return Skipped::sip_tcp;
    const bool tls = u16(segment, 0) == tls_port || u16(segment, 2) == tls_port;
    const bool record = payload.size() >= 3 && payload[0] >= 20 && payload[0] <= 24 &&
                        payload[1] == 3;  // RFC 8446 section 5.1
    return tls && record ? Skipped::sip_tls : Skipped::nothing;
}

Skipped why_skipped_sctp(Bytes packet) noexcept {
    constexpr std::size_t header_size = 12, data_size = 16;
    const Bytes chunk = behind(packet, header_size);
    const bool data = !chunk.empty() && chunk[0] == 0;
    return data && begins_as_sip(behind(chunk, data_size)) ? Skipped::sip_sctp : Skipped::nothing;
}

Skipped why_skipped_udp(Bytes datagram) noexcept {
    const Bytes payload = behind(datagram, udp_header_size);
    if (payload.size() < 8) return Skipped::nothing;
    const auto is_port = [&](std::uint16_t port) {
        return u16(datagram, 0) == port || u16(datagram, 2) == port;
    };
    constexpr std::array<std::uint8_t, 3> hep{'H', 'E', 'P'};
    if (is_port(4500) && u32(payload, 0) != 0) return Skipped::esp;  // RFC 3948; 0: key exchange
    if (is_port(51820) && payload[0] <= 4 && payload[1] == 0) return Skipped::wireguard;
    if (is_port(5247)) return Skipped::capwap;
    return std::equal(hep.begin(), hep.end(), payload.begin()) ? Skipped::hep : Skipped::nothing;
}

}  // namespace

Layer inside(const IpPacket& packet) noexcept {
    const Bytes payload = packet.payload;
    switch (packet.protocol) {
        case protocol_udp: {
            if (payload.size() < udp_header_size) return {};
            const std::size_t length = std::max<std::size_t>(u16(payload, 4), udp_header_size);
            const Bytes rest = payload.first(std::min(length, payload.size()));
            const Layer there = in_udp(u16(payload, 2), rest.subspan(udp_header_size));
            if (there.kind != Kind::other) return there;
            return in_udp(u16(payload, 0), rest.subspan(udp_header_size));
        }
        case protocol_ip4:
        case protocol_ip6: return whole(Kind::ip, payload);
        case protocol_gre: return in_gre(payload);
        case protocol_ether_ip: return in_ether_ip(payload);
        case protocol_l2tp3: return in_l2tp3(payload);
        case protocol_mpls: return whole(Kind::mpls, payload);
        default: return {};
    }
}

Skipped why_skipped(const IpPacket& packet) noexcept {
    switch (packet.protocol) {
        case protocol_tcp: return why_skipped_tcp(packet.payload);
        case protocol_sctp: return why_skipped_sctp(packet.payload);
        case protocol_udp: return why_skipped_udp(packet.payload);
        case protocol_esp: return Skipped::esp;
        case protocol_comp: return Skipped::ip_compressed;
        default: return Skipped::nothing;
    }
}

}  // namespace sipping::trace
