// Reads ICMP and ICMPv6 errors and the packet they quote, which names the probe they are about.
// Pure bytes to values; hostile input.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sipping/base/endpoint.hpp"

namespace sipping::wire {

struct IcmpQuote {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    Endpoint source;           ///< of the quoted UDP datagram: our address and port
    Endpoint destination;      ///< of the quoted UDP datagram: the target
    std::string_view payload;  ///< what was quoted of the UDP payload, maybe empty
};

/// `packet` as a raw ICMP socket delivers it: with the IPv4 header for v4, without for v6 (raw(7)).
/// Only errors about UDP (RFC 792, RFC 4443 section 3; destination unreachable, time exceeded,
/// packet too big, parameter problem); anything else gives nothing.
[[nodiscard]] std::optional<IcmpQuote> parse_icmp(Family family,
                                                  std::span<const std::uint8_t> packet) noexcept;

/// The ten digits of the Call-ID inside a quoted (perhaps cut) request of ours, or 0. When the
/// Call-ID header was cut off they are taken from the Via branch, which stands before it: a router
/// may quote as little as 128 bytes (RFC 4884 section 4).
[[nodiscard]] std::uint64_t quoted_call_id(std::string_view payload) noexcept;

}  // namespace sipping::wire
