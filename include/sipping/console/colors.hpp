// SGR sequences (ECMA-48 section 8.3.117) of the console's lines. For the console's own files only.
#pragma once

#include <string_view>

namespace sipping::console {

inline constexpr std::string_view no_color;
inline constexpr std::string_view red = "\x1b[31m";
inline constexpr std::string_view bold_red = "\x1b[1;31m";
inline constexpr std::string_view green = "\x1b[32m";
inline constexpr std::string_view yellow = "\x1b[33m";

}  // namespace sipping::console
