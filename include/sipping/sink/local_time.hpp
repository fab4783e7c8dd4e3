// Civil time for logs without touching the time zone database: the shell hands in the UTC offset.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sipping/base/instant.hpp"

namespace sipping::sink {

/// Seconds east of UTC at this UNIX time. (The app passes one made of localtime_r; tests a
/// constant.)
using UtcOffset = std::int32_t (*)(std::int64_t unix_s) noexcept;

/// Renders "dd/mm/yy HH:MM:SS:micros" (day first, 24-hour clock) and remembers the last second, so
/// that a burst of rows costs one civil-time conversion a second.
class LocalTime {
public:
    static constexpr std::size_t size = 24;

    explicit LocalTime(UtcOffset offset) noexcept : offset_(offset) {}

    /// "15/05/26 02:08:07:230895"; the view is into `out`.
    [[nodiscard]] std::string_view render(WallTime time, std::span<char, size> out) noexcept;
    /// Of the time rendered last: the UNIX second it falls in, "1778803687".
    [[nodiscard]] std::string_view unix_second() const noexcept {
        return {unix_second_, unix_length_};
    }

private:
    UtcOffset offset_;
    std::chrono::microseconds cached_second_ = std::chrono::microseconds::min();
    char prefix_[18] = {};  // "15/05/26 02:08:07:"
    char unix_second_[20] = {};
    std::size_t unix_length_ = 0;
};

}  // namespace sipping::sink
