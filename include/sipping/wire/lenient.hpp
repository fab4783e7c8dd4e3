// Reads responses that the strict decoder refuses: whatever is broken in them, the fields that say
// which probe they answer are looked for line by line, each on its own. An answer that is not
// perfect SIP is still an answer; which fault it has is told beside it. Nothing is decided here
// about whose it is (match does that), and nothing is copied but a header's name.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sipping/base/syntax_fault.hpp"
#include "sipping/wire/decode_error.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {

/// decode_response() first; what it refuses is read again by decode_leniently(). `fault` is none
/// for what the strict decoder accepts. Errors: keep_alive, request, not_sip.
DecodeError read_response(std::string_view datagram, Response& response,
                          SyntaxFault& fault) noexcept;

/// The forgiving reading alone. ok when a status line comes first, behind NULs, blanks and line
/// ends only: "SIP/", a version, a code; fields that cannot be read stay empty. `fault` is the
/// first one in the order of the bytes; empty parameters (";;rport") are none. A message without a
/// single LF has CRs for line ends. Headers end at the first empty line, at header_limit, or with
/// the datagram.
DecodeError decode_leniently(std::string_view datagram, Response& response,
                             SyntaxFault& fault) noexcept;

/// The identity within a request of our own that came back (Via branch, Call-ID, From tag, CSeq),
/// read as above. False when no request line comes first.
[[nodiscard]] bool read_echo(std::string_view datagram, Response& identity) noexcept;

/// `datagram` without the NULs, blanks and line ends before its first line.
[[nodiscard]] std::string_view without_padding(std::string_view datagram) noexcept;

/// Datagrams that keep a NAT's mapping alive and say nothing.
enum class KeepAlive : std::uint8_t {
    none,   ///< something else
    empty,  ///< no byte at all
    crlf,   ///< line ends (and blanks) only (RFC 5626 section 3.5.1)
    nul,    ///< NUL bytes among them, as Kamailio's nathelper sends four of
    stun,   ///< a STUN message (RFC 8489 section 5: two zero bits, the magic cookie)
};
[[nodiscard]] KeepAlive keep_alive_kind(std::string_view datagram) noexcept;

}  // namespace sipping::wire
