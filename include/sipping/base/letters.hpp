// ASCII letters, whatever the locale; and how far two words are apart.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipping {

[[nodiscard]] constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

[[nodiscard]] std::string lower_case(std::string_view text);

/// Letters to be changed, put in or left out until one is the other (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace sipping
