#include "sipping/report/grids.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "sipping/report/floor_div.hpp"

namespace sipping::report {
namespace {

using std::chrono::seconds;

constexpr std::int64_t day_s = 86'400;

}  // namespace

/// Where in that local time a clock was put back to its begin, or into it: then it comes twice, and
/// this is when it comes again.
std::optional<WallTime> LocalGrid::again(std::int64_t place) const {
    if (length_.count() >= day_s) return std::nullopt;
    const std::int64_t local_s = place * length_.count();
    const std::int32_t before = offset_(local_s - day_s);
    const std::int32_t after = offset_(local_s + day_s);
    const std::int64_t back_s = local_s + length_.count() - before;
    if (before <= after || offset_(back_s - 1) != before || offset_(back_s) != after)
        return std::nullopt;
    return WallTime{seconds{back_s}};
}

WallTime LocalGrid::begin_of(std::int64_t number) const {
    const std::int64_t place = floor_div(number, 2);
    if (number != place * 2)
        if (const auto second = again(place)) return *second;
    const std::int64_t local_s = place * length_.count();
    const std::int32_t before = offset_(local_s - day_s);
    const std::int32_t after = offset_(local_s + day_s);
    for (const std::int32_t offset : {std::max(before, after), std::min(before, after)})
        if (offset_(local_s - offset) == offset) return WallTime{seconds{local_s - offset}};
    return WallTime{seconds{local_s - before}};  // skipped that day: when it went on
}

Grid::Cell LocalGrid::cell(WallTime at) const {
    const auto unix_s = std::chrono::floor<seconds>(at.time_since_epoch()).count();
    const std::int64_t place = floor_div(unix_s + offset_(unix_s), length_.count());
    const auto second = again(place);
    if (!second) return {place * 2, begin_of(place * 2), begin_of(place * 2 + 2)};
    if (at < *second) return {place * 2, begin_of(place * 2), *second};
    return {place * 2 + 1, *second, begin_of(place * 2 + 2)};
}

Grid::Cell ColumnGrid::cell(WallTime at) const {
    const std::int64_t number = floor_div((at - begin_).count(), width_.count());
    return {number, begin_ + number * width_, begin_ + (number + 1) * width_};
}

Columns columns_for(WallTime from, WallTime to, std::uint32_t columns_max,
                    std::int32_t utc_offset_s) {
    static constexpr std::array<Duration, 21> widths{1s,   2s,   5s,    10s,   15s,   30s,   1min,
                                                     2min, 5min, 10min, 15min, 20min, 30min, 1h,
                                                     2h,   3h,   4h,    6h,    12h,   24h,   168h};
    Duration width = widths.back();
    for (const Duration one : widths)
        if ((to - from) / one + 2 <= columns_max) {
            width = one;
            break;
        }
    while ((to - from) / width + 2 > columns_max)
        width *= 2;
    const std::int64_t local =
        from.time_since_epoch().count() + Duration{seconds{utc_offset_s}}.count();
    const Duration into{local - floor_div(local, width.count()) * width.count()};
    const WallTime begin = from - into;
    return {begin, width, static_cast<std::uint32_t>((to - begin) / width + 1)};
}

}  // namespace sipping::report
