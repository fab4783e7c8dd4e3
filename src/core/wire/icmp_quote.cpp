#include "sipping/wire/icmp_quote.hpp"

#include <algorithm>

#include "sipping/wire/response.hpp"

namespace sipping::wire {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t icmp_header_size = 8;
constexpr std::size_t udp_header_size = 8;
constexpr std::size_t v4_header_size = 20;  // without options
constexpr std::size_t v6_header_size = 40;
constexpr std::size_t v6_fragment_size = 8;
constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t protocol_fragment = 44;

std::uint16_t read_u16(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

Address read_address(Family family, Bytes bytes, std::size_t at) noexcept {
    Address address;
    address.family = family;
    const std::size_t length = family == Family::v4 ? 4 : 16;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, address.bytes.begin());
    return address;
}

// Size of the IPv4 header at the front, or 0 when there is no whole one for this protocol.
std::size_t v4_header(Bytes packet, std::uint8_t protocol) noexcept {
    if (packet.size() < v4_header_size || packet[0] >> 4 != 4) return 0;
    const std::size_t size = std::size_t{packet[0] & 0xfU} * 4;
    if (size < v4_header_size || size > packet.size() || packet[9] != protocol) return 0;
    return size;
}

// The same for a quoted IPv6 header with UDP behind it, or behind a first fragment's header; our
// packets have no other extensions.
std::size_t v6_udp_header(Bytes packet) noexcept {
    if (packet.size() < v6_header_size || packet[0] >> 4 != 6) return 0;
    if (packet[6] == protocol_udp) return v6_header_size;
    if (packet[6] != protocol_fragment || packet.size() < v6_header_size + v6_fragment_size)
        return 0;
    const bool first = (read_u16(packet, v6_header_size + 2) & 0xfff8) == 0;
    if (packet[v6_header_size] != protocol_udp || !first) return 0;
    return v6_header_size + v6_fragment_size;
}

bool is_error(Family family, std::uint8_t type) noexcept {
    if (family == Family::v4) return type == 3 || type == 11 || type == 12;
    return type >= 1 && type <= 4;
}

// The quoted datagram without the extensions that may follow it (RFC 4884 section 4: its length in
// words of 4 or 8 bytes, 0 when there are none).
Bytes quoted_packet(Family family, Bytes message) noexcept {
    const Bytes quote = message.subspan(icmp_header_size);
    const std::size_t length =
        family == Family::v4 ? std::size_t{message[5]} * 4 : std::size_t{message[4]} * 8;
    const bool extended =
        length != 0 && (family == Family::v4 || message[0] == 1 || message[0] == 3);
    return extended ? quote.first(std::min(length, quote.size())) : quote;
}

}  // namespace

std::optional<IcmpQuote> parse_icmp(Family family, std::span<const std::uint8_t> packet) noexcept {
    Bytes message = packet;
    if (family == Family::v4) {
        const std::size_t size = v4_header(packet, protocol_icmp);
        if (size == 0) return std::nullopt;
        message = packet.subspan(size);
    }
    if (message.size() < icmp_header_size || !is_error(family, message[0])) return std::nullopt;

    const Bytes quote = quoted_packet(family, message);
    const std::size_t size =
        family == Family::v4 ? v4_header(quote, protocol_udp) : v6_udp_header(quote);
    if (size == 0 || quote.size() < size + udp_header_size) return std::nullopt;
    // A later fragment has no ports (RFC 791: offset in the low 13 bits).
    if (family == Family::v4 && (read_u16(quote, 6) & 0x1fff) != 0) return std::nullopt;

    IcmpQuote result;
    result.type = message[0];
    result.code = message[1];
    const bool v4 = family == Family::v4;
    result.source = {read_address(family, quote, v4 ? 12 : 8), read_u16(quote, size)};
    result.destination = {read_address(family, quote, v4 ? 16 : 24), read_u16(quote, size + 2)};
    const std::size_t udp_size = std::max<std::size_t>(read_u16(quote, size + 4), udp_header_size);
    const Bytes payload = quote.subspan(size + udp_header_size);
    result.payload = {reinterpret_cast<const char*>(payload.data()),
                      std::min(payload.size(), udp_size - udp_header_size)};
    return result;
}

std::uint64_t quoted_call_id(std::string_view payload) noexcept {
    constexpr std::size_t digits = 10;
    for (const std::string_view marker : {"\r\nCall-ID: ", ";branch=z9hG4bK"}) {
        const std::size_t at = payload.find(marker);
        if (at == std::string_view::npos) continue;
        const std::uint64_t number = call_id_number(payload.substr(at + marker.size(), digits));
        if (number != 0) return number;
    }
    return 0;
}

}  // namespace sipping::wire
