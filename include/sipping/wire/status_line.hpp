// The first line of a response: "SIP/2.0 200 OK" (RFC 3261 section 7.2).
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::wire {

/// `line` is without its line end. True for version 2.0 (any case, section 7.1) and a code within
/// 100..699. The reason may be empty, and the blank before it may then be missing.
[[nodiscard]] bool parse_status_line(std::string_view line, std::uint16_t& status,
                                     std::string_view& reason) noexcept;

}  // namespace sipping::wire
