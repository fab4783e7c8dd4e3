// Decodes SIP responses into views of the datagram. No allocation, no exception, no copy.
// Tolerant where an answer can still be told apart (a missing Via is a finding, not garbage),
// strict where the grammar decides what the datagram is. Views are hostile text.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/wire/decode_error.hpp"
#include "sipping/wire/via.hpp"

namespace sipping::wire {

struct Response {
    std::uint16_t status = 0;
    std::string_view status_line;  ///< whole first line without its line end
    std::string_view reason;
    bool has_via = false;
    std::string_view top_via;  ///< the value of the first Via header
    Via via;
    std::uint32_t via_count = 0;  ///< more than one means misrouted (section 8.1.3.3)
    std::string_view call_id;     ///< empty when absent
    std::string_view from_tag;
    std::string_view to;     ///< raw; parse_tag() (name_addr.hpp) reads its tag
    std::uint32_t cseq = 0;  ///< 0 when absent
    std::string_view cseq_method;
    std::int64_t retry_after_s = -1;  ///< -1 when absent or unreadable (section 20.33)
    std::string_view body;
};

/// `datagram` must outlive `response`. Compact, folded and any-case headers are understood
/// (sections 7.3.1, 7.3.3, 20); a bare LF ends a line too, as the field does it.
DecodeError decode_response(std::string_view datagram, Response& response) noexcept;

/// Seconds, then perhaps a comment or parameters (section 20.33); -1 when it is something else.
[[nodiscard]] std::int64_t parse_retry_after(std::string_view value) noexcept;

/// The Call-ID's ten digits (before any '@'), or 0.
[[nodiscard]] std::uint64_t call_id_number(std::string_view call_id) noexcept;

/// Reads a From tag of our form, eight hex digits. Of either case: a peer that changes the case of
/// a tag has not lost it.
[[nodiscard]] bool parse_from_tag(std::string_view tag, std::uint32_t& value) noexcept;

/// Reads a branch that write_branch() wrote; false when it has another form.
[[nodiscard]] bool parse_branch(std::string_view branch, std::uint64_t& call_id,
                                std::uint64_t& proof) noexcept;

}  // namespace sipping::wire
