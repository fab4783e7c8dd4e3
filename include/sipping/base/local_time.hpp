// Civil time for logs without touching the time zone database: the shell hands in the UTC offset.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "sipping/base/instant.hpp"

namespace sipping {

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
    /// As render(), a comma, then UNIX seconds: "15/05/26 02:08:07:230895,1778803687.230895". Only
    /// of times whose second has ten digits: from 2001 to 2255.
    static constexpr std::size_t both_size = size + 1 + 10 + 1 + 6;
    [[nodiscard]] std::string_view render_both(WallTime time,
                                               std::span<char, both_size> out) noexcept;
    [[nodiscard]] static bool has_ten_digits(WallTime time) noexcept {
        return time >= WallTime{1'000'000'000s} && time < WallTime{9'000'000'000s};
    }

private:
    static constexpr std::size_t micros_at = 18;
    static constexpr std::size_t unix_at = size + 1;
    static constexpr std::size_t unix_micros_at = unix_at + 11;

    /// Makes text_ that of the second of `time`; the microseconds within it.
    std::uint32_t prepare(WallTime time) noexcept;
    void render_second(std::chrono::seconds second) noexcept;

    UtcOffset offset_;
    std::chrono::microseconds cached_second_ = std::chrono::microseconds::min();
    std::array<char, both_size> text_{};  ///< of the cached second, without its microseconds
};

}  // namespace sipping
