// IP packets, the UDP datagrams and the ICMP errors in them. Pure bytes to values; hostile input,
// of which nothing is trusted and nothing copied. Knows no SIP, and not what packets are wrapped
// in (layers.hpp does).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/trace/bytes.hpp"

namespace sipping::trace {

inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;
inline constexpr std::uint8_t protocol_icmp6 = 58;
inline constexpr std::uint8_t protocol_sctp = 132;
inline constexpr std::size_t udp_header_size = 8;

struct IpPacket {
    Address source;
    Address destination;
    std::uint8_t protocol = 0;  ///< of what follows all headers
    bool fragment = false;
    bool more_fragments = false;
    bool cut = false;               ///< the capture kept less than there was
    std::uint8_t depth = 0;         ///< layers around it
    std::uint32_t fragment_at = 0;  ///< offset in bytes
    std::uint32_t id = 0;           ///< of its fragments
    Bytes whole;                    ///< with its header, as far as it is there
    Bytes payload;
};

/// Of bytes that begin with an IP header. Nothing where there is none, or a broken one.
[[nodiscard]] std::optional<IpPacket> read_ip(Bytes bytes) noexcept;
/// Takes extension headers (RFC 8200 section 4) and AH off the front of the payload, up to a
/// fragment's; read_ip() has done so. False: broken.
[[nodiscard]] bool take_headers(IpPacket& packet) noexcept;

struct Datagram {
    Endpoint source;
    Endpoint destination;
    std::string_view payload;
    bool cut = false;
    // An ICMP error: `payload` is what it quotes, source and destination are of the quoted
    // datagram, and this is the error. Type 0 is never an error: it is UDP.
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;
    Address icmp_from;

    [[nodiscard]] bool is_icmp() const noexcept { return icmp_type != 0; }
};

/// Of a packet that is whole (no fragment). Nothing for other protocols.
[[nodiscard]] std::optional<Datagram> read_datagram(const IpPacket& packet) noexcept;

}  // namespace sipping::trace
