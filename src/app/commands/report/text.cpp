// A report for people: one table of the targets, then what happened, worst first.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "commands/report/view.hpp"
#include "sipping/base/grouped.hpp"
#include "text/table.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using report::Outage;
using report::TargetHistory;

constexpr std::size_t outages_shown = 40;
constexpr std::size_t findings_shown = 10;
constexpr std::size_t changes_shown = 20;

std::string head(const ReportView& view) {
    const std::uint64_t sent = [&] {
        std::uint64_t sum = 0;
        for (const TargetHistory* target : view.targets)
            sum += target->series.sent();
        return sum;
    }();
    return fmt::format("{} to {} ({}), {}: {}, {}, {}\n", local_moment(view.from),
                       local_moment(view.to), safe(view.zone), length_words(view.to - view.from),
                       counted(view.files.size(), "log"), counted(view.targets.size(), "target"),
                       counted(sent, "probe"));
}

/// Two decimals, and no 100 where something is missing.
std::string percent(double share) {
    return fmt::format("{:.2f}", std::floor(share * 1e4 + 1e-6) / 100);
}

std::vector<std::string> titles(const ReportView& view) {
    std::vector<std::string> titles{"target", "sent", "recd", "lost", "loss %", "own?", "late"};
    if (!view.config.codes.down.empty()) titles.emplace_back("refused");
    if (!view.config.codes.maintenance.empty()) titles.emplace_back("maint");
    for (const char* title : {"min", "p50", "p95", "p99", "max ms", "longest run", "outages",
                              "avail %", "cover %", "codes"})
        titles.emplace_back(title);
    return titles;
}

std::string targets_table(const ReportView& view) {
    std::vector<std::string> columns = titles(view);
    const std::size_t codes = columns.size() - 1;
    Table table{std::move(columns)};
    table.left(0);
    table.left(codes);
    for (const TargetHistory* target : view.targets) {
        const report::Series& series = target->series;
        const auto latency = [&](double share) {
            return series.has_latency() ? ms_text(series.latency(share)) : "-";
        };
        std::vector<std::string> row{safe(full_name(*target)),
                                     grouped(series.sent()),
                                     grouped(series.received()),
                                     grouped(series.lost()),
                                     fmt::format("{:.2f}", series.loss_percent()),
                                     grouped(series.perhaps_own()),
                                     grouped(series.count(Kind::late))};
        if (!view.config.codes.down.empty()) row.push_back(grouped(series.refused()));
        if (!view.config.codes.maintenance.empty()) row.push_back(grouped(series.maintenance()));
        const auto availability = series.availability();
        for (std::string& cell :
             std::array{series.has_latency() ? ms_text(series.latency_min()) : "-", latency(0.5),
                        latency(0.95), latency(0.99),
                        series.has_latency() ? ms_text(series.latency_max()) : "-",
                        grouped(series.longest_run()), grouped(series.outages().size()),
                        availability ? percent(*availability) : "-", percent(series.coverage()),
                        codes_text(series)})
            row.push_back(std::move(cell));
        table.add(std::move(row));
    }
    return table.text();
}

/// All outages, by begin.
std::vector<std::pair<const Outage*, const TargetHistory*>> all_outages(const ReportView& view) {
    std::vector<std::pair<const Outage*, const TargetHistory*>> all;
    for (const TargetHistory* target : view.targets)
        for (const Outage& outage : target->series.outages())
            all.emplace_back(&outage, target);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first->begin < b.first->begin; });
    return all;
}

std::string outages(const ReportView& view) {
    const auto all = all_outages(view);
    const bool sorts = !view.config.codes.empty();
    const std::string_view what = sorts ? "failures" : "losses";
    const std::uint32_t run = view.config.outage_run;
    if (all.empty()) return fmt::format("\nNo outage: never {} or more {} in a row.\n", run, what);
    std::string text =
        fmt::format("\nOutages ({} or more {} in a row): {}\n", run, what, grouped(all.size()));
    std::vector<std::string> titles{"begin", "end", "for", "lost"};
    if (sorts) titles.insert(titles.end(), {"refused", "maint", "sort"});
    titles.insert(titles.end(), {"late", "first Call-ID", "last Call-ID", "target"});
    const std::size_t last = titles.size() - 1;
    Table table{std::move(titles)};
    table.left(2);
    if (sorts) table.left(6);
    table.left(last);
    for (const auto& [outage, target] : all) {
        if (table.rows() == outages_shown) break;
        std::vector<std::string> row{
            local_moment(outage->begin) + (outage->open_begin ? " or before" : ""),
            outage->open ? "not seen" : local_moment(outage->end), length_words(outage->length),
            grouped(outage->lost)};
        if (sorts)
            row.insert(row.end(), {grouped(outage->refused), grouped(outage->maintenance),
                                   std::string{to_string(outage->sort)}});
        row.insert(row.end(),
                   {grouped(outage->late), call_id_text(outage->first_call_id, *target),
                    call_id_text(outage->last_call_id, *target), safe(full_name(*target))});
        table.add(std::move(row));
    }
    text += table.text();
    if (all.size() > outages_shown)
        text +=
            fmt::format("... and {} more (--csv has all)\n", grouped(all.size() - outages_shown));
    return text;
}

/// "sbc1, sbc2 and 15 more"
std::string names_of(const ReportView& view, const std::vector<std::uint32_t>& targets) {
    constexpr std::size_t named = 3;
    std::string text;
    for (std::size_t i = 0; i < targets.size() && i < named; ++i)
        text += (i == 0 ? "" : ", ") + safe(full_name(*view.targets[targets[i]]));
    if (targets.size() > named) text += fmt::format(" and {} more", targets.size() - named);
    return text;
}

std::string spread_words(Duration spread) {
    if (spread > 1s) return length_words(spread);
    return fmt::format("{} ms", std::chrono::ceil<std::chrono::milliseconds>(spread).count());
}

/// Where nobody asks another host, nor another target of it, that may be it as well.
std::string or_host_words(const ReportView& view, const report::Together& one) {
    const std::string& host = view.targets[one.targets[0]]->host;
    const bool all = one.targets.size() == view.targets.size();
    const bool same = std::ranges::all_of(
        view.targets, [&](const TargetHistory* target) { return target->host == host; });
    if (one.look_at != report::LookAt::our_side || host.empty() || !all || !same) return "";
    return fmt::format(", or at their host, {}", safe(host));
}

std::string place_words(report::LookAt look_at, const TargetHistory& first) {
    switch (look_at) {
        case report::LookAt::our_side: return "look on our side";
        case report::LookAt::host: return fmt::format("look at their host, {}", safe(first.host));
        case report::LookAt::shared:
        case report::LookAt::target:
        case report::LookAt::start: break;
    }
    return "look at what they share";
}

std::string beside_load(const ReportView& view) {
    std::string text;
    std::size_t shown = 0;
    for (const TargetHistory* target : view.targets) {
        const std::size_t count = outages_beside_load(*target, view.analysis);
        if (count == 0 || ++shown > findings_shown) continue;
        text += fmt::format(
            "  {}: {} of {} while another run of ours ({}) put load on {}: perhaps that was why\n",
            safe(full_name(*target)), count, counted(target->series.outages().size(), "outage"),
            run_words(view.analysis), safe(target->host));
    }
    if (shown > findings_shown)
        text += fmt::format("  ... and {} more such targets\n", shown - findings_shown);
    return text;
}

std::string together(const ReportView& view) {
    std::string text;
    std::size_t shown = 0;
    for (const report::Together& one : view.together) {
        if (++shown > findings_shown) continue;
        const TargetHistory& first = *view.targets[one.targets[0]];
        const std::string when =
            fmt::format("within {} at {}", spread_words(one.spread), local_moment(one.begin));
        if (one.look_at == report::LookAt::target)
            text += fmt::format("  {} probers lost {} {}: look at its side\n", one.targets.size(),
                                safe(first.target), when);
        else if (one.look_at == report::LookAt::start)
            text += fmt::format(
                "  {} of {} targets failed from the first probe on, {}: nobody saw when it began "
                "({})\n",
                one.targets.size(), view.targets.size(), when, names_of(view, one.targets));
        else
            text += fmt::format("  {} of {} targets {} {}: {} ({}){}\n", one.targets.size(),
                                view.targets.size(), one.lost ? "lost" : "failed", when,
                                place_words(one.look_at, first), names_of(view, one.targets),
                                or_host_words(view, one));
    }
    if (shown > findings_shown)
        text += fmt::format("  ... and {} more such moments\n", shown - findings_shown);
    return text;
}

std::string daily(const ReportView& view) {
    std::string text;
    for (const report::Daily& one : view.daily) {
        const std::string days = one.all_days ? fmt::format("every day ({} days)", one.days)
                                              : fmt::format("on {} of {} days from {} on", one.days,
                                                            one.of, date_words(one.first_day));
        text += fmt::format("  {} between {} and {}: {}\n", days, time_of_day(one.from_s),
                            time_of_day(one.to_s), names_of(view, one.targets));
    }
    return text;
}

std::string changes(const ReportView& view) {
    std::vector<std::pair<const report::StatusChange*, const TargetHistory*>> all;
    std::uint64_t left_out = 0;
    for (const TargetHistory* target : view.targets) {
        for (const report::StatusChange& change : target->series.changes())
            all.emplace_back(&change, target);
        left_out += target->series.changes_left_out();
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first->at < b.first->at; });
    std::string text;
    for (std::size_t i = 0; i < all.size() && i < changes_shown; ++i) {
        const auto& [change, target] = all[i];
        text += fmt::format("  {}  {} -> {}  [id: {}]  {}\n", local_moment(change->at),
                            safe(view.analysis.lines().text(change->before)),
                            safe(view.analysis.lines().text(change->after)),
                            call_id_text(change->call_id, *target), safe(full_name(*target)));
    }
    left_out += all.size() - std::min(all.size(), changes_shown);
    if (left_out > 0)
        text += fmt::format("  ... and {} more (--json has the first 1,000 of each target)\n",
                            grouped(left_out));
    return text;
}

std::string nothing(const ReportView& view) {
    std::string text = "No probe of that time and those targets in these logs.\n";
    if (!view.analysis.other_runs().empty())
        text += fmt::format("There are rows of other runs ({}): --runs all counts them.\n",
                            run_words(view.analysis));
    return text;
}

std::string titled(std::string_view title, const std::string& text) {
    return text.empty() ? "" : fmt::format("\n{}\n{}", title, text);
}

}  // namespace

std::string full_name(const TargetHistory& target) {
    return target.site.empty() ? target.name : fmt::format("{} @{}", target.name, target.site);
}

std::string call_id_text(std::uint64_t call_id, const TargetHistory& target) {
    return target.site.empty() ? fmt::format("{:010}", call_id)
                               : fmt::format("{:010}@{}", call_id, safe(target.site));
}

std::string report_text(const ReportView& view) {
    if (view.from > view.to) return nothing(view);
    return head(view) + '\n' + targets_table(view) + outages(view) +
           titled("What belongs together", daily(view) + together(view) + beside_load(view)) +
           titled("Changes of status", changes(view)) +
           titled("What the targets sent", report_arrivals(view)) +
           titled("Our own side", report_own_side(view));
}

}  // namespace sipping::app
