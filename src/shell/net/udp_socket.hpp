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

/// Opened and tuned, on no port yet: for those who time the bind.
[[nodiscard]] OpenedSocket open_unbound_socket(const SocketSettings& settings,
                                               Family family) noexcept;
/// Binds what open_unbound_socket() returned to exactly `port`; EADDRINUSE when somebody else has
/// it. After a failure the socket is still open and may try another port. `port` 0 (any) is for a
/// scratch socket only: it gets slow in a crowded range (ARCHITECTURE.md).
void bind_socket(OpenedSocket& socket, const SocketSettings& settings, Family family,
                 std::uint16_t port) noexcept;
/// Gives back a port that the kernel chose (`port` 0): the socket may be bound again.
void unbind_socket(OpenedSocket& socket) noexcept;
/// Open and bind in one; not open when either failed.
[[nodiscard]] OpenedSocket open_udp_socket(const SocketSettings& settings, Family family,
                                           std::uint16_t port) noexcept;

/// Throws std::runtime_error with what the user can do about a failure that the next port would
/// meet as well.
[[noreturn]] void refuse(const OpenedSocket& failed, const SocketSettings& settings, Family family,
                         std::uint16_t port);

}  // namespace sipping::net
