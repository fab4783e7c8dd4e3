#include "sipping/base/utf8.hpp"

#include <cstdint>

namespace sipping {
namespace {

using namespace std::string_view_literals;

constexpr char32_t replacement = 0xfffd;

std::uint8_t byte_at(std::string_view text, std::size_t at) noexcept {
    return static_cast<std::uint8_t>(text[at]);
}

bool is_surrogate(char32_t unit) noexcept {
    return unit >= 0xd800 && unit <= 0xdfff;
}

}  // namespace

Utf8 first_utf8(std::string_view text) noexcept {
    if (text.empty()) return {};
    const std::uint8_t lead = byte_at(text, 0);
    if (lead < 0x80) return {1, lead};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte_at(text, i) & 0xc0) != 0x80) return {};
        code = (code << 6) | (byte_at(text, i) & 0x3fU);
    }
    // RFC 3629 section 3: no overlong forms, no surrogates, nothing above U+10FFFF.
    const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    if (code < least || is_surrogate(code) || code > 0x10ffff) return {};
    return {length, code};
}

std::string_view cut_utf8(std::string_view text, std::size_t limit) noexcept {
    if (text.size() <= limit) return text;
    for (std::size_t back = 1; back <= 3 && back <= limit; ++back) {
        const Utf8 last = first_utf8(text.substr(limit - back));
        if (last.length > back) return text.substr(0, limit - back);
        if (last.length > 0) break;
    }
    return text.substr(0, limit);
}

void append_utf8(std::string& out, char32_t code) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
}

ByteOrderMark take_byte_order_mark(std::string_view& text) noexcept {
    struct Mark {
        std::string_view bytes;
        ByteOrderMark meaning;
    };
    // That of UTF-16 is how one of UTF-32 begins.
    for (const auto& [bytes, meaning] :
         {Mark{"\xff\xfe\0\0"sv, ByteOrderMark::utf32},
          Mark{"\0\0\xfe\xff"sv, ByteOrderMark::utf32}, Mark{"\xef\xbb\xbf"sv, ByteOrderMark::utf8},
          Mark{"\xff\xfe"sv, ByteOrderMark::utf16_little},
          Mark{"\xfe\xff"sv, ByteOrderMark::utf16_big}}) {
        if (!text.starts_with(bytes)) continue;
        text.remove_prefix(bytes.size());
        return meaning;
    }
    return ByteOrderMark::none;
}

std::string utf8_from_utf16(std::string_view bytes, bool big_endian) {
    const auto unit_at = [&](std::size_t at) {
        const std::size_t high = big_endian ? 0 : 1;
        return static_cast<char32_t>(byte_at(bytes, at + high) << 8 |
                                     byte_at(bytes, at + 1 - high));
    };
    std::string out;
    out.reserve(bytes.size() / 2);
    std::size_t at = 0;
    for (; at + 2 <= bytes.size(); at += 2) {
        char32_t code = unit_at(at);
        if (is_surrogate(code)) {
            const char32_t low = code < 0xdc00 && at + 4 <= bytes.size() ? unit_at(at + 2) : 0;
            if (low >= 0xdc00 && low <= 0xdfff) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            } else {
                code = replacement;
            }
        }
        append_utf8(out, code);
    }
    if (at < bytes.size()) append_utf8(out, replacement);
    return out;
}

}  // namespace sipping
