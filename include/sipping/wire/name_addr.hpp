// The tag of a From or To header (RFC 3261 sections 19.3, 20.10 and 20.20). The URI and the display
// name are only stepped over.
#pragma once

#include <string_view>

namespace sipping::wire {

/// `tag` is empty when there is none. False when the value is empty, a quote or bracket in it never
/// ends, or something that is no parameter follows the address.
[[nodiscard]] bool parse_tag(std::string_view value, std::string_view& tag) noexcept;

}  // namespace sipping::wire
