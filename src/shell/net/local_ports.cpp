#include "net/local_ports.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

namespace sipping::net {
namespace {

constexpr PortRange kernel_default{32768, 60999};

// "0100007F:13C4": the address in words as the CPU reads them, so their bytes are in network order
// once they are in memory again; then the port.
std::optional<Endpoint> parse_local(std::string_view text, Family family) {
    Endpoint endpoint{Address{.family = family}, 0};
    const std::size_t words = family == Family::v4 ? 1 : 4;
    if (text.size() != words * 8 + 5 || text[words * 8] != ':') return std::nullopt;
    for (std::size_t i = 0; i < words; ++i) {
        std::uint32_t word = 0;
        const char* begin = text.data() + i * 8;
        if (std::from_chars(begin, begin + 8, word, 16).ptr != begin + 8) return std::nullopt;
        std::memcpy(endpoint.address.bytes.data() + i * 4, &word, sizeof word);
    }
    const char* end = text.data() + text.size();
    if (std::from_chars(end - 4, end, endpoint.port, 16).ptr != end) return std::nullopt;
    return endpoint;
}

bool is_wildcard(const Address& address) {
    return std::ranges::all_of(address.bytes, [](std::uint8_t byte) { return byte == 0; });
}

bool in_the_way(const Address& theirs, const Address& ours) {
    if (is_wildcard(theirs)) return theirs.family == Family::v6 || ours.family == Family::v4;
    return theirs.family == ours.family && (is_wildcard(ours) || theirs.bytes == ours.bytes);
}

void collect(std::string_view table, Family family, const Address& ours,
             std::vector<std::uint16_t>& ports) {
    std::size_t line_end = table.find('\n');  // the first line is the heading
    while (line_end != std::string_view::npos) {
        table.remove_prefix(line_end + 1);
        line_end = table.find('\n');
        std::string_view line = table.substr(0, line_end);
        const std::size_t begin = line.find(": ");  // behind the line's number
        if (begin == std::string_view::npos) continue;
        line.remove_prefix(begin + 2);
        const auto local = parse_local(line.substr(0, line.find(' ')), family);
        if (local && local->port != 0 && in_the_way(unmapped(local->address), ours))
            ports.push_back(local->port);
    }
}

}  // namespace

std::string read_text(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

LocalPorts local_ports(std::uint16_t low, std::uint16_t high) {
    LocalPorts local;
    local.own_range = low != 0;
    if (local.own_range) {
        local.range = {low, high};
        local.usable = usable_ports(local.range, "");
        return local;
    }
    local.range = parse_port_range(read_text("/proc/sys/net/ipv4/ip_local_port_range"))
                      .value_or(kernel_default);
    local.usable =
        usable_ports(local.range, read_text("/proc/sys/net/ipv4/ip_local_reserved_ports"));
    return local;
}

std::vector<std::uint16_t> busy_ports(std::string_view udp, std::string_view udp6, Family family,
                                      const std::optional<Address>& bind) {
    const bool own_address = bind && bind->family == family;
    const Address ours = own_address ? *bind : Address{.family = family};
    std::vector<std::uint16_t> ports;
    collect(udp, Family::v4, ours, ports);
    collect(udp6, Family::v6, ours, ports);
    std::ranges::sort(ports);
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    return ports;
}

std::vector<std::uint16_t> busy_ports(Family family, const std::optional<Address>& bind) {
    return busy_ports(read_text("/proc/net/udp"), read_text("/proc/net/udp6"), family, bind);
}

}  // namespace sipping::net
