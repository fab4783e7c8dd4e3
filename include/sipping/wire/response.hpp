// Decodes SIP responses into views of the datagram. No allocation, no exception, no copy.
// Tolerant where an answer can still be told apart (a missing Via is a finding, not garbage),
// strict where the grammar decides what the datagram is. Views are hostile text.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::wire {

enum class [[nodiscard]] DecodeError : std::uint8_t {
    ok = 0,
    keep_alive,       ///< only CR, LF or NUL bytes, or empty (RFC 5626 section 3.5.1)
    request,          ///< a SIP request: see request.hpp
    not_sip,          ///< neither a status line nor a request line
    bad_status_line,  ///< "SIP/" but not version 2.0, code not 100..699, or not terminated
    bad_header,       ///< a header line without a name or colon, or the header block never ends
    bad_call_id,      ///< present, but empty or not one token
    bad_via,          ///< top Via present but not parseable
    bad_cseq,         ///< present, but not "number method" with number < 2^31 (section 8.1.1.5)
    bad_from,         ///< present, but not parseable
    bad_content_length,  ///< not a number, or repeated with another value
    truncated,        ///< Content-Length exceeds what came (section 18.3: discard)
    too_many_headers,    ///< more header lines than header_limit
};
inline constexpr int decode_error_count = 13;
[[nodiscard]] std::string_view to_string(DecodeError error) noexcept;

inline constexpr int header_limit = 512;

/// Topmost Via (RFC 3261 section 20.42, RFC 3581). Absent parameters are empty / 0.
struct Via {
    std::string_view transport;  ///< "UDP"
    std::string_view host;       ///< sent-by host, brackets kept
    std::uint16_t port = 0;      ///< sent-by port; 0 when absent
    std::string_view branch;
    std::string_view received;
    std::uint16_t rport = 0;
    bool has_rport = false;  ///< present, maybe without value
};

struct Response {
    std::uint16_t status = 0;
    std::string_view status_line;  ///< whole first line without its line end
    std::string_view reason;
    bool has_via = false;
    Via via;
    std::uint32_t via_count = 0;  ///< more than one means misrouted (section 8.1.3.3)
    std::string_view call_id;     ///< empty when absent
    std::string_view from_tag;
    std::string_view to_tag;
    std::uint32_t cseq = 0;       ///< 0 when absent
    std::string_view cseq_method;
    std::int64_t retry_after_s = -1;  ///< -1 when absent or unreadable (section 20.33)
    std::string_view body;
};

/// `datagram` must outlive `response`. Compact, folded and any-case headers are understood
/// (sections 7.3.1, 7.3.3, 20); a bare LF ends a line too, as the field does it.
DecodeError decode_response(std::string_view datagram, Response& response) noexcept;

/// The Call-ID's ten digits (before any '@'), or 0.
[[nodiscard]] std::uint64_t call_id_number(std::string_view call_id) noexcept;

/// Reads a branch that write_branch() wrote; false when it has another form.
[[nodiscard]] bool parse_branch(std::string_view branch, std::uint64_t& call_id,
                                std::uint64_t& proof) noexcept;

}  // namespace sipping::wire
