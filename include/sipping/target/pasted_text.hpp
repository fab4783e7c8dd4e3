// Text as it comes out of editors, spreadsheets, web pages and mails, made plain. Knows no targets.
#pragma once

#include <string>
#include <string_view>

namespace sipping::target {

/// The bytes of a file as UTF-8 lines that end with LF: without byte order mark, from UTF-16 too
/// (also without its mark), from CR alone as line end. Returns what is wrong when it is no text but
/// a spreadsheet, an archive, a page.
[[nodiscard]] std::string read_plain_text(std::string_view bytes, std::string& text);

/// A line with plain blanks for all kinds of blanks, plain double quotes for typographic ones, and
/// without characters that nobody sees (soft hyphens, zero width, direction marks). Joiners within
/// quotes stay, since some scripts need them.
[[nodiscard]] std::string plain_line(std::string_view line);

}  // namespace sipping::target
