// Numbers for people: "19,843".
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace sipping {

/// Decimal digits, a comma before each three.
[[nodiscard]] inline std::string grouped(std::uint64_t value) {
    std::string text = fmt::format("{}", value);
    for (std::size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

/// A rate: whole from 10 on ("4,967"), below that with one decimal ("2.5").
[[nodiscard]] inline std::string grouped_rate(double per_s) {
    if (per_s < 9.95) return fmt::format("{:.1f}", per_s);
    return grouped(static_cast<std::uint64_t>(per_s + 0.5));
}

}  // namespace sipping
