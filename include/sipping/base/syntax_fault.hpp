// What was wrong with the syntax of a response that was read all the same. The words are those of
// the detail `syntax=` in rows.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipping {

enum class Fault : std::uint8_t {
    none,
    leading_bytes,     ///< NULs or blanks before the status line
    status_line,       ///< version, blanks or line end of the status line
    status_code,       ///< no number, or outside 100 to 699
    line_end,          ///< a line that ends in a CR alone, or in CR CR LF
    leading_blank,     ///< the first header line begins with a blank, though it continues nothing
    no_colon,          ///< a header line without a colon
    no_name,           ///< a header line that begins with its colon
    bad_value,         ///< a header that cannot be read: Via, From, Call-ID, CSeq, Content-Length
    no_end,            ///< the headers do not end with an empty line
    short_body,        ///< Content-Length exceeds what came (RFC 3261 section 18.3)
    too_many_headers,  ///< more lines than wire::header_limit
};
inline constexpr int fault_count = 12;
/// "no-colon", ...; "none".
[[nodiscard]] std::string_view to_string(Fault fault) noexcept;

/// The first fault of a response. Plain memory, to be kept when the datagram is gone.
struct SyntaxFault {
    static constexpr std::size_t name_max = 22;

    Fault fault = Fault::none;
    std::uint8_t name_size = 0;
    std::array<char, name_max> name{};  ///< of the header: token characters only, perhaps cut

    [[nodiscard]] explicit operator bool() const noexcept { return fault != Fault::none; }
    /// In lower case; empty when the fault is of no header.
    [[nodiscard]] std::string_view header() const noexcept { return {name.data(), name_size}; }

    friend bool operator==(const SyntaxFault&, const SyntaxFault&) = default;
};

}  // namespace sipping
