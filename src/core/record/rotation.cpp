#include "sipping/record/rotation.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace sipping::record {
namespace {

std::chrono::seconds second_of(WallTime time) noexcept {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
}

}  // namespace

std::string dated_path(std::string_view path, WallTime begin, UtcOffset offset) {
    const std::int32_t east_s = offset(second_of(begin).count());
    const std::chrono::seconds local = second_of(begin) + std::chrono::seconds{east_s};
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{std::chrono::sys_days{day}};
    const auto of_day = (local - day).count();
    const std::int32_t zone_min = std::abs(east_s) / 60;

    const std::size_t name = path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1;
    std::size_t dot = path.rfind('.');
    if (dot == path.npos || dot <= name) dot = path.size();  // ".log" is a name, no extension
    return fmt::format("{}.{:04}{:02}{:02}T{:02}{:02}{:02}{}{:02}{:02}{}", path.substr(0, dot),
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), of_day / 3600, of_day / 60 % 60,
                       of_day % 60, east_s < 0 ? '-' : '+', zone_min / 60, zone_min % 60,
                       path.substr(dot));
}

WallTime next_rotation(WallTime now, Duration every, UtcOffset offset) noexcept {
    const std::chrono::seconds east{offset(second_of(now).count())};
    const Duration local = now.time_since_epoch() + east;
    const Duration day = std::chrono::floor<std::chrono::days>(local);
    const Duration from = every > 24h ? Duration::zero() : day;
    const Duration begun = (local - from) / every * every;
    // A period that does not divide the day begins anew at midnight.
    Duration next = from + begun + every;
    if (every <= 24h && next > day + 24h) next = day + 24h;
    return WallTime{next - east};
}

}  // namespace sipping::record
