// Makes hostile text harmless: nothing that came from a network reaches a terminal or file raw.
#pragma once

#include <string_view>

#include "sipping/base/text_buffer.hpp"

namespace sipping::sink {

/// Controls (C0, DEL, C1 as UTF-8), invalid UTF-8 and bidirectional overrides become \xNN per byte,
/// a backslash stays as it is; valid UTF-8 text passes. Text beyond `limit` bytes is cut, with
/// "...". False and unchanged when it does not fit `out`.
bool append_escaped(TextBuffer& out, std::string_view text, std::size_t limit = 256) noexcept;

/// Same, for a whole SIP message: line ends stay line ends, each line indented with `indent`.
bool append_escaped_message(TextBuffer& out, std::string_view message,
                            std::string_view indent) noexcept;

/// One CSV field: escaped as above, RFC 4180 quotes when needed, and a leading = + - @ (a formula
/// to a spreadsheet) is prefixed with an apostrophe.
bool append_csv_field(TextBuffer& out, std::string_view text, std::size_t limit = 256) noexcept;

/// The inside of a JSON string (RFC 8259 section 7).
bool append_json_string(TextBuffer& out, std::string_view text, std::size_t limit = 256) noexcept;

}  // namespace sipping::sink
