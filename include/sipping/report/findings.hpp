// What belongs together: outages of several targets at once, outages that come every day.
#pragma once

#include <cstdint>
#include <vector>

#include "sipping/base/local_time.hpp"
#include "sipping/report/analysis.hpp"

namespace sipping::report {

/// Outages of several targets that began within a second; or of one target, as several probers saw
/// it.
struct Together {
    WallTime begin{};
    Duration spread{};                   ///< from the first to the last of them
    std::vector<std::uint32_t> targets;  ///< indices, ascending
    bool one_target = false;             ///< all these are of the same one
};

/// Outages that began at the same time of day, on most days.
struct Daily {
    std::int32_t from_s = 0;     ///< local seconds of the day, to a quarter of an hour
    std::int32_t to_s = 0;       ///< likewise; beyond midnight less than from_s
    std::uint32_t days = 0;      ///< on so many, ...
    std::uint32_t of = 0;        ///< ... of so many from the first to the last of them
    std::int64_t first_day = 0;  ///< of them, local days since 1970-01-01
    bool all_days = false;       ///< there are no other days in the log
    std::vector<std::uint32_t> targets;
};

/// By begin.
[[nodiscard]] std::vector<Together> find_together(const std::deque<TargetHistory>& targets);
/// By time of day.
[[nodiscard]] std::vector<Daily> find_daily(const std::deque<TargetHistory>& targets,
                                            UtcOffset offset);

}  // namespace sipping::report
