// Bytes and runs of bytes as RFC 3261 section 25.1 names them. Private to the wire files.
// Blanks include CR and LF, because header values are views that keep their folding.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sipping/base/letters.hpp"

namespace sipping::wire {

[[nodiscard]] constexpr bool is_lws(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// A set of characters, looked up in one step.
class CharSet {
public:
    constexpr explicit CharSet(std::string_view members) noexcept {
        for (const char c : members)
            table_[static_cast<unsigned char>(c)] = true;
    }
    [[nodiscard]] constexpr bool has(char c) const noexcept {
        return table_[static_cast<unsigned char>(c)];
    }
    /// Where the first member stands in text, or its size.
    [[nodiscard]] constexpr std::size_t find_in(std::string_view text) const noexcept {
        return run<false>(text);
    }
    /// Where the first character stands that is no member, or the size of text.
    [[nodiscard]] constexpr std::size_t span_of(std::string_view text) const noexcept {
        return run<true>(text);
    }

private:
    // Length of the run of members, or of others, at the front. Four at a time: three instructions
    // a byte.
    template <bool members>
    [[nodiscard]] constexpr std::size_t run(std::string_view text) const noexcept {
        const char* at = text.data();
        const char* const end = at + text.size();
        for (; end - at >= 4; at += 4) {
            if (has(at[0]) != members) return static_cast<std::size_t>(at - text.data());
            if (has(at[1]) != members) return static_cast<std::size_t>(at - text.data()) + 1;
            if (has(at[2]) != members) return static_cast<std::size_t>(at - text.data()) + 2;
            if (has(at[3]) != members) return static_cast<std::size_t>(at - text.data()) + 3;
        }
        while (at != end && has(*at) == members)
            ++at;
        return static_cast<std::size_t>(at - text.data());
    }

    std::array<bool, 256> table_{};
};

inline constexpr CharSet token_chars(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.!%*_+`'~");

/// Blank, controls and DEL.
inline constexpr CharSet invisible_chars = [] {
    std::array<char, 0x22> members{};
    for (std::size_t i = 0; i <= ' '; ++i)
        members[i] = static_cast<char>(i);
    members.back() = '\x7f';
    return CharSet({members.data(), members.size()});
}();

[[nodiscard]] constexpr bool is_token_char(char c) noexcept {
    return token_chars.has(c);
}

/// One or more token characters.
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && token_chars.span_of(text) == text.size();
}

/// One or more characters, no blanks and no controls. Wider than the grammar's `word`: a Call-ID is
/// only ever compared and echoed.
[[nodiscard]] constexpr bool is_visible(std::string_view text) noexcept {
    return !text.empty() && invisible_chars.find_in(text) == text.size();
}

[[nodiscard]] constexpr std::string_view trim_left(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end && is_lws(*at))
        ++at;
    return {at, static_cast<std::size_t>(end - at)};
}

[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
    text = trim_left(text);
    std::size_t size = text.size();
    while (size > 0 && is_lws(text[size - 1]))
        --size;
    return {text.data(), size};
}

/// `lower` is written in lower case.
[[nodiscard]] constexpr bool equals_nocase(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (to_lower(text[i]) != lower[i]) return false;
    return true;
}

/// Removes the token at the front of `rest` and returns it, perhaps empty.
[[nodiscard]] constexpr std::string_view take_token(std::string_view& rest) noexcept {
    const std::string_view token(rest.data(), token_chars.span_of(rest));
    rest.remove_prefix(token.size());
    return token;
}

/// Larger numbers are read as this one: far above every limit a SIP field has.
inline constexpr std::uint64_t number_ceiling = 1'000'000'000'000'000'000;

/// Decimal digits and nothing else, any number of them; false otherwise.
[[nodiscard]] constexpr bool read_number(std::string_view text, std::uint64_t& value) noexcept {
    constexpr std::size_t digits_that_fit = 19;
    value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (text.size() > digits_that_fit && value > number_ceiling) value = number_ceiling;
    }
    if (value > number_ceiling) value = number_ceiling;
    return !text.empty();
}

inline constexpr CharSet quote_marks("\"\\");

/// `text` begins with a quote: the length of the quoted string with both quotes, or 0 when it never
/// ends. A backslash hides the character after it.
[[nodiscard]] constexpr std::size_t quoted_length(std::string_view text) noexcept {
    std::size_t i = 1;
    while (i < text.size()) {
        i += quote_marks.find_in({text.data() + i, text.size() - i});
        if (i >= text.size()) break;
        if (text[i] == '"') return i + 1;
        i += 2;
    }
    return 0;
}

}  // namespace sipping::wire
