// What a target is said to be: the one vocabulary of console, JSON and everything that shows
// states.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::stats {

enum class State : std::uint8_t {
    unknown,      ///< nothing is decided: it was never answered, or has no address
    up,           ///< it answers
    down,         ///< the last ones of a run of failed probes were lost
    refusing,     ///< ... were answered with one of --down-codes
    maintenance,  ///< ... were answered with one of --maintenance-codes
};
/// "UNKNOWN", "UP", "DOWN", "REFUSING", "MAINTENANCE".
[[nodiscard]] std::string_view to_string(State state) noexcept;

/// Down, refusing or in maintenance.
[[nodiscard]] constexpr bool is_trouble(State state) noexcept {
    return state >= State::down;
}

}  // namespace sipping::stats
