// Cuts a SIP message into its start line, header lines and body (RFC 3261 sections 7 and 7.3).
// Knows header names and their compact forms, not what the values mean.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/wire/decode_error.hpp"

namespace sipping::wire {

/// A message with more header lines is refused; folded lines count once.
inline constexpr int header_limit = 512;

/// The headers this program looks at.
enum class HeaderName : std::uint8_t {
    other,
    via,
    from,
    to,
    call_id,
    cseq,
    contact,
    content_length,
    max_forwards,
    retry_after,
};

/// Any case, compact forms too (section 7.3.3).
[[nodiscard]] HeaderName header_name(std::string_view name) noexcept;

/// `line` is not empty. Where the value begins, behind the colon; 0 when there is no colon, nothing
/// before it, or a blank in front.
[[nodiscard]] std::size_t take_name(std::string_view line, HeaderName& name) noexcept;

struct Header {
    HeaderName name{};
    std::string_view value;  ///< without blanks around it, folding kept
};

/// Removes the start line from the front of `message`, and empty lines before it (section 7.5).
/// keep_alive, not_sip or bad_status_line when there is none.
DecodeError take_start_line(std::string_view& message, std::string_view& line) noexcept;

/// True when the start line claims to be a status line.
[[nodiscard]] bool begins_with_sip(std::string_view line) noexcept;

class HeaderReader {
public:
    /// `rest` is what follows the start line.
    explicit HeaderReader(std::string_view rest) noexcept : rest_(rest) {}

    /// False after the last header; then error() tells whether an empty line ended them.
    [[nodiscard]] bool next(Header& header) noexcept;
    DecodeError error() const noexcept { return error_; }
    /// What follows the empty line. Only after next() said false and error() is ok.
    [[nodiscard]] std::string_view body() const noexcept { return rest_; }

private:
    bool fail(DecodeError error) noexcept;

    std::string_view rest_;
    int count_ = 0;
    DecodeError error_ = DecodeError::ok;
};

/// Sums up the Content-Length headers of one message (section 20.14).
class ContentLength {
public:
    /// bad_content_length when it is no number or differs from an earlier one.
    DecodeError add(std::string_view value) noexcept;
    /// Cuts `body` to the length; without one it is the rest of the datagram (section 18.3).
    /// truncated when less came.
    DecodeError cut(std::string_view& body) const noexcept;

private:
    std::uint64_t length_ = 0;
    bool present_ = false;
};

}  // namespace sipping::wire
