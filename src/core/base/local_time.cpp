#include "sipping/base/local_time.hpp"

#include <cstring>

#include "sipping/base/digits.hpp"

namespace sipping {

void LocalTime::render_second(std::chrono::seconds second) noexcept {
    const std::chrono::seconds local = second + std::chrono::seconds{offset_(second.count())};
    // The calendar of <chrono> is arithmetic alone: no clock and no time zone database.
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{std::chrono::sys_days{day}};
    const auto of_day = static_cast<std::uint32_t>((local - day).count());
    char* const text = text_.data();
    write_digits<2>(text, static_cast<unsigned>(date.day()));
    write_digits<2>(text + 3, static_cast<unsigned>(date.month()));
    write_digits<2>(text + 6, static_cast<std::uint32_t>(static_cast<int>(date.year())));
    write_digits<2>(text + 9, of_day / 3600);
    write_digits<2>(text + 12, of_day / 60 % 60);
    write_digits<2>(text + 15, of_day % 60);
    text[2] = text[5] = '/';
    text[8] = ' ';
    text[11] = text[14] = text[17] = ':';
    text[size] = ',';
    write_digits<10>(text + unix_at, static_cast<std::uint64_t>(second.count()));
    text[unix_micros_at - 1] = '.';
}

std::uint32_t LocalTime::prepare(WallTime time) noexcept {
    // In microseconds: the second that the earliest WallTime falls in begins before it, which
    // nanoseconds cannot express.
    const auto us = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
    if (us < cached_second_ || us >= cached_second_ + std::chrono::seconds{1}) {
        const auto second = std::chrono::floor<std::chrono::seconds>(us);
        cached_second_ = second;
        render_second(second);
    }
    return static_cast<std::uint32_t>((us - cached_second_).count());
}

std::string_view LocalTime::render(WallTime time, std::span<char, size> out) noexcept {
    const std::uint32_t us = prepare(time);
    std::memcpy(out.data(), text_.data(), size);
    write_digits<6>(out.data() + micros_at, us);
    return {out.data(), out.size()};
}

std::string_view LocalTime::render_both(WallTime time, std::span<char, both_size> out) noexcept {
    const std::uint32_t us = prepare(time);
    std::memcpy(out.data(), text_.data(), both_size);
    write_digits<6>(out.data() + micros_at, us);
    std::memcpy(out.data() + unix_micros_at, out.data() + micros_at, 6);
    return {out.data(), out.size()};
}

}  // namespace sipping
