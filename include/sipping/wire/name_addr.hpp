// The tag of a From or To header (RFC 3261 sections 19.3, 20.10 and 20.20). The URI and the display
// name are only stepped over.
#pragma once

#include <string_view>

namespace sipping::wire {

/// Steps over display name and URI; `rest` then holds the header's parameters. Without angle
/// brackets the first semicolon begins them (section 20.10). False as for parse_tag().
[[nodiscard]] bool take_address(std::string_view& rest) noexcept;

/// `tag` is empty when there is none. False when the value is empty, a quote or bracket in it never
/// ends, or something that is no parameter follows the address.
[[nodiscard]] bool parse_tag(std::string_view value, std::string_view& tag) noexcept;

}  // namespace sipping::wire
