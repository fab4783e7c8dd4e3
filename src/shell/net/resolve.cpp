#include "net/resolve.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/fd.hpp"
#include "net/socket_address.hpp"

namespace sipping::net {

Resolved resolve(const std::string& host, std::optional<Family> family) {
    addrinfo hints{};
    hints.ai_family = family ? domain_of(*family) : AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;  // one entry per address
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    Resolved resolved;
    if (error != 0) {
        resolved.error = error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error);
        return resolved;
    }
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
        SocketAddress address{};
        std::memcpy(&address, entry->ai_addr,
                    std::min<std::size_t>(entry->ai_addrlen, sizeof address));
        const Address found = to_endpoint(address).address;
        if (std::ranges::find(resolved.addresses, found) == resolved.addresses.end())
            resolved.addresses.push_back(found);
    }
    ::freeaddrinfo(list);
    if (resolved.addresses.empty()) resolved.error = "it has no IP address";
    return resolved;
}

std::optional<Address> source_address(const Endpoint& to, const std::optional<Address>& bind,
                                      const std::string& device) {
    const int domain = domain_of(to.address.family);
    const io::Fd scratch{::socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!scratch) return std::nullopt;
    if (!device.empty() && ::setsockopt(scratch.get(), SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                                        static_cast<socklen_t>(device.size())) != 0)
        return std::nullopt;
    SocketAddress address{};
    if (bind && bind->family == to.address.family) {
        const socklen_t length = to_socket_address({*bind, 0}, address);
        if (::bind(scratch.get(), &address.any, length) != 0) return std::nullopt;
    }
    socklen_t length = to_socket_address(to, address);
    if (::connect(scratch.get(), &address.any, length) != 0) return std::nullopt;
    length = sizeof address;
    if (::getsockname(scratch.get(), &address.any, &length) != 0) return std::nullopt;
    return to_endpoint(address).address;
}

}  // namespace sipping::net
