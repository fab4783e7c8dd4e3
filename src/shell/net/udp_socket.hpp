// One socket of the pool: opened, tuned and bound. Unconnected and blocking: an ICMP error about
// one target then never disturbs a datagram to another (udp(7)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/fd.hpp"
#include "sipping/base/endpoint.hpp"

namespace sipping::net {

struct SocketSettings {
    std::optional<Address> bind;  ///< for sockets of its family; else the wildcard address
    std::string device;
    std::uint8_t dscp = 0;
    std::uint8_t ttl = 0;
    bool pktinfo = false;
    bool error_queue = false;  ///< IP_RECVERR: ICMP errors are kept for MSG_ERRQUEUE
    bool send_stamps = false;  ///< so are the times of sends, where the kernel knows how
    std::uint32_t receive_buffer_bytes = 0;
};

enum class OpenStep : std::uint8_t { none, socket, option, device, bind };

struct OpenedSocket {
    io::Fd fd;
    std::uint16_t port = 0;
    OpenStep failed_at = OpenStep::none;
    int error = 0;

    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(fd); }
};

/// Binds to exactly `port`; EADDRINUSE when somebody else has it. `port` 0 (any) is for a scratch
/// socket only: it gets slow in a crowded range (ARCHITECTURE.md).
[[nodiscard]] OpenedSocket open_udp_socket(const SocketSettings& settings, Family family,
                                           std::uint16_t port) noexcept;

}  // namespace sipping::net
