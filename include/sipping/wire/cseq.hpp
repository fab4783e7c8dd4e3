// The CSeq header: "number method" (RFC 3261 sections 8.1.1.5 and 20.16).
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::wire {

/// False unless it is a number below 2^31, blanks, and a method.
[[nodiscard]] bool parse_cseq(std::string_view value, std::uint32_t& number,
                              std::string_view& method) noexcept;

}  // namespace sipping::wire
