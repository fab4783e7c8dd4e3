// The options of `sipping report`.
#include <array>

#include "sipping/config/options.hpp"
#include "sipping/config/words.hpp"

namespace sipping::config {
namespace {

using Value = std::string_view;
using Report = ReportConfig;

constexpr std::uint64_t outage_run_max = 1'000'000;

/// A bare number is seconds.
std::string set_time(Value value, Duration& time) {
    const auto read = parse_duration(value, 1s);
    if (!read || *read <= Duration::zero())
        return "not a time (e.g. 90, 5m, 24h, 14d; a bare number is seconds)";
    time = *read;
    return {};
}

std::string set_per(Value value, Report& config) {
    static constexpr Choices<ReportPer, 2> words{
        {{"hour", ReportPer::hour}, {"day", ReportPer::day}}};
    return read_choice(value, words, config.per);
}

std::string set_runs(Value value, Report& config) {
    static constexpr Choices<ReportRuns, 4> words{{{"monitor", ReportRuns::monitor},
                                                   {"stress", ReportRuns::stress},
                                                   {"ports", ReportRuns::ports},
                                                   {"all", ReportRuns::all}}};
    return read_choice(value, words, config.runs);
}

constexpr std::array report = std::to_array<Option<Report>>({
    {'\0', "outage-run", Takes::value,
     [](Value v, Report& c) { return read_count(v, 1, outage_run_max, c.outage_run); }},
    {'\0', "at", Takes::value, [](Value v, Report& c) { return read_text(v, c.at); }},
    {'\0', "around", Takes::value,
     [](Value v, Report& c) { return c.around_given = true, set_time(v, c.around); }},
    {'\0', "from", Takes::value, [](Value v, Report& c) { return read_text(v, c.from); }},
    {'\0', "to", Takes::value, [](Value v, Report& c) { return read_text(v, c.to); }},
    {'\0', "last", Takes::value, [](Value v, Report& c) { return set_time(v, c.last.emplace()); }},
    {'\0', "target", Takes::values, [](Value v, Report& c) { return add_text(v, c.targets); }},
    {'\0', "down-codes", Takes::value,
     [](Value v, Report& c) { return read_codes(v, c.codes.down); }},
    {'\0', "maintenance-codes", Takes::value,
     [](Value v, Report& c) { return read_codes(v, c.codes.maintenance); }},
    {'\0', "runs", Takes::value, set_runs},
    {'\0', "tz", Takes::value, [](Value v, Report& c) { return read_text(v, c.zone); }},
    {'\0', "per", Takes::value, set_per},
    {'\0', "json", Takes::nothing, [](Value, Report& c) { return c.json = true, std::string{}; }},
    {'\0', "csv", Takes::nothing, [](Value, Report& c) { return c.csv = true, std::string{}; }},
    {'\0', "html", Takes::value, [](Value v, Report& c) { return read_text(v, c.html); }},
    {'q', "quiet", Takes::nothing, [](Value, Report& c) { return c.quiet = true, std::string{}; }},
});

}  // namespace

std::span<const Option<ReportConfig>> report_options() noexcept {
    return report;
}

void settle(ReportConfig& config) {
    if (config.json) config.form = ReportForm::json;
    if (config.csv) config.form = ReportForm::csv;
}

std::string check(const ReportConfig& config) {
    if (config.logs.empty())
        return "report needs a log file, or a folder of them: sipping report sipping-logs";
    if (config.json && config.csv) return "--json and --csv exclude each other";
    if (config.last && (!config.from.empty() || !config.to.empty()))
        return "--last goes without --from and --to";
    if (!config.at.empty() && (config.last || !config.from.empty() || !config.to.empty()))
        return "--at goes without --from, --to and --last (--around says how much of it)";
    if (config.around_given && config.at.empty()) return "--around goes with --at";
    if (!config.at.empty() && (!config.html.empty() || config.per != ReportPer::nothing))
        return "--at shows probes, it goes without --per and --html";
    if (config.per != ReportPer::nothing && !config.html.empty())
        return "--per and --html exclude each other";
    return {};
}

}  // namespace sipping::config
