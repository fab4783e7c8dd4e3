#include "sipping/base/endpoint.hpp"

#include <arpa/inet.h>  // text <-> bytes only

#include <fmt/format.h>

#include <algorithm>

namespace sipping {

bool Address::is_loopback() const noexcept {
    if (family == Family::v4) return bytes[0] == 127;
    static constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0,
                                                      0, 0, 0, 0, 0, 0, 0, 1};
    static constexpr std::array<std::uint8_t, 13> mapped_127{0, 0, 0, 0,    0,    0,  0,
                                                             0, 0, 0, 0xff, 0xff, 127};
    return bytes == one || std::equal(mapped_127.begin(), mapped_127.end(), bytes.begin());
}

std::optional<Address> parse_address(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.empty() || text.size() >= copy.size()) return std::nullopt;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    std::copy(text.begin(), text.end(), copy.begin());
    Address address;
    if (inet_pton(AF_INET, copy.data(), address.bytes.data()) == 1) return address;
    address.family = Family::v6;
    if (inet_pton(AF_INET6, copy.data(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

std::optional<Address> parse_sip_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    return parse_address(text);
}

Address unmapped(const Address& address) noexcept {
    constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.family == Family::v4 ||
        !std::equal(prefix.begin(), prefix.end(), address.bytes.begin()))
        return address;
    Address v4;
    std::copy_n(address.bytes.begin() + prefix.size(), 4, v4.bytes.begin());
    return v4;
}

bool is_link_local(const Address& address) noexcept {
    if (address.family == Family::v4) return false;
    const auto& bytes = address.bytes;
    return (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) ||
           (bytes[0] == 0xff && (bytes[1] & 0x0f) == 0x02);
}

std::string_view write_address(const Address& address,
                               std::span<char, address_text_max> out) noexcept {
    static_assert(address_text_max >= INET6_ADDRSTRLEN);
    const int family = address.family == Family::v4 ? AF_INET : AF_INET6;
    inet_ntop(family, address.bytes.data(), out.data(), out.size());
    return out.data();
}

std::string to_string(const Address& address) {
    std::array<char, address_text_max> text;
    return std::string(write_address(address, text));
}

std::string to_host(const Address& address) {
    if (address.family == Family::v4) return to_string(address);
    return fmt::format("[{}]", to_string(address));
}

std::string to_host(std::string_view host) {
    const auto address = parse_address(host);
    return address ? to_host(*address) : std::string{host};
}

std::string to_string(const Endpoint& endpoint) {
    return fmt::format("{}:{}", to_host(endpoint.address), endpoint.port);
}

}  // namespace sipping
