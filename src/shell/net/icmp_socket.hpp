// Where ICMP errors about our datagrams come from: raw sockets (with CAP_NET_RAW) or the error
// queue of the socket that sent (IP_RECVERR, IPV6_RECVERR). Reads only; whose probe it was is not
// known here.
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

struct QueuedError {
    bool empty = false;                      ///< the queue held nothing
    std::optional<probe::IcmpArrival> icmp;  ///< nothing: the error was our own kernel's
};
/// Takes one entry off the socket's error queue (recvmsg with MSG_ERRQUEUE, ip(7)). `at` and
/// `local_port` are left to the caller.
[[nodiscard]] QueuedError take_queued_error(int fd) noexcept;

/// Clears an error that is pending on the socket itself (SO_ERROR, socket(7)).
void clear_pending_error(int fd) noexcept;

}  // namespace sipping::net
