// Division that rounds down, for times before 1970 and west of Greenwich.
#pragma once

#include <cstdint>

namespace sipping::report {

/// `by` is more than zero.
[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept {
    return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace sipping::report
