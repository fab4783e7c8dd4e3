#include "sipping/target/pasted_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sipping/base/utf8.hpp"

namespace sipping::target {
namespace {

using namespace std::string_view_literals;

bool is_blank(char32_t code) noexcept {
    return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

bool is_joiner(char32_t code) noexcept {
    return code == 0x200c || code == 0x200d;
}

bool is_unseen(char32_t code) noexcept {
    return code == 0xad || code == 0x61c || code == 0x180e || code == 0x200b || code == 0x200e ||
           code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x2069) || code == 0xfeff;
}

bool is_typographic_quote(char32_t code) noexcept {
    return code >= 0x201c && code <= 0x201f;
}

/// What a file is that holds no lines of text; empty: it may.
std::string_view kind_of(std::string_view bytes) noexcept {
    struct Kind {
        std::string_view begin;
        std::string_view name;
    };
    static constexpr std::array<Kind, 8> kinds{{{"PK\x03\x04"sv, "a spreadsheet or zip archive"},
                                                {"\xd0\xcf\x11\xe0"sv, "an Office document"},
                                                {"\x1f\x8b"sv, "compressed with gzip"},
                                                {"\x28\xb5\x2f\xfd"sv, "compressed with zstd"},
                                                {"\xfd"
                                                 "7zXZ\0"sv,
                                                 "compressed with xz"},
                                                {"%PDF-"sv, "a PDF document"},
                                                {"{\\rtf"sv, "an RTF document"},
                                                {"\x7f"
                                                 "ELF"sv,
                                                 "a program"}}};
    for (const Kind& kind : kinds)
        if (bytes.starts_with(kind.begin)) return kind.name;
    // Behind "BZh" a digit, then the number pi.
    if (bytes.starts_with("BZh") && bytes.size() > 4 && bytes.substr(4).starts_with("1AY&SY"))
        return "compressed with bzip2";
    bytes.remove_prefix(std::min(bytes.size(), bytes.find_first_not_of(" \t\r\n")));
    for (const auto tag : {"<!doctype "sv, "<html"sv, "<?xml"sv}) {
        const auto begin = bytes.substr(0, tag.size());
        if (std::equal(begin.begin(), begin.end(), tag.begin(), tag.end(),
                       [](char a, char b) { return a == b || (a | 0x20) == b; }))
            return "a page (HTML or XML)";
    }
    return {};
}

/// UTF-16 without its mark: of plain text every other byte is 0.
ByteOrderMark utf16_without_mark(std::string_view bytes) noexcept {
    const auto begin = bytes.substr(0, 256);
    if (begin.size() < 4) return ByteOrderMark::none;
    std::array<std::size_t, 2> zeros{};
    for (std::size_t at = 0; at < begin.size(); ++at)
        if (begin[at] == '\0') ++zeros[at % 2];
    const std::size_t most = begin.size() / 4;
    if (zeros[0] == 0 && zeros[1] > most) return ByteOrderMark::utf16_little;
    if (zeros[1] == 0 && zeros[0] > most) return ByteOrderMark::utf16_big;
    return ByteOrderMark::none;
}

}  // namespace

std::string read_plain_text(std::string_view bytes, std::string& text) {
    ByteOrderMark mark = take_byte_order_mark(bytes);
    if (mark == ByteOrderMark::none) mark = utf16_without_mark(bytes);
    if (mark == ByteOrderMark::utf32) return "it is UTF-32; save it as UTF-8";
    if (mark == ByteOrderMark::utf16_little || mark == ByteOrderMark::utf16_big)
        text = utf8_from_utf16(bytes, mark == ByteOrderMark::utf16_big);
    else
        text = bytes;
    if (const auto kind = kind_of(text); !kind.empty())
        return fmt::format("it is {}; save it as plain text, one target a line", kind);
    if (text.ends_with('\x1a')) text.pop_back();  // how DOS ended a text
    if (text.find('\n') == std::string::npos) std::replace(text.begin(), text.end(), '\r', '\n');
    return {};
}

std::string plain_line(std::string_view line) {
    if (std::all_of(line.begin(), line.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return std::string{line};
    enum class Quoted : unsigned char { no, plain, typographic };
    Quoted quoted = Quoted::no;
    std::string out;
    while (!line.empty()) {
        const Utf8 character = first_utf8(line);
        const auto bytes = line.substr(0, std::max<std::size_t>(1, character.length));
        line.remove_prefix(bytes.size());
        const char32_t code = character.code;
        if (code == '"' && quoted != Quoted::typographic)
            quoted = quoted == Quoted::no ? Quoted::plain : Quoted::no;
        if (is_typographic_quote(code) && quoted != Quoted::plain) {
            quoted = quoted == Quoted::no ? Quoted::typographic : Quoted::no;
            out += '"';
        } else if (is_blank(code)) {
            out += ' ';
        } else if (!is_unseen(code) && !(is_joiner(code) && quoted == Quoted::no)) {
            out += bytes;
        }
    }
    return out;
}

}  // namespace sipping::target
