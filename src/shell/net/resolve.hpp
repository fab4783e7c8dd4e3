// Host names to addresses (getaddrinfo), and the source address the kernel would really use.
// Blocking: for before the first probe, or for a thread of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sipping/base/endpoint.hpp"

namespace sipping::net {

struct Resolved {
    std::vector<Address> addresses;  ///< in the resolver's order, without repeats
    std::string error;               ///< non-empty: why there are none
};
[[nodiscard]] Resolved resolve(const std::string& host, std::optional<Family> family);

/// connect() on a scratch UDP socket and getsockname(): where the kernel routes from. Honours the
/// bind address and device. Nothing (and errno) when there is no route.
[[nodiscard]] std::optional<Address> source_address(const Endpoint& to,
                                                    const std::optional<Address>& bind,
                                                    const std::string& device);

}  // namespace sipping::net
