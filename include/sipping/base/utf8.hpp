// UTF-8 (RFC 3629) character by character, and UTF-16 (RFC 2781) turned into it. Judges no
// character: what may harm a terminal is in base/escape.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipping {

/// Bytes of the valid UTF-8 character `text` begins with, and which it is; 0 bytes: not valid.
struct Utf8 {
    std::size_t length = 0;
    char32_t code = 0;
};
[[nodiscard]] Utf8 first_utf8(std::string_view text) noexcept;

/// The first `limit` bytes, less a UTF-8 character cut in the middle.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t limit) noexcept;

void append_utf8(std::string& out, char32_t code);

/// U+FEFF in front, as bytes of a file: what it says of the rest.
enum class ByteOrderMark : unsigned char { none, utf8, utf16_little, utf16_big, utf32 };
/// `text` loses the mark.
[[nodiscard]] ByteOrderMark take_byte_order_mark(std::string_view& text) noexcept;

/// Bytes of UTF-16 as UTF-8. Half a surrogate pair and half a unit at the end become U+FFFD.
[[nodiscard]] std::string utf8_from_utf16(std::string_view bytes, bool big_endian);

}  // namespace sipping
