#include "sipping/base/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sipping {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Length of the plain decimal ("12", "1.5", ".5") that `text` begins with; 0 when there is none.
std::size_t decimal_length(std::string_view text) noexcept {
    const auto digits_from = [&](std::size_t start) {
        const auto rest = text.substr(start);
        return static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) -
                                        rest.begin());
    };
    const std::size_t whole = digits_from(0);
    if (whole == text.size() || text[whole] != '.') return whole;
    const std::size_t fraction = digits_from(whole + 1);
    return fraction == 0 ? 0 : whole + 1 + fraction;
}

struct Unit {
    std::string_view name;
    Duration length;
};
constexpr std::array<Unit, 6> units{
    {{"us", 1us}, {"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}}};

constexpr Duration longest = 10 * 365 * Duration{24h};

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
    if (text.empty() || decimal_length(text) != text.size()) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t low,
                                         std::uint64_t high) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < low || value > high) return std::nullopt;
    return value;
}

std::optional<Duration> parse_duration(std::string_view text, Duration bare_unit) {
    const std::size_t length = decimal_length(text);
    const auto number = parse_decimal(text.substr(0, length));
    if (!number) return std::nullopt;
    Duration unit = bare_unit;
    if (const auto name = text.substr(length); !name.empty()) {
        const auto* found = std::find_if(units.begin(), units.end(),
                                         [&](const Unit& known) { return known.name == name; });
        if (found == units.end()) return std::nullopt;
        unit = found->length;
    }
    // A double holds 53 bits: exact to the nanosecond up to 104 days, which is beyond every pace.
    const double total_ns = *number * static_cast<double>(unit.count());
    if (total_ns > static_cast<double>(longest.count())) return std::nullopt;
    return Duration{std::llround(total_ns)};
}

}  // namespace sipping
