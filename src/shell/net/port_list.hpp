// The source ports a pool may use, in an own random order, used round and round: a port rests until
// all others had their turn. Knows no sockets. One per address family.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sipping/base/prng.hpp"

namespace sipping::net {

struct PortRange {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
};

/// "32768\t60999" as in ip_local_port_range.
[[nodiscard]] std::optional<PortRange> parse_port_range(std::string_view text);
/// The ports of `range` that are not in `reserved`, written as in ip_local_reserved_ports:
/// "8080,9148-9200".
[[nodiscard]] std::vector<std::uint16_t> usable_ports(PortRange range, std::string_view reserved);
/// Fewer than this we never leave to the rest of the host, unless told to.
inline constexpr std::size_t ports_left_min = 64;
/// How many of `usable` ports are left to the rest of the host: 2 %, at least 64.
[[nodiscard]] constexpr std::size_t ports_left_free(std::size_t usable) noexcept {
    return usable / 50 < ports_left_min ? ports_left_min : usable / 50;
}

/// From getrandom(2). Throws std::system_error.
[[nodiscard]] Key random_key();

class PortList {
public:
    PortList() = default;
    PortList(std::vector<std::uint16_t> ports, Key key);

    /// Ports that are neither taken nor in use by others as far as we know.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// The next port; nothing when all are taken. Never allocates.
    [[nodiscard]] std::optional<std::uint16_t> take() noexcept;
    /// Puts a port at the end of the line.
    void give_back(std::uint16_t port) noexcept;

private:
    std::vector<std::uint16_t> ports_;  // a ring: the line begins at head_ and has size_ ports
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

}  // namespace sipping::net
