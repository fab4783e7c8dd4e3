// An IP address and port as plain values, and their text forms. Knows no sockets and no names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sipping {

enum class Family : std::uint8_t { v4, v6 };

struct Address {
    std::array<std::uint8_t, 16> bytes{};  ///< network order; v4 uses the first four
    std::uint32_t scope = 0;               ///< interface index of a link-local v6 address
    Family family = Family::v4;

    friend bool operator==(const Address&, const Address&) = default;

    [[nodiscard]] bool is_loopback() const noexcept;
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0;

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "192.0.2.1", "2001:db8::1" (no brackets, no scope). Nothing if it is not a literal address.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
/// The same, or one in brackets, as SIP writes IPv6 addresses.
[[nodiscard]] std::optional<Address> parse_sip_address(std::string_view text);

/// An IPv4 address that is written as an IPv6 one ("::ffff:192.0.2.1", RFC 4291 section 2.5.5.2) as
/// the IPv4 address it is: packets to it are IPv4. Others as they are.
[[nodiscard]] Address unmapped(const Address& address) noexcept;

/// fe80::/10 or a multicast address of that scope: which link it is on must be said besides.
[[nodiscard]] bool is_link_local(const Address& address) noexcept;

/// Room for the longest address text.
inline constexpr std::size_t address_text_max = 46;
/// RFC 5952 text without brackets, without allocation; the view is into `out`.
[[nodiscard]] std::string_view write_address(const Address& address,
                                             std::span<char, address_text_max> out) noexcept;

/// The same as a string.
[[nodiscard]] std::string to_string(const Address& address);

/// As a host in a URI or Via: v6 in brackets (RFC 3261 section 25.1 `IPv6reference`).
[[nodiscard]] std::string to_host(const Address& address);
/// The same for a host that may be a name or have its brackets already.
[[nodiscard]] std::string to_host(std::string_view host);

/// "192.0.2.1:5060", "[2001:db8::1]:5060".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

}  // namespace sipping
