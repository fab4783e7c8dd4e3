// Where ICMP errors about our datagrams come from: raw sockets. Without CAP_NET_RAW it is the error
// queue of the socket that sent (error_queue.hpp). Reads only; whose probe it was is not known
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/fd.hpp"
#include "sipping/probe/transport.hpp"

namespace sipping::net {

struct IcmpSockets {
    io::Fd v4;
    io::Fd v6;
    [[nodiscard]] bool any() const noexcept { return static_cast<bool>(v4) || v6; }
};

/// A raw ICMP socket per family that passes errors only. Empty when one of them is not permitted.
[[nodiscard]] IcmpSockets open_raw_icmp(bool v4, bool v6, const std::string& device);

/// A packet from the raw socket of `family`, sent by `from`. `at` is left to the caller. Nothing
/// when it is no error about a UDP datagram.
[[nodiscard]] std::optional<probe::IcmpArrival> read_raw_icmp(
    Family family, const Address& from, std::span<const std::uint8_t> packet) noexcept;

}  // namespace sipping::net
