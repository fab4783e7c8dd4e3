// The first line of a request: "OPTIONS sip:example.org SIP/2.0" (RFC 3261 section 7.1).
#pragma once

#include <string_view>

namespace sipping::wire {

/// True when the line ends in a SIP version, whatever its faults: enough to say that somebody sent
/// a request.
[[nodiscard]] bool looks_like_request(std::string_view line) noexcept;

/// Method, one blank, URI without blanks or brackets, one blank, "SIP/2.0"; nothing else.
[[nodiscard]] bool parse_request_line(std::string_view line, std::string_view& method,
                                      std::string_view& uri) noexcept;

}  // namespace sipping::wire
