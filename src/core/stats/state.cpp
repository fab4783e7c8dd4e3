#include "sipping/stats/state.hpp"

#include <array>

namespace sipping::stats {

std::string_view to_string(State state) noexcept {
    static constexpr std::array<std::string_view, 5> names{"UNKNOWN", "UP", "DOWN", "REFUSING",
                                                           "MAINTENANCE"};
    return names[static_cast<std::size_t>(state)];
}

}  // namespace sipping::stats
