// The values that only options have: choices by word, numbers within limits, DSCP names, port
// ranges. Each returns an empty string when fine, else what is wrong, without the option's name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/parse.hpp"
#include "sipping/config/ping_config.hpp"

namespace sipping::config {

template <class Number>
[[nodiscard]] std::string read_count(std::string_view text, std::uint64_t low, std::uint64_t high,
                                     Number& number) {
    const auto value = parse_count(text, low, high);
    if (!value) return "must be " + std::to_string(low) + " to " + std::to_string(high);
    number = static_cast<Number>(*value);
    return {};
}

template <class Choice, std::size_t count>
using Choices = std::array<std::pair<std::string_view, Choice>, count>;

template <class Choice, std::size_t count>
[[nodiscard]] std::string read_choice(std::string_view text, const Choices<Choice, count>& choices,
                                      Choice& choice) {
    std::string known;
    for (std::size_t at = 0; at < count; ++at) {
        if (choices[at].first == text) {
            choice = choices[at].second;
            return {};
        }
        known += at == 0 ? "" : at + 1 == count ? " or " : ", ";
        known += choices[at].first;
    }
    return "must be " + known;
}

/// Any text but none.
[[nodiscard]] std::string read_text(std::string_view value, std::string& text);
/// The same of an option that may be repeated.
[[nodiscard]] std::string add_text(std::string_view value, std::vector<std::string>& texts);
/// 0 to 100, decimals allowed.
[[nodiscard]] std::string read_percent(std::string_view text, double& percent);
/// More than 0, at most 10,000,000 probes a second, decimals allowed.
[[nodiscard]] std::string read_rate(std::string_view text, double& rate_per_s);
/// "R1..R2", both rates, the first one not above the second; "R" alone is both.
[[nodiscard]] std::string read_rate_range(std::string_view text, double& low, double& high);
/// More than zero; a bare number is seconds.
[[nodiscard]] std::string read_run_time(std::string_view text, std::optional<Duration>& time);
/// A time of at least a second, a size of at least 10kB (kB, MB or GB), or both: "1h,500MB".
[[nodiscard]] std::string read_rotation(std::string_view text, Duration& every,
                                        std::uint64_t& bytes);
/// An address of this box.
[[nodiscard]] std::string read_bind(std::string_view text, std::optional<Address>& address);
/// 0 to 63, or a name: EF, VA, LE, CS0 to CS7, AF11 to AF43 (RFC 4594 figure 3, RFC 8622).
[[nodiscard]] std::string read_dscp(std::string_view text, std::uint8_t& dscp);
/// "LO-HI", both 1 to 65535.
[[nodiscard]] std::string read_port_range(std::string_view text, std::uint16_t& low,
                                          std::uint16_t& high);
/// 1 to 64 letters, digits, '-', '.', '_': part of a Call-ID (RFC 3261 section 25.1 `word`).
[[nodiscard]] std::string check_site(std::string_view text);
/// An interface name: 1 to 15 characters, no blank, no '/'.
[[nodiscard]] std::string check_device(std::string_view text);
[[nodiscard]] std::string read_io(std::string_view text, IoChoice& io);

}  // namespace sipping::config
