// A report for programs: CSV with a row for each outage, JSON with everything.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "commands/report/columns.hpp"
#include "commands/report/view.hpp"
#include "sipping/base/version.hpp"
#include "text/json_words.hpp"
#include "text/local_offset.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using report::Outage;
using report::TargetHistory;

constexpr std::size_t page_outages_max = 2000;  // of one target: more make no readable page

Json outage_json(const Outage& outage, const TargetHistory& target) {
    return {{"from", unix_s(outage.begin)},
            {"to", unix_s(outage.end)},
            {"seconds", in_s(outage.length)},
            {"sort", to_string(outage.sort)},
            {"lost", outage.lost},
            {"refused", outage.refused},
            {"maintenance", outage.maintenance},
            {"late", outage.late},
            {"icmp", outage.icmp},
            {"unread", outage.unread},
            {"first_call_id", call_id_text(outage.first_call_id, target)},
            {"last_call_id", call_id_text(outage.last_call_id, target)},
            {"open", outage.open},
            {"open_begin", outage.open_begin},
            {"clock_set_back", outage.clock_set_back}};
}

Json latency_json(const report::Series& series) {
    if (!series.has_latency()) return nullptr;
    return {{"min", in_ms(series.latency_min())},
            {"p50", in_ms(series.latency(0.5))},
            {"p95", in_ms(series.latency(0.95))},
            {"p99", in_ms(series.latency(0.99))},
            {"max", in_ms(series.latency_max())}};
}

/// By code; responses without one are "none".
Json codes_json(const report::Series& series) {
    Json json = Json::object();
    for (const auto& [code, count] : series.codes())
        json[code == 0 ? "none" : std::to_string(code)] = count;
    return json;
}

Json syntax_json(const report::Series& series, const report::Texts& faults) {
    std::map<std::string_view, std::uint64_t> by_word;
    for (const auto& [fault, count] : series.syntax())
        by_word[faults.text(fault)] += count;
    Json json = Json::object();
    for (const auto& [word, count] : by_word)
        json[std::string{word}] = count;
    return json;
}

Json gaps_json(const report::Series& series) {
    Json gaps = Json::array();
    for (const report::OwnGap& gap : series.gaps())
        gaps.push_back({{"from", unix_s(gap.from)},
                        {"to", unix_s(gap.until)},
                        {"reason", gap.reason},
                        {"count", gap.count}});
    return gaps;
}

/// `outages_max`: only the first ones.
Json target_json(const TargetHistory& target, const report::Analysis& analysis,
                 std::size_t outages_max) {
    const report::Series& series = target.series;
    const report::StatusLines& lines = analysis.lines();
    const auto availability = series.availability();
    Json json{{"target", target.name},
              {"site", target.site},
              {"host", target.host},
              {"first", nullptr},
              {"last", nullptr},
              {"sent", series.sent()},
              {"received", series.received()},
              {"lost", series.lost()},
              {"refused", series.refused()},
              {"maintenance", series.maintenance()},
              {"loss_percent", series.loss_percent()},
              {"perhaps_own", series.perhaps_own()},
              {"late", series.count(Kind::late)},
              {"duplicate", series.count(Kind::duplicate)},
              {"not_sent", series.count(Kind::send_error) + series.count(Kind::local)},
              {"pending", series.count(Kind::pending)},
              {"unread", series.unread()},
              {"lost_beside_unread", series.lost_beside_unread()},
              {"codes", codes_json(series)},
              {"syntax", syntax_json(series, analysis.faults())},
              {"latency_ms", latency_json(series)},
              {"longest_run", series.longest_run()},
              {"coverage", series.coverage()},
              {"availability", nullptr}};
    if (availability) json["availability"] = *availability;
    if (series.any_probe()) {
        json["first"] = unix_s(series.first());
        json["last"] = unix_s(series.last());
    }
    Json& outages = json["outages"] = Json::array();
    const std::size_t shown = std::min(series.outages().size(), outages_max);
    for (const Outage& outage : std::span{series.outages()}.first(shown))
        outages.push_back(outage_json(outage, target));
    json["outages_beside_other_runs"] = outages_beside_load(target, analysis);
    json["outage_seconds"] = in_s(series.time_down());
    json["maintenance_seconds"] = in_s(series.time_in(report::Sort::maintenance));
    json["outages_left_out"] = series.outages().size() - shown;
    Json& changes = json["changes"] = Json::array();
    for (const report::StatusChange& change : series.changes())
        changes.push_back({{"at", unix_s(change.at)},
                           {"from", lines.text(change.before)},
                           {"to", lines.text(change.after)},
                           {"call_id", call_id_text(change.call_id, target)}});
    json["changes_left_out"] = series.changes_left_out();
    json["gaps"] = gaps_json(series);
    json["gaps_left_out"] = series.gaps_left_out();
    return json;
}

/// [[from when, seconds east of UTC], ...] for all of the report's time.
Json utc_offsets(const ReportView& view) {
    const auto second_of = [](WallTime at) {
        return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
    };
    constexpr std::int64_t quarter_s = 900;  // zones change at such moments
    const std::int64_t from = second_of(view.from) / quarter_s * quarter_s;
    Json offsets = Json::array();
    std::int32_t last = local_utc_offset(from);
    offsets.push_back({from, last});
    for (std::int64_t at = from; at <= second_of(view.to); at += quarter_s)
        if (const std::int32_t offset = local_utc_offset(at); offset != last)
            offsets.push_back({at, last = offset});
    return offsets;
}

/// The first ones, how many more there are, and how long all of them are.
void put_spans(const std::string& what, const report::SpanSet& set, Json& json) {
    Json& spans = json[what + 's'] = Json::array();
    for (const auto& [from, until] : set.spans()) {
        if (spans.size() == report::Series::gaps_max) break;
        spans.push_back({{"from", unix_s(from)}, {"to", unix_s(until)}});
    }
    const std::size_t shown = spans.size();
    json[what + "s_left_out"] = set.size() - shown;
    json[what + "_seconds"] = in_s(set.length());
}

/// What this prober did or did not do, and which rows were left out.
void put_own_side(const ReportView& view, Json& json) {
    const report::Analysis& analysis = view.analysis;
    Json& gaps = json["gaps"] = Json::array();
    for (const auto& [reason, gap] : analysis.gaps())
        gaps.push_back({{"reason", reason},
                        {"times", gap.spans.size()},
                        {"seconds", in_s(gap.spans.length())},
                        {"count", gap.count}});
    put_spans("pause", analysis.pauses(), json);
    put_spans("hole", analysis.holes(), json);
    json["clock_set_back"] = analysis.clock_set_back();
    json["copies"] = analysis.copies();
    json["other_runs"] = Json(analysis.other_runs());
    json["other_kinds"] = Json(analysis.other_kinds());
}

Json places_json(const std::vector<Unread::Place>& places) {
    Json json = Json::array();
    for (const Unread::Place& place : places)
        json.push_back({{"file", place.file}, {"line", place.line}, {"why", place.why}});
    return json;
}

}  // namespace

std::string report_csv(const ReportView& view) {
    std::string text =
        "target,site,host,begin,begin_unix,end,end_unix,seconds,lost,late,icmp,open,"
        "first_callid,last_callid,sort,refused,maintenance,unread,clock_set_back,open_begin\n";
    for (const TargetHistory* target : view.targets)
        for (const Outage& outage : target->series.outages())
            text += fmt::format(
                "{},{},{},{},{:.6f},{},{:.6f},{:.3f},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                csv_field(target->name), csv_field(target->site), csv_field(target->host),
                local_moment(outage.begin), unix_s(outage.begin), local_moment(outage.end),
                unix_s(outage.end), in_s(outage.length), outage.lost, outage.late, outage.icmp,
                outage.open ? "yes" : "no", csv_field(call_id_text(outage.first_call_id, *target)),
                csv_field(call_id_text(outage.last_call_id, *target)), to_string(outage.sort),
                outage.refused, outage.maintenance, outage.unread,
                outage.clock_set_back ? "yes" : "no", outage.open_begin ? "yes" : "no");
    return text;
}

std::string report_json(const ReportView& view, const report::Columns* columns) {
    Json json{{"sipping", version()},
              {"made", unix_s(view.made)},
              {"tz", view.zone},
              {"utc_offsets", utc_offsets(view)},
              {"from", unix_s(view.from)},
              {"to", unix_s(view.to)},
              {"outage_run", view.config.outage_run},
              {"interrupted", view.interrupted}};
    if (view.from > view.to) json["from"] = json["to"] = nullptr;
    if (columns != nullptr) {
        json["bins_from"] = unix_s(columns->begin);
        json["bin_s"] = in_s(columns->width);
        json["bins"] = columns->count;
    }
    Json& targets = json["targets"] = Json::array();
    for (const TargetHistory* target : view.targets) {
        targets.push_back(
            target_json(*target, view.analysis, columns == nullptr ? SIZE_MAX : page_outages_max));
        if (columns != nullptr)
            targets.back()["bins"] = columns_json(target->series.periods(), columns->count);
    }
    Json& together = json["together"] = Json::array();
    for (const report::Together& one : view.together)
        together.push_back({{"at", unix_s(one.begin)},
                            {"spread_ms", in_ms(one.spread)},
                            {"targets", one.targets},
                            {"look_at", to_string(one.look_at)},
                            {"lost", one.lost}});
    Json& daily = json["daily"] = Json::array();
    for (const report::Daily& one : view.daily)
        daily.push_back({{"targets", one.targets},
                         {"from", time_of_day(one.from_s)},
                         {"to", time_of_day(one.to_s)},
                         {"days", one.days},
                         {"of", one.of},
                         {"first_day", date_words(one.first_day)},
                         {"all_days", one.all_days}});
    put_own_side(view, json);
    json["unread"] = places_json(view.unread.places);
    json["unread_lines"] = view.unread.count;
    json["notes"] = places_json(view.unread.notes);
    return json_line(json, Letters::ascii) + '\n';
}

}  // namespace sipping::app
