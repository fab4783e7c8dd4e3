// The time zone of this box, for the sinks, which know none.
#pragma once

#include <cstdint>
#include <ctime>

namespace sipping::app {

/// Seconds east of UTC at this moment (localtime_r(3)); a UtcOffset.
inline std::int32_t local_utc_offset(std::int64_t unix_s) noexcept {
    const auto time = static_cast<std::time_t>(unix_s);
    std::tm local{};
    if (::localtime_r(&time, &local) == nullptr) return 0;
    return static_cast<std::int32_t>(local.tm_gmtoff);
}

}  // namespace sipping::app
