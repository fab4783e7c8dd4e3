// What belongs together: outages of several targets at once, outages that come every day.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sipping/base/local_time.hpp"
#include "sipping/report/analysis.hpp"

namespace sipping::report {

/// Where to look for what several outages have in common.
enum class LookAt : std::uint8_t {
    our_side,  ///< many targets, as one prober saw them
    shared,  ///< two targets; or several, as probers of several sites saw them; or responses came,
             ///< if late or with codes that count as failures
    host,    ///< all these are of one host, and others are not
    target,  ///< one target, as several probers saw it
    start,   ///< all failed from their first probe on: that moment is when we began
};
/// "our-side", "shared", "host", "target", "start".
[[nodiscard]] std::string_view to_string(LookAt look_at) noexcept;

/// Outages of several targets, or of one as several probers saw it, that may have begun at one
/// moment: within a second, or all since the last response before each of them.
struct Together {
    WallTime begin{};
    Duration spread{};                   ///< from the first to the last of them
    std::vector<std::uint32_t> targets;  ///< indices, ascending
    LookAt look_at = LookAt::our_side;
    bool lost = true;  ///< something was, in each of them; else they were answered, with codes that
                       ///< count as failures
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
