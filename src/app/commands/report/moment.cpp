#include "commands/report/moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "commands/report/view.hpp"
#include "history/look_back.hpp"
#include "sipping/base/grouped.hpp"
#include "text/json_words.hpp"
#include "text/local_offset.hpp"
#include "text/message.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

/// Rows are kept to be put in order; a moment that is busier than this can be looked at in parts.
constexpr std::size_t rows_max = 2'000'000;

/// A row with a life of its own; ordered by time, then by what it says, since the order in which it
/// stood somewhere says nothing.
struct Kept {
    WallTime sent{};
    std::uint64_t call_id = 0;
    bool is_probe = true;
    std::string kind;
    bool answered = false;
    Duration latency{};
    std::uint16_t source_port = 0;
    std::string host, target, site, response, detail;

    friend auto operator<=>(const Kept&, const Kept&) = default;
};

Kept keep(const record::Row& row, const LogFile& file) {
    const bool classic = row.kind_word.empty();
    return {.sent = row.sent,
            .call_id = row.call_id,
            .is_probe = row.is_probe(),
            .kind = std::string{classic ? to_string(row.kind) : row.kind_word},
            .answered = row.latency.has_value(),
            .latency = row.latency.value_or(Duration::zero()),
            .source_port = row.source_port,
            .host = std::string{row.host},
            .target = std::string{report::name_of(row, file.name)},
            .site = std::string{row.site},
            .response = std::string{row.response},
            .detail = std::string{row.detail}};
}

std::string call_id_of(const Kept& row) {
    if (!row.is_probe) return {};
    return fmt::format("{:010}{}{}", row.call_id, row.site.empty() ? "" : "@", row.site);
}

std::string latency_of(const Kept& row) {
    if (!row.is_probe) return {};
    return row.answered ? ms_text(row.latency) : "drop";
}

std::string unix_of(const Kept& row) {
    const auto us =
        std::chrono::floor<std::chrono::microseconds>(row.sent.time_since_epoch()).count();
    return fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
}

void print_text(const Kept& row) {
    std::string line = fmt::format("{}  {:<10}  {:>12}  {:>10}  {}", local_moment(row.sent),
                                   row.kind, row.answered ? latency_of(row) + " ms" : "",
                                   safe(call_id_of(row)), safe(row.target));
    if (row.answered) line += "  " + safe(row.response);
    if (!row.detail.empty()) line += "  [" + safe(row.detail) + ']';
    fmt::print("{}\n", line);
}

/// In the form of the log.
void print_csv(const Kept& row) {
    std::array<char, LocalTime::size> time;
    fmt::print("{},{},{},{},{},{},{},{},{},{}\n",
               LocalTime{local_utc_offset}.render(row.sent, time), unix_of(row),
               csv_field(row.host), latency_of(row), csv_field(call_id_of(row)),
               row.answered   ? csv_field(row.response)
               : row.is_probe ? "drop"
                              : "",
               csv_field(row.target), row.source_port == 0 ? "" : std::to_string(row.source_port),
               row.kind, csv_field(row.detail));
}

void print_json(const Kept& row) {
    Json json{{"timestamp", std::stod(unix_of(row))},
              {"host", row.host},
              {"latency_ms", nullptr},
              {"callid", call_id_of(row)},
              {"response", row.response},
              {"target", row.target},
              {"source_port", row.source_port},
              {"kind", row.kind},
              {"detail", row.detail}};
    if (row.answered) json["latency_ms"] = std::stod(latency_of(row));
    fmt::print("{}\n", json_line(json, Letters::ascii));
}

void print(const std::vector<Kept>& rows, config::ReportForm form) {
    if (form == config::ReportForm::csv)
        fmt::print("time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n");
    for (const Kept& row : rows)
        switch (form) {
            case config::ReportForm::csv: print_csv(row); break;
            case config::ReportForm::json: print_json(row); break;
            case config::ReportForm::text: print_text(row); break;
        }
}

}  // namespace

void show_moment(const config::ReportConfig& config, LogInput& input, WallTime from, WallTime to,
                 Progress& progress) {
    record::TargetNames names(config.targets);
    std::vector<Kept> rows;
    std::set<std::string> wanted;
    bool too_many = false;
    const LogFile* file = nullptr;
    input.read(
        from, to, [&](const LogFile& next) { file = &next; },
        [&](const record::Row& row) {
            if (row.sent < from || row.sent >= to) return true;
            const bool named =
                report::is_of_all(row) || names.has(report::name_of(row, file->name), row.host);
            // One that was answered by another address names that one: its target decides.
            if (!named && !row.detail_of("from")) return true;
            if (rows.size() == rows_max) return too_many = true, false;
            rows.push_back(keep(row, *file));
            if (named) wanted.insert(rows.back().target);
            return true;
        },
        progress);
    if (too_many)
        throw UsageError(
            fmt::format("more than {} rows in that time: ask for less with --around "
                        "or --target",
                        grouped(rows_max)));
    refuse_mistyped(names, true);
    std::erase_if(rows, [&](const Kept& row) { return !wanted.contains(row.target); });
    std::ranges::sort(rows);
    const auto first_copy = std::unique(rows.begin(), rows.end());
    const auto left_out = static_cast<std::uint64_t>(rows.end() - first_copy);
    rows.erase(first_copy, rows.end());
    if (rows.empty() && config.form == config::ReportForm::text)
        fmt::print("No probe between {} and {} in these logs.\n", local_moment(from),
                   local_moment(to));
    print(rows, config.form);
    if (left_out > 0)
        tell(fmt::format("note: {} left out: others say the same", counted(left_out, "row")));
}

}  // namespace sipping::app
