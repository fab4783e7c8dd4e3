// All that an analysis tells, as text: two that tell the same are the same text.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sipping/report/analysis.hpp"

namespace sipping::report {

inline std::string told(const Series& series, const Analysis& analysis) {
    std::string text = fmt::format(
        "sent {} recd {} lost {} own {} refused {} maint {} unread {} beside {} run {} first {} "
        "last {} min {} max {} p50 {} cover {:.9f} avail {:.9f} late {} dup {} pending {}\n",
        series.sent(), series.received(), series.lost(), series.perhaps_own(), series.refused(),
        series.maintenance(), series.unread(), series.lost_beside_unread(), series.longest_run(),
        series.first().time_since_epoch().count(), series.last().time_since_epoch().count(),
        series.latency_min().count(), series.latency_max().count(),
        series.has_latency() ? series.latency(0.5).count() : 0, series.coverage(),
        series.availability().value_or(-1), series.count(Kind::late), series.count(Kind::duplicate),
        series.count(Kind::pending));
    for (const auto& [code, count] : series.codes())
        text += fmt::format("code {} x {}\n", code, count);
    std::vector<std::string> faults;
    for (const auto& [fault, count] : series.syntax())
        faults.push_back(fmt::format("{} x {}\n", analysis.faults().text(fault), count));
    std::ranges::sort(faults);
    for (const std::string& fault : faults)
        text += fault;
    for (const Outage& outage : series.outages())
        text += fmt::format(
            "outage {} to {} for {} {} lost {} refused {} late {} icmp {} ids {} {} "
            "{}{}{}\n",
            outage.begin.time_since_epoch().count(), outage.end.time_since_epoch().count(),
            outage.length.count(), to_string(outage.sort), outage.lost, outage.refused, outage.late,
            outage.icmp, outage.first_call_id, outage.last_call_id, outage.open ? "open" : "",
            outage.open_begin ? "open begin" : "", outage.clock_set_back ? "set back" : "");
    for (const StatusChange& change : series.changes())
        text += fmt::format("change {} {} {} {}\n", change.at.time_since_epoch().count(),
                            analysis.lines().text(change.before),
                            analysis.lines().text(change.after), change.call_id);
    for (const OwnGap& gap : series.gaps())
        text += fmt::format("gap {} {} {} {}\n", gap.from.time_since_epoch().count(),
                            gap.until.time_since_epoch().count(), gap.reason, gap.count);
    for (const auto& [from, until] : series.pauses().spans())
        text += fmt::format("pause {} {}\n", from.time_since_epoch().count(),
                            until.time_since_epoch().count());
    for (const auto& [from, until] : series.holes().spans())
        text += fmt::format("hole {} {}\n", from.time_since_epoch().count(),
                            until.time_since_epoch().count());
    for (const Period& period : series.periods())
        text += fmt::format("period {} sent {} lost {} run {} max {}\n", period.number, period.sent,
                            period.lost, period.longest_run, period.max.count());
    return text;
}

/// `with_copies`: how many rows were left out, too.
inline std::string told(const Analysis& analysis, bool with_copies = true) {
    std::vector<std::string> targets;
    for (const TargetHistory& target : analysis.targets())
        targets.push_back(fmt::format("{} @{} {}\n{}", target.name, target.site, target.host,
                                      told(target.series, analysis)));
    std::ranges::sort(targets);
    std::string text;
    for (const std::string& target : targets)
        text += target;
    for (const auto& [reason, gap] : analysis.gaps())
        text += fmt::format("{}: {} x {} for {}\n", reason, gap.count, gap.spans.size(),
                            gap.spans.length().count());
    text += fmt::format("pauses {} set back {}\n", analysis.pauses().length().count(),
                        analysis.clock_set_back());
    for (const auto& [run, count] : analysis.other_runs())
        text += fmt::format("run {} x {}\n", run, count);
    if (with_copies) text += fmt::format("copies {}\n", analysis.copies());
    return text;
}

}  // namespace sipping::report
