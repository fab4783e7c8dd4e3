// Numbers for people, and the words behind them: "19,843 probes", "1 probe".
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

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

/// The word for so many.
[[nodiscard]] constexpr std::string_view for_count(std::uint64_t count, std::string_view one,
                                                   std::string_view many) noexcept {
    return count == 1 ? one : many;
}

/// "1 loss", "19,843 losses"; without `many` it is `one` and an s.
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view one,
                                         std::string_view many = {}) {
    if (!many.empty()) return fmt::format("{} {}", grouped(count), for_count(count, one, many));
    return fmt::format("{} {}{}", grouped(count), one, for_count(count, "", "s"));
}

/// A rate: whole from 10 on ("4,967"), below that with one decimal ("2.5").
[[nodiscard]] inline std::string grouped_rate(double per_s) {
    if (per_s < 9.95) return fmt::format("{:.1f}", per_s);
    return grouped(static_cast<std::uint64_t>(per_s + 0.5));
}

}  // namespace sipping
