#include "sipping/base/escape.hpp"

#include <array>

namespace sipping {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

// Bits of the table below: what an ASCII byte may be copied into as it is.
constexpr std::uint8_t plain_text = 1;
constexpr std::uint8_t plain_json = 2;
constexpr std::uint8_t plain_csv = 4;

constexpr std::array<std::uint8_t, 256> plain = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte)
        table[byte] = plain_text | plain_json | plain_csv;
    table['"'] = plain_text;
    table['\\'] = plain_text | plain_csv;
    table[','] = plain_text | plain_json;
    return table;
}();

std::uint8_t byte_at(std::string_view text, std::size_t i) noexcept {
    return static_cast<std::uint8_t>(text[i]);
}

/// Length of the run of plain bytes that `text` begins with.
std::size_t plain_run(std::string_view text, std::uint8_t kind) noexcept {
    std::size_t length = 0;
    for (; text.size() - length >= 4; length += 4) {
        const std::uint8_t all = plain[byte_at(text, length)] & plain[byte_at(text, length + 1)] &
                                 plain[byte_at(text, length + 2)] &
                                 plain[byte_at(text, length + 3)];
        if ((all & kind) == 0) break;
    }
    while (length < text.size() && (plain[byte_at(text, length)] & kind) != 0)
        ++length;
    return length;
}

/// Beside ASCII controls: C1, bidirectional controls (Unicode UAX #9), line and paragraph
/// separator.
bool is_harmful(char32_t code) noexcept {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

void write_hex_bytes(LineWriter& writer, std::string_view bytes, std::string_view prefix) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        writer.put(prefix);
        writer.put(hex[byte_at(bytes, i) >> 4]);
        writer.put(hex[byte_at(bytes, i) & 15]);
    }
}

void write_json_code(LineWriter& writer, char32_t code) noexcept {
    if (code == '"' || code == '\\') {
        writer.put('\\');
        writer.put(static_cast<char>(code));
        return;
    }
    writer.put("\\u");
    for (int shift = 12; shift >= 0; shift -= 4)
        writer.put(hex[(code >> shift) & 15]);
}

/// Copies runs of plain bytes whole and looks at the characters between them one by one.
template <class WriteHarmful>
void write_text(LineWriter& writer, std::string_view text, std::uint8_t kind,
                WriteHarmful&& write_harmful) noexcept {
    while (!text.empty()) {
        const std::size_t run = plain_run(text, kind);
        writer.put(text.substr(0, run));
        text.remove_prefix(run);
        if (text.empty()) return;
        const Utf8 character = first_utf8(text);
        const std::size_t length = character.length == 0 ? 1 : character.length;
        const bool ascii = byte_at(text, 0) < 0x80;
        if (character.length == 0 || ascii || is_harmful(character.code))
            write_harmful(text.substr(0, length), character);
        else
            writer.put(text.substr(0, length));
        text.remove_prefix(length);
    }
}

void write_hex_text(LineWriter& writer, std::string_view text) noexcept {
    write_text(writer, text, plain_text,
               [&](std::string_view bytes, const Utf8&) { write_hex_bytes(writer, bytes, "\\x"); });
}

}  // namespace

void write_escaped(LineWriter& writer, std::string_view text, std::size_t limit) noexcept {
    write_hex_text(writer, cut_utf8(text, limit));
    if (text.size() > limit) writer.put("...");
}

void write_escaped_message(LineWriter& writer, std::string_view message,
                           std::string_view indent) noexcept {
    while (!message.empty()) {
        const std::size_t end = message.find('\n');
        std::string_view line = message.substr(0, end);
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
        if (line.ends_with('\r') && end != std::string_view::npos) line.remove_suffix(1);
        if (!line.empty()) writer.put(indent);
        write_hex_text(writer, line);
        writer.put('\n');
    }
}

void write_csv_field(LineWriter& writer, std::string_view text, std::size_t limit) noexcept {
    const bool formula =
        !text.empty() && (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@');
    if (!formula && text.size() <= limit && plain_run(text, plain_csv) == text.size()) {
        writer.put(text);  // nearly all fields
        return;
    }
    const std::string_view kept = cut_utf8(text, limit);
    const bool quotes = kept.find_first_of(",\"") != std::string_view::npos;
    if (quotes) writer.put('"');
    if (formula) writer.put('\'');
    std::string_view rest = kept;
    while (true) {
        const std::size_t quote = rest.find('"');
        write_hex_text(writer, rest.substr(0, quote));
        if (quote == std::string_view::npos) break;
        writer.put("\"\"");
        rest.remove_prefix(quote + 1);
    }
    if (text.size() > limit) writer.put("...");
    if (quotes) writer.put('"');
}

void write_json_string(LineWriter& writer, std::string_view text, std::size_t limit) noexcept {
    write_text(writer, cut_utf8(text, limit), plain_json,
               [&](std::string_view bytes, const Utf8& character) {
                   if (character.length == 0)
                       write_hex_bytes(writer, bytes, "\\\\x");
                   else
                       write_json_code(writer, character.code);
               });
    if (text.size() > limit) writer.put("...");
}

bool append_escaped(TextBuffer& out, std::string_view text, std::size_t limit) noexcept {
    return append_rendered(out, [&](LineWriter& line) { write_escaped(line, text, limit); });
}

bool append_escaped_message(TextBuffer& out, std::string_view message,
                            std::string_view indent) noexcept {
    return append_rendered(out,
                           [&](LineWriter& line) { write_escaped_message(line, message, indent); });
}

bool append_csv_field(TextBuffer& out, std::string_view text, std::size_t limit) noexcept {
    return append_rendered(out, [&](LineWriter& line) { write_csv_field(line, text, limit); });
}

bool append_json_string(TextBuffer& out, std::string_view text, std::size_t limit) noexcept {
    return append_rendered(out, [&](LineWriter& line) { write_json_string(line, text, limit); });
}

}  // namespace sipping
