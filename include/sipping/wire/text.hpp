// Bytes and runs of bytes as RFC 3261 section 25.1 names them. Private to the wire files.
// Blanks include CR and LF, because header values are views that keep their folding.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipping::wire {

[[nodiscard]] constexpr bool is_lws(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
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
        std::size_t at = 0;
        while (at < text.size() && !has(text[at]))
            ++at;
        return at;
    }

private:
    std::array<bool, 256> table_{};
};

inline constexpr CharSet token_chars(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.!%*_+`'~");

[[nodiscard]] constexpr bool is_token_char(char c) noexcept {
    return token_chars.has(c);
}

/// One or more token characters.
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    for (const char c : text)
        if (!is_token_char(c)) return false;
    return !text.empty();
}

/// One or more characters, no blanks and no controls. Wider than the grammar's `word`: a Call-ID is
/// only ever compared and echoed.
[[nodiscard]] constexpr bool is_visible(std::string_view text) noexcept {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
    return !text.empty();
}

[[nodiscard]] constexpr std::string_view trim_left(std::string_view text) noexcept {
    while (!text.empty() && is_lws(text.front()))
        text.remove_prefix(1);
    return text;
}

[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
    text = trim_left(text);
    while (!text.empty() && is_lws(text.back()))
        text.remove_suffix(1);
    return text;
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
    std::size_t length = 0;
    while (length < rest.size() && is_token_char(rest[length]))
        ++length;
    const std::string_view token = rest.substr(0, length);
    rest.remove_prefix(length);
    return token;
}

/// Larger numbers are read as this one: far above every limit a SIP field has.
inline constexpr std::uint64_t number_ceiling = 1'000'000'000'000'000'000;

/// Decimal digits and nothing else, any number of them; false otherwise.
[[nodiscard]] constexpr bool read_number(std::string_view text, std::uint64_t& value) noexcept {
    value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > number_ceiling) value = number_ceiling;
    }
    return !text.empty();
}

/// `text` begins with a quote: the length of the quoted string with both quotes, or 0 when it never
/// ends. A backslash hides the character after it.
[[nodiscard]] constexpr std::size_t quoted_length(std::string_view text) noexcept {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') return i + 1;
        if (text[i] == '\\') ++i;
    }
    return 0;
}

}  // namespace sipping::wire
