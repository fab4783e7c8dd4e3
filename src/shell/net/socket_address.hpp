// Endpoints to the kernel's socket addresses and back. No sockets here.
#pragma once

#include <netinet/in.h>

#include "sipping/base/endpoint.hpp"

namespace sipping::net {

union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

[[nodiscard]] constexpr int domain_of(Family family) noexcept {
    return family == Family::v4 ? AF_INET : AF_INET6;
}

/// Fills `out` and returns its length. A link-local address carries its scope along.
socklen_t to_socket_address(const Endpoint& endpoint, SocketAddress& out) noexcept;

[[nodiscard]] Endpoint to_endpoint(const SocketAddress& address) noexcept;
[[nodiscard]] Address to_address(const in_addr& address) noexcept;
[[nodiscard]] Address to_address(const in6_addr& address) noexcept;

}  // namespace sipping::net
