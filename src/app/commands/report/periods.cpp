// `sipping report --per hour|day`: the targets side by side, hour by hour or day by day.
#include <fmt/format.h>

#include <algorithm>

#include "commands/report/view.hpp"
#include "sipping/base/grouped.hpp"
#include "text/json_words.hpp"
#include "text/table.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using report::Period;
using report::TargetHistory;

struct Line {
    const TargetHistory* target;
    const Period* period;
    std::string begin;
};

/// "2026-10-25 02:00", of an hour that comes twice with its zone.
std::string begin_words(WallTime begin, config::ReportPer per) {
    constexpr std::size_t without_zone = 23;
    const std::string text = local_moment(begin);
    return text.substr(0, per == config::ReportPer::day ? 10 : 16) +
           text.substr(std::min(text.size(), without_zone));
}

/// By time, then worst target first.
std::vector<Line> lines_of(const ReportView& view, const report::LocalGrid& grid) {
    std::vector<Line> lines;
    for (const TargetHistory* target : view.targets)
        for (const Period& period : target->series.periods())
            lines.push_back(
                {target, &period, begin_words(grid.begin_of(period.number), view.config.per)});
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        return a.period->number < b.period->number;
    });
    return lines;
}

std::string ms(const Period& period, Duration latency) {
    if (!period.has_latency()) return "-";
    return ms_text(latency);
}

double loss_percent(const Period& period) {
    return period.sent == 0
               ? 0
               : static_cast<double>(period.lost) * 100 / static_cast<double>(period.sent);
}

std::string json_text(const std::vector<Line>& lines) {
    Json all = Json::array();
    for (const Line& line : lines) {
        const Period& period = *line.period;
        Json json{{"begin", line.begin},
                  {"target", line.target->name},
                  {"site", line.target->site},
                  {"sent", period.sent},
                  {"lost", period.lost},
                  {"loss_percent", loss_percent(period)},
                  {"longest_run", period.longest_run},
                  {"latency_ms", nullptr}};
        if (period.has_latency())
            json["latency_ms"] = {
                {"p50", in_ms(period.p50)}, {"p99", in_ms(period.p99)}, {"max", in_ms(period.max)}};
        all.push_back(std::move(json));
    }
    return json_line(all, Letters::ascii) + '\n';
}

std::string csv_text(const std::vector<Line>& lines) {
    std::string text = "begin,target,site,sent,lost,longest_run,p50_ms,p99_ms,max_ms\n";
    for (const Line& line : lines) {
        const Period& period = *line.period;
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{}\n", line.begin, csv_field(line.target->name),
                        csv_field(line.target->site), period.sent, period.lost, period.longest_run,
                        ms(period, period.p50), ms(period, period.p99), ms(period, period.max));
    }
    return text;
}

}  // namespace

std::string report_periods(const ReportView& view, const report::LocalGrid& grid) {
    const std::vector<Line> lines = lines_of(view, grid);
    if (view.config.form == config::ReportForm::json) return json_text(lines);
    if (view.config.form == config::ReportForm::csv) return csv_text(lines);
    Table table{{view.config.per == config::ReportPer::day ? "day" : "hour", "sent", "lost",
                 "loss %", "longest run", "p50", "p99", "max ms", "target"}};
    table.left(8);
    for (const Line& line : lines) {
        const Period& period = *line.period;
        table.add({line.begin, grouped(period.sent), grouped(period.lost),
                   fmt::format("{:.2f}", loss_percent(period)), grouped(period.longest_run),
                   ms(period, period.p50), ms(period, period.p99), ms(period, period.max),
                   safe(full_name(*line.target))});
    }
    return table.text();
}

}  // namespace sipping::app
