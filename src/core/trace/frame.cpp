#include "sipping/trace/frame.hpp"

#include <algorithm>

#include "sipping/wire/icmp_quote.hpp"

namespace sipping::trace {
namespace {

constexpr std::size_t v4_header_size = 20;
constexpr std::size_t v6_header_size = 40;
constexpr int extensions_max = 8;

Address address(Family family, Bytes bytes, std::size_t at) noexcept {
    Address result;
    result.family = family;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), family == Family::v4 ? 4 : 16,
                result.bytes.begin());
    return result;
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
    return packet;
}

}  // namespace

bool take_headers(IpPacket& packet) noexcept {
    constexpr std::uint8_t hop_by_hop = 0, routing = 43, fragment = 44, destination = 60, ah = 51;
    const bool v6 = packet.source.family == Family::v6;
    for (int count = 0; count < extensions_max && !packet.fragment; ++count) {
        const std::uint8_t kind = packet.protocol;
        const bool of_v6 = v6 && (kind == hop_by_hop || kind == routing || kind == destination ||
                                  kind == fragment);
        if (!of_v6 && kind != ah) return true;
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
    }
    return packet.fragment;  // what follows is inside what has to be put together
}

std::optional<IpPacket> read_ip(Bytes bytes) noexcept {
    if (bytes.empty()) return std::nullopt;
    std::optional<IpPacket> packet;
    if (bytes[0] >> 4 == 4) packet = read_v4(bytes);
    if (bytes[0] >> 4 == 6) packet = read_v6(bytes);
    if (packet && !take_headers(*packet)) return std::nullopt;
    return packet;
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
