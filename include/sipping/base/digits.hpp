// Numbers of a fixed width, two digits at a time; nearly everything in a request and in a row is
// one. Numbers of any width: std::to_chars.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace sipping {
namespace detail {

/// "000102...99", and for 16 "000102...ff".
template <unsigned base>
inline constexpr auto digit_pairs = [] {
    std::array<char, 2 * base * base> text{};
    for (unsigned i = 0; i < base * base; ++i) {
        text[2 * i] = "0123456789abcdef"[i / base];
        text[2 * i + 1] = "0123456789abcdef"[i % base];
    }
    return text;
}();

}  // namespace detail

/// Writes the lowest `width` decimal digits with leading zeros; the place after them.
template <int width, typename Number>
char* write_digits(char* out, Number value) noexcept {
    int left = width;
    for (; left >= 2; left -= 2, value /= 100)
        std::memcpy(out + left - 2, &detail::digit_pairs<10>[2 * (value % 100)], 2);
    if (left == 1) out[0] = static_cast<char>('0' + value % 10);
    return out + width;
}

/// All digits of an unsigned number in lower-case hex; the place after them.
template <typename Number>
char* write_hex_digits(char* out, Number value) noexcept {
    constexpr int width = 2 * sizeof(Number);
    for (int left = width; left > 0; left -= 2, value >>= 8)
        std::memcpy(out + left - 2, &detail::digit_pairs<16>[2 * (value & 0xff)], 2);
    return out + width;
}

}  // namespace sipping
