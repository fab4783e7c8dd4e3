// Text to numbers and durations, strictly: the whole text must be the value. Used by arguments and
// by target files, so both understand the same words.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sipping/base/instant.hpp"

namespace sipping {

/// "250us", "20ms", "1.5s", "5m", "2h", "1d"; a bare number (decimals allowed) counts `bare_unit`s.
/// Nothing when malformed, negative, or above ten years. Zero is returned as zero: the caller knows
/// whether it makes sense.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text, Duration bare_unit);

/// Plain decimal digits within [low, high]; nothing otherwise (no sign, no blank, no "0x").
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t low,
                                                       std::uint64_t high);

/// A plain decimal number such as "1000" or "0.5", finite and not negative.
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

}  // namespace sipping
