// The one error enum of the decoders: what a datagram is when it is not what was hoped for.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::wire {

enum class [[nodiscard]] DecodeError : std::uint8_t{
    ok = 0,
    keep_alive,          ///< only CR, LF or NUL bytes, or empty (RFC 5626 section 3.5.1)
    request,             ///< a SIP request: see request.hpp
    not_sip,             ///< neither a status line nor a request line
    bad_status_line,     ///< "SIP/" but not version 2.0, code not 100..699, or not terminated
    bad_header,          ///< a header line without a name or colon, or the header block never ends
    bad_call_id,         ///< present, but empty or not one token
    bad_via,             ///< top Via present but not parseable
    bad_cseq,            ///< present, but not "number method" with number < 2^31 (section 8.1.1.5)
    bad_from,            ///< present, but not parseable
    bad_content_length,  ///< not a number, or repeated with another value
    truncated,           ///< Content-Length exceeds what came (section 18.3: discard)
    too_many_headers,    ///< more header lines than header_limit
};
inline constexpr int decode_error_count = 13;

/// A word for logs and counters: "bad-header".
[[nodiscard]] std::string_view to_string(DecodeError error) noexcept;

}  // namespace sipping::wire
