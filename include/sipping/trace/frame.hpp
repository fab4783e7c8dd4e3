// From a captured frame to the IP packet in it, and from that to a UDP payload or an ICMP error.
// Pure bytes to values; hostile input, of which nothing is trusted and nothing copied. Knows no
// capture files (shell/capture does) and no SIP.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sipping/base/endpoint.hpp"

namespace sipping::trace {

using Bytes = std::span<const std::uint8_t>;

/// Link types as libpcap returns them from pcap_datalink(), and as files number them
/// (tcpdump.org/linktypes.html); the two differ for raw IP only.
[[nodiscard]] bool is_known_link(int link) noexcept;
/// "Ethernet", "Linux cooked v1", "raw IP", ...; "link type 105" of others is up to the caller.
[[nodiscard]] std::string_view link_name(int link) noexcept;

struct IpPacket {
    Address source;
    Address destination;
    std::uint8_t protocol = 0;  ///< of what follows all headers
    bool fragment = false;
    bool more_fragments = false;
    std::uint32_t fragment_at = 0;  ///< offset in bytes
    std::uint32_t id = 0;           ///< of its fragments
    bool cut = false;               ///< the capture kept less than there was
    Bytes whole;                    ///< with the IPv4 header, as wire::parse_icmp wants it
    Bytes payload;
};

/// The IP packet in a frame: behind Ethernet with any number of VLAN tags (802.1Q, 802.1ad), Linux
/// cooked v1 and v2, BSD loopback, or nothing (raw IP). Nothing for what is no IP, or broken.
[[nodiscard]] std::optional<IpPacket> read_frame(int link, Bytes frame) noexcept;

/// The same of bytes that begin with an IP header.
[[nodiscard]] std::optional<IpPacket> read_ip(Bytes packet) noexcept;

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
