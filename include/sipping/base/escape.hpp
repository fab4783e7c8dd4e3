// Makes hostile text harmless: nothing that came from a network reaches a terminal or file raw.
#pragma once

#include <string_view>

#include "sipping/base/line_writer.hpp"
#include "sipping/base/text_buffer.hpp"
#include "sipping/base/utf8.hpp"

namespace sipping {

/// Controls (C0, DEL, C1 as UTF-8), invalid UTF-8, bidirectional controls and the Unicode line and
/// paragraph separators become \xNN per byte, a backslash stays as it is; valid UTF-8 text passes.
/// Text beyond `limit` bytes is cut, with "...". False and unchanged when it does not fit `out`.
bool append_escaped(TextBuffer& out, std::string_view text, std::size_t limit = 256) noexcept;

/// Same, for a whole SIP message: CRLF and LF stay line ends (written LF, the last one always),
/// each line that is not empty is indented with `indent`. A CR alone is a control.
bool append_escaped_message(TextBuffer& out, std::string_view message,
                            std::string_view indent) noexcept;

/// One CSV field: escaped as above, RFC 4180 quotes when needed, and a leading = + - @ (a formula
/// to a spreadsheet) is prefixed with an apostrophe.
bool append_csv_field(TextBuffer& out, std::string_view text, std::size_t limit = 256) noexcept;

/// The inside of a JSON string (RFC 8259 section 7): what is escaped above becomes \u00NN, a byte
/// that is no UTF-8 the text \xNN (written "\\xNN"), for JSON has no other way to hold it.
bool append_json_string(TextBuffer& out, std::string_view text, std::size_t limit = 256) noexcept;

// The same into the middle of a line; `writer.fits()` tells whether there was room.
void write_escaped(LineWriter& writer, std::string_view text, std::size_t limit = 256) noexcept;
void write_escaped_message(LineWriter& writer, std::string_view message,
                           std::string_view indent) noexcept;
void write_csv_field(LineWriter& writer, std::string_view text, std::size_t limit = 256) noexcept;
void write_json_string(LineWriter& writer, std::string_view text, std::size_t limit = 256) noexcept;

}  // namespace sipping
