// Which UDP ports this box may give to a socket of ours: the kernel's range or the user's, less the
// reserved ones; and which of them others hold. Reads /proc; opens no socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/port_list.hpp"
#include "sipping/base/endpoint.hpp"

namespace sipping::net {

/// The file as text; empty when it cannot be read.
[[nodiscard]] std::string read_text(const char* path);

struct LocalPorts {
    PortRange range;
    bool own_range = false;  ///< the user's: nothing is reserved then, and none left to others
    std::vector<std::uint16_t> usable;
};

/// With `low` 0 net.ipv4.ip_local_port_range less ip_local_reserved_ports (both families use them).
[[nodiscard]] LocalPorts local_ports(std::uint16_t low, std::uint16_t high);

/// The ports of /proc/net/udp and /proc/net/udp6 that a bind would meet with EADDRINUSE, each once,
/// in order. `bind`: our address, if its family is the same; else the wildcard. A socket on `::` is
/// taken to hold the port for IPv4 too, as is the default (net.ipv6.bindv6only); ours do not.
[[nodiscard]] std::vector<std::uint16_t> busy_ports(std::string_view udp, std::string_view udp6,
                                                    Family family,
                                                    const std::optional<Address>& bind);
/// The same of this box now; sockets of other network namespaces are not seen and hold nothing.
[[nodiscard]] std::vector<std::uint16_t> busy_ports(Family family,
                                                    const std::optional<Address>& bind);

}  // namespace sipping::net
