// Decodes SIP requests just far enough to answer them without state, and encodes that answer
// (RFC 3261 sections 8.2.6, 11.2 and 18.2; RFC 3581 section 4). Used by the responder, and by the
// prober for requests that arrive on its ports. Views are hostile text.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {

enum class Method : std::uint8_t { other, options, register_, ack };

inline constexpr int via_limit = 64;

struct Request {
    Method method{};
    std::string_view method_name;
    std::string_view request_uri;
    Via top_via;
    std::uint32_t via_count = 0;  ///< used entries of vias; a line may list several
    std::array<std::string_view, via_limit> vias{};  ///< each header line's value, as received
    std::string_view from;                           ///< whole header values, as received
    std::string_view to;
    bool to_has_tag = false;
    std::string_view call_id;
    std::string_view cseq;
    std::uint32_t cseq_number = 0;
    std::string_view cseq_method;
    std::string_view contact;
};

/// ok, or why it cannot be answered. Requires all of Via, From, To, Call-ID, CSeq, and that the
/// CSeq method equals the request's (section 8.1.1.5). A missing header gives the error of a bad
/// one; bad_header for To, which has none of its own. DecodeError::not_sip for responses and for
/// request lines that are not exactly "method URI SIP/2.0"; too_many_headers also for more than
/// via_limit Via lines.
DecodeError decode_request(std::string_view datagram, Request& request) noexcept;

/// The value of the first User-Agent header, whatever else is in the message; empty: none.
[[nodiscard]] std::string_view user_agent_of(std::string_view datagram) noexcept;

struct AnswerFields {
    std::uint16_t status = 200;
    std::string_view reason = "OK";
    std::uint32_t to_tag = 0;          ///< written as hex when the request's To had no tag
    std::string_view extra_headers{};  ///< complete lines, each ending in CRLF
    std::string_view body{};
};

/// Writes the answer: all Vias copied, `received` and `rport` set on the top one, From, To (+ tag),
/// Call-ID and CSeq echoed. Header folding is flattened. `received` is always written, `rport` only
/// when it was asked for. 0 when it does not fit `out`.
[[nodiscard]] std::size_t encode_answer(const Request& request, const Endpoint& source,
                                        const AnswerFields& fields, std::span<char> out) noexcept;

/// Where the answer goes: the source endpoint when rport was asked for, else source address and the
/// Via's sent-by port, 5060 without one (RFC 3261 section 18.2.2, RFC 3581 section 4).
[[nodiscard]] Endpoint answer_destination(const Request& request, const Endpoint& source) noexcept;

}  // namespace sipping::wire
