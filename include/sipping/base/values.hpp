// Single values a user writes, read and judged in one place, so that the command line and target
// files know the same words and the same limits. Each returns an empty string when fine, else what
// is wrong ("must be 1 to 65535"), to be put behind the culprit's name. Not an argument parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sipping/base/instant.hpp"

namespace sipping {

inline constexpr Duration interval_max = 24h;
inline constexpr Duration timeout_min = 1ms;
inline constexpr Duration timeout_max = 1h;

/// Text fit for an error message: controls as \xNN, cut after 80 bytes with "...".
[[nodiscard]] std::string shown(std::string_view text);

/// C0 controls (tab and NUL too) or DEL.
[[nodiscard]] bool has_control(std::string_view text) noexcept;

/// More than zero, at most interval_max; a bare number is milliseconds.
[[nodiscard]] std::string read_interval(std::string_view text, Duration& interval);
/// timeout_min to timeout_max; a bare number is milliseconds.
[[nodiscard]] std::string read_timeout(std::string_view text, Duration& timeout);
/// 1 to 65535.
[[nodiscard]] std::string read_port(std::string_view text, std::uint16_t& port);

/// A literal address (v6 without brackets and zone) or a host name (RFC 1123 section 2.1,
/// underscores allowed because names in use have them).
[[nodiscard]] std::string check_host(std::string_view text);

/// The user of a SIP URI, with its parameters (RFC 3261 section 25.1 `userinfo`): not empty, no
/// blank, control, or any of <>"@
[[nodiscard]] std::string check_uri_user(std::string_view text);
/// Its host, perhaps with a port: beside those no ';' and no zone.
[[nodiscard]] std::string check_uri_host(std::string_view text);

/// Looks like a URI with a scheme (RFC 3261 section 19.1.1): no blank, control, quote, < or >, no
/// zone, an IPv6 address in brackets.
[[nodiscard]] std::string check_uri(std::string_view text);

/// An IPv6 address with a zone ("fe80::1%eth0", "sip:[fe80::1%25eth0]", RFC 6874) is in it, which
/// must not leave this box (RFC 4007 section 11.2).
[[nodiscard]] bool has_zone(std::string_view text) noexcept;

}  // namespace sipping
