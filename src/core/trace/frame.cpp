#include "sipping/trace/frame.hpp"

#include <algorithm>

#include "sipping/wire/icmp_quote.hpp"

namespace sipping::trace {
namespace {

constexpr int link_null = 0;
constexpr int link_ethernet = 1;
constexpr int link_raw_libpcap = 12;  // DLT_RAW on Linux
constexpr int link_raw = 101;
constexpr int link_loop = 108;
constexpr int link_cooked = 113;
constexpr int link_ipv4 = 228;
constexpr int link_ipv6 = 229;
constexpr int link_cooked2 = 276;

constexpr std::uint16_t ether_ipv4 = 0x0800;
constexpr std::uint16_t ether_ipv6 = 0x86dd;
constexpr std::size_t v4_header_size = 20;
constexpr std::size_t v6_header_size = 40;
constexpr std::size_t udp_header_size = 8;
constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t protocol_icmp6 = 58;
constexpr int v6_extensions_max = 8;

std::uint16_t u16(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t u32(Bytes bytes, std::size_t at) noexcept {
    return std::uint32_t{u16(bytes, at)} << 16 | u16(bytes, at + 2);
}

Address address(Family family, Bytes bytes, std::size_t at) noexcept {
    Address result;
    result.family = family;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), family == Family::v4 ? 4 : 16,
                result.bytes.begin());
    return result;
}

bool is_vlan(std::uint16_t type) noexcept {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;  // the last: before 802.1ad
}

/// `at` is where the type stands that says what follows it. What is behind it and the VLAN tags.
Bytes behind_type(Bytes frame, std::size_t at, std::size_t behind) noexcept {
    if (frame.size() < behind || frame.size() < at + 2) return {};
    std::uint16_t type = u16(frame, at);
    while (is_vlan(type)) {
        if (frame.size() < behind + 4) return {};
        type = u16(frame, behind + 2);
        behind += 4;
    }
    return type == ether_ipv4 || type == ether_ipv6 ? frame.subspan(behind) : Bytes{};
}

Bytes skip(Bytes frame, std::size_t size) noexcept {
    return frame.size() < size ? Bytes{} : frame.subspan(size);
}

Bytes ip_in(int link, Bytes frame) noexcept {
    switch (link) {
        case link_ethernet: return behind_type(frame, 12, 14);
        case link_cooked: return behind_type(frame, 14, 16);
        case link_cooked2: return behind_type(frame, 0, 20);
        case link_null:  // a family number that each system has its own of: the header tells
        case link_loop: return skip(frame, 4);
        case link_raw:
        case link_raw_libpcap:
        case link_ipv4:
        case link_ipv6: return frame;
        default: return {};
    }
}

std::optional<IpPacket> read_v4(Bytes bytes) noexcept {
    if (bytes.size() < v4_header_size) return std::nullopt;
    const std::size_t header = std::size_t{bytes[0] & 0xfU} * 4;
    std::size_t total = u16(bytes, 2);
    if (total == 0) total = bytes.size();  // offloaded segments are captured so
    if (header < v4_header_size || total < header || bytes.size() < header) return std::nullopt;
    IpPacket packet;
    packet.cut = total > bytes.size();
    packet.whole = bytes.first(std::min(total, bytes.size()));
    packet.payload = packet.whole.subspan(header);
    packet.source = address(Family::v4, bytes, 12);
    packet.destination = address(Family::v4, bytes, 16);
    packet.protocol = bytes[9];
    packet.id = u16(bytes, 4);
    const std::uint16_t flags = u16(bytes, 6);
    packet.more_fragments = (flags & 0x2000) != 0;
    packet.fragment_at = (flags & 0x1fffU) * 8U;
    packet.fragment = packet.more_fragments || packet.fragment_at != 0;
    return packet;
}

/// Takes the extension headers off the front (RFC 8200 section 4). False: broken.
bool take_extensions(IpPacket& packet) noexcept {
    constexpr std::uint8_t hop_by_hop = 0, routing = 43, fragment = 44, destination = 60, ah = 51;
    for (int count = 0; count < v6_extensions_max; ++count) {
        const std::uint8_t kind = packet.protocol;
        const bool known = kind == hop_by_hop || kind == routing || kind == destination ||
                           kind == ah || kind == fragment;
        if (!known) return true;
        if (packet.payload.size() < 8) return false;
        std::size_t size = 8;
        if (kind == ah)
            size = (std::size_t{packet.payload[1]} + 2) * 4;
        else if (kind != fragment)
            size = (std::size_t{packet.payload[1]} + 1) * 8;
        if (size > packet.payload.size()) return false;
        packet.protocol = packet.payload[0];
        if (kind == fragment) {
            const std::uint16_t offset = u16(packet.payload, 2);
            packet.id = u32(packet.payload, 4);
            packet.more_fragments = (offset & 1) != 0;
            packet.fragment_at = offset & 0xfff8U;
            packet.fragment = packet.more_fragments || packet.fragment_at != 0;
        }
        packet.payload = packet.payload.subspan(size);
        if (packet.fragment) return true;  // further headers are inside what has to be put together
    }
    return false;
}

std::optional<IpPacket> read_v6(Bytes bytes) noexcept {
    if (bytes.size() < v6_header_size) return std::nullopt;
    std::size_t total = v6_header_size + u16(bytes, 4);
    if (total == v6_header_size) total = bytes.size();
    IpPacket packet;
    packet.cut = total > bytes.size();
    packet.whole = bytes.first(std::min(total, bytes.size()));
    packet.payload = packet.whole.subspan(v6_header_size);
    packet.source = address(Family::v6, bytes, 8);
    packet.destination = address(Family::v6, bytes, 24);
    packet.protocol = bytes[6];
    if (!take_extensions(packet)) return std::nullopt;
    return packet;
}

}  // namespace

bool is_known_link(int link) noexcept {
    return !link_name(link).empty();
}

std::string_view link_name(int link) noexcept {
    switch (link) {
        case link_null:
        case link_loop: return "BSD loopback";
        case link_ethernet: return "Ethernet";
        case link_cooked: return "Linux cooked v1";
        case link_cooked2: return "Linux cooked v2";
        case link_raw:
        case link_raw_libpcap: return "raw IP";
        case link_ipv4: return "raw IPv4";
        case link_ipv6: return "raw IPv6";
        default: return {};
    }
}

std::optional<IpPacket> read_frame(int link, Bytes frame) noexcept {
    return read_ip(ip_in(link, frame));
}

std::optional<IpPacket> read_ip(Bytes packet) noexcept {
    if (packet.empty()) return std::nullopt;
    if (packet[0] >> 4 == 4) return read_v4(packet);
    if (packet[0] >> 4 == 6) return read_v6(packet);
    return std::nullopt;
}

std::optional<Datagram> read_datagram(const IpPacket& packet) noexcept {
    if (packet.fragment) return std::nullopt;
    Datagram datagram;
    datagram.cut = packet.cut;
    if (packet.protocol == protocol_udp) {
        if (packet.payload.size() < udp_header_size) return std::nullopt;
        datagram.source = {packet.source, u16(packet.payload, 0)};
        datagram.destination = {packet.destination, u16(packet.payload, 2)};
        const std::size_t size = u16(packet.payload, 4);
        const Bytes rest = packet.payload.subspan(udp_header_size);
        std::size_t length = size < udp_header_size ? rest.size() : size - udp_header_size;
        if (length > rest.size()) {
            datagram.cut = true;
            length = rest.size();
        }
        datagram.payload = {reinterpret_cast<const char*>(rest.data()), length};
        return datagram;
    }
    const bool v4 = packet.source.family == Family::v4;
    if (packet.protocol != (v4 ? protocol_icmp : protocol_icmp6)) return std::nullopt;
    const auto quote = wire::parse_icmp(packet.source.family, v4 ? packet.whole : packet.payload);
    if (!quote) return std::nullopt;
    datagram.source = quote->source;
    datagram.destination = quote->destination;
    datagram.payload = quote->payload;
    datagram.icmp_type = quote->type;
    datagram.icmp_code = quote->code;
    datagram.icmp_from = packet.source;
    return datagram;
}

}  // namespace sipping::trace
