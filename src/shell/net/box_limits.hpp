// What this box says about its limits before anything is opened. Reads /proc; changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "net/descriptors.hpp"
#include "net/local_ports.hpp"

namespace sipping::net {

struct BoxLimits {
    LocalPorts ports;
    std::vector<std::uint16_t> free_ports;  ///< usable ones that nobody holds
    DescriptorLimit descriptors;            ///< as this process was given them
    /// net.ipv4.udp_hash_entries; empty: not told (kernels before 6.2).
    std::optional<std::uint64_t> hash_slots;
    std::optional<std::uint64_t> conntrack_count;  ///< empty: no connection tracking here
    std::optional<std::uint64_t> conntrack_max;

    [[nodiscard]] std::size_t reserved() const noexcept {
        return std::size_t{ports.range.high} - ports.range.low + 1 - ports.usable.size();
    }
    [[nodiscard]] std::size_t held_by_others() const noexcept {
        return ports.usable.size() - free_ports.size();
    }
};

/// `low` 0: the kernel's range. Throws std::system_error.
[[nodiscard]] BoxLimits read_box_limits(std::uint16_t low, std::uint16_t high, Family family,
                                        const std::optional<Address>& bind);

}  // namespace sipping::net
