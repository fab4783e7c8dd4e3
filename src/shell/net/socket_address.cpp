#include "net/socket_address.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace sipping::net {

socklen_t to_socket_address(const Endpoint& endpoint, SocketAddress& out) noexcept {
    const Address& address = endpoint.address;
    if (address.family == Family::v4) {
        out.v4 = sockaddr_in{};
        out.v4.sin_family = AF_INET;
        out.v4.sin_port = htons(endpoint.port);
        std::memcpy(&out.v4.sin_addr, address.bytes.data(), sizeof out.v4.sin_addr);
        return sizeof out.v4;
    }
    out.v6 = sockaddr_in6{};
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(endpoint.port);
    out.v6.sin6_scope_id = address.scope;
    std::memcpy(&out.v6.sin6_addr, address.bytes.data(), sizeof out.v6.sin6_addr);
    return sizeof out.v6;
}

Address to_address(const in_addr& address) noexcept {
    Address result;
    std::memcpy(result.bytes.data(), &address, sizeof address);
    return result;
}

Address to_address(const in6_addr& address) noexcept {
    Address result;
    result.family = Family::v6;
    std::memcpy(result.bytes.data(), &address, sizeof address);
    return result;
}

Endpoint to_endpoint(const SocketAddress& address) noexcept {
    if (address.any.sa_family == AF_INET6) {
        Endpoint endpoint{to_address(address.v6.sin6_addr), ntohs(address.v6.sin6_port)};
        endpoint.address.scope = address.v6.sin6_scope_id;
        return endpoint;
    }
    if (address.any.sa_family == AF_INET)
        return {to_address(address.v4.sin_addr), ntohs(address.v4.sin_port)};
    return {};
}

}  // namespace sipping::net
