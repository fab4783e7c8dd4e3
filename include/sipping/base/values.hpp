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

/// A literal address (v6 without brackets, a %zone may follow) or a host name (RFC 1123 section
/// 2.1, underscores allowed because names in use have them).
[[nodiscard]] std::string check_host(std::string_view text);

/// The user or domain of a SIP URI: not empty, no blank, control, quote or any of <>;@
[[nodiscard]] std::string check_uri_part(std::string_view text);

/// Looks like a URI with a scheme (RFC 3261 section 19.1.1): no blank, control, quote, < or >.
[[nodiscard]] std::string check_uri(std::string_view text);

}  // namespace sipping
