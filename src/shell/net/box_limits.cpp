#include "net/box_limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sipping::net {
namespace {

std::optional<std::int64_t> read_number(const char* path) {
    std::int64_t value = 0;
    if (!(std::ifstream(path) >> value)) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> read_count(const char* path) {
    const auto value = read_number(path);
    // udp_hash_entries is negative in a network namespace that shares its parent's table.
    return value ? std::optional{static_cast<std::uint64_t>(std::abs(*value))} : std::nullopt;
}

}  // namespace

BoxLimits read_box_limits(std::uint16_t low, std::uint16_t high, Family family,
                          const std::optional<Address>& bind) {
    BoxLimits limits;
    limits.ports = local_ports(low, high);
    std::ranges::set_difference(limits.ports.usable, busy_ports(family, bind),
                                std::back_inserter(limits.free_ports));
    limits.descriptors = descriptor_limit();
    limits.hash_slots = read_count("/proc/sys/net/ipv4/udp_hash_entries");
    limits.conntrack_count = read_count("/proc/sys/net/netfilter/nf_conntrack_count");
    limits.conntrack_max = read_count("/proc/sys/net/netfilter/nf_conntrack_max");
    return limits;
}

}  // namespace sipping::net
