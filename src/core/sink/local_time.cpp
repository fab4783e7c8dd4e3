#include "sipping/sink/local_time.hpp"

#include <fmt/format.h>

#include <cstring>

#include "sipping/base/digits.hpp"

namespace sipping::sink {
namespace {

void two_digits(char* at, std::uint64_t value) noexcept {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view LocalTime::render(WallTime time, std::span<char, size> out) noexcept {
    // In microseconds: the second that the earliest WallTime falls in begins before it, which
    // nanoseconds cannot express.
    const auto us = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
    if (us < cached_second_ || us >= cached_second_ + std::chrono::seconds{1}) {
        const auto second = std::chrono::floor<std::chrono::seconds>(us);
        cached_second_ = second;
        const fmt::format_int unix_second(second.count());
        unix_length_ = unix_second.size();
        std::memcpy(unix_second_, unix_second.data(), unix_length_);
        const std::chrono::seconds local = second + std::chrono::seconds{offset_(second.count())};
        // The calendar of <chrono> is arithmetic alone: no clock and no time zone database.
        const auto day = std::chrono::floor<std::chrono::days>(local);
        const std::chrono::year_month_day date{std::chrono::sys_days{day}};
        const auto of_day = static_cast<std::uint64_t>((local - day).count());
        const auto year = static_cast<std::uint64_t>(static_cast<int>(date.year()));
        two_digits(&prefix_[0], static_cast<unsigned>(date.day()));
        two_digits(&prefix_[3], static_cast<unsigned>(date.month()));
        two_digits(&prefix_[6], year % 100);
        two_digits(&prefix_[9], of_day / 3600);
        two_digits(&prefix_[12], of_day / 60 % 60);
        two_digits(&prefix_[15], of_day % 60);
        prefix_[2] = prefix_[5] = '/';
        prefix_[8] = ' ';
        prefix_[11] = prefix_[14] = prefix_[17] = ':';
    }
    std::memcpy(out.data(), prefix_, sizeof prefix_);
    write_digits<6>(out.data() + sizeof prefix_,
                    static_cast<std::uint32_t>((us - cached_second_).count()));
    return {out.data(), out.size()};
}

}  // namespace sipping::sink
