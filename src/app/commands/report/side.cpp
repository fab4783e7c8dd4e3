// What a report for people says beside the targets' outages: of what arrived, of the prober itself,
// and of the rows.
#include <fmt/format.h>

#include <algorithm>

#include "commands/report/view.hpp"
#include "sipping/base/grouped.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using report::TargetHistory;

constexpr std::size_t targets_shown = 20;

/// "stress 200, ports 100"
std::string counts_text(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
    std::string text;
    for (const auto& [word, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", safe(word), grouped(count));
    return text;
}

std::uint64_t sum(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
    std::uint64_t all = 0;
    for (const auto& [word, count] : counts)
        all += count;
    return all;
}

/// "50 bad-value:via, 7 no-end", the most frequent first.
std::string faults_text(const report::Series& series, const report::Texts& faults) {
    std::vector<std::pair<std::uint64_t, std::string>> all;
    for (const auto& [fault, count] : series.syntax())
        all.emplace_back(count, safe(faults.text(fault)));
    std::ranges::sort(all, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::string text;
    constexpr std::size_t shown = 5;
    for (std::size_t i = 0; i < all.size() && i < shown; ++i)
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", grouped(all[i].first), all[i].second);
    if (all.size() > shown) text += fmt::format(" and {} more", all.size() - shown);
    return text;
}

std::string arrivals_of(const TargetHistory& target, const report::Texts& faults) {
    const report::Series& series = target.series;
    std::string text;
    if (!series.syntax().empty())
        text += fmt::format("  {}: responses that are not correct SIP: {}\n",
                            safe(full_name(target)), faults_text(series, faults));
    if (series.unread() > 0)
        text += fmt::format("  {}: {} of no probe (kind unread)\n", safe(full_name(target)),
                            counted(series.unread(), "datagram"));
    if (series.lost_beside_unread() > 0)
        text += fmt::format("  {}: {} beside which such a datagram came (unread=)\n",
                            safe(full_name(target)),
                            counted(series.lost_beside_unread(), "loss", "losses"));
    if (series.perhaps_picked_out())
        text += fmt::format(
            "  {}: nothing but losses, and no start of a run: if they were picked out of a log "
            "(grep), "
            "its outages and its availability are not what they seem\n",
            safe(full_name(target)));
    return text;
}

std::string gaps(const report::Analysis& analysis) {
    std::string text;
    for (const auto& [reason, gap] : analysis.gaps()) {
        text += fmt::format("  {}: {}", safe(reason), counted(gap.spans.size(), "gap"));
        if (gap.spans.length() > Duration::zero())
            text += fmt::format(", {} in all", length_words(gap.spans.length()));
        if (gap.count > 0) text += fmt::format(", {} affected", grouped(gap.count));
        if (reason == to_string(GapReason::second_writer))
            text += ", two programs wrote one log: what one of them lost may be no outage here";
        text += '\n';
    }
    const report::SpanSet& pauses = analysis.pauses();
    if (pauses.size() > 0)
        text += fmt::format("  not running: {}, {} in all\n", counted(pauses.size(), "pause"),
                            length_words(pauses.length()));
    const report::SpanSet& holes = analysis.holes();
    if (holes.size() > 0)
        text += fmt::format("  no rows, and none that says why: {}, {} in all\n",
                            counted(holes.size(), "hole"), length_words(holes.length()));
    return text;
}

/// Which rows count how.
std::string rows(const report::Analysis& analysis) {
    std::string text;
    if (analysis.clock_set_back() > 0)
        text += fmt::format(
            "  the clock was set back {}: lengths across that are told by the "
            "order of the rows\n",
            counted(analysis.clock_set_back(), "time"));
    if (analysis.copies() > 0)
        text += fmt::format("  {} left out: others say the same (a copy, logs that overlap)\n",
                            counted(analysis.copies(), "row"));
    if (!analysis.other_runs().empty())
        text += fmt::format("  {} of other runs left out ({}): --runs all counts them too\n",
                            counted(sum(analysis.other_runs()), "row"),
                            counts_text(analysis.other_runs()));
    if (!analysis.other_kinds().empty())
        text += fmt::format("  {} of kinds that are no probe and not known here ({})\n",
                            counted(sum(analysis.other_kinds()), "row"),
                            counts_text(analysis.other_kinds()));
    return text;
}

}  // namespace

std::string codes_text(const report::Series& series) {
    std::vector<std::pair<std::uint64_t, std::uint16_t>> all;
    for (const auto& [code, count] : series.codes())
        all.emplace_back(count, code);
    std::ranges::sort(all, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::string text;
    constexpr std::size_t shown = 4;
    for (std::size_t i = 0; i < all.size() && i < shown; ++i)
        text += fmt::format("{}{} x {}", i == 0 ? "" : ", ",
                            all[i].second == 0 ? "none" : std::to_string(all[i].second),
                            grouped(all[i].first));
    if (all.size() > shown) text += fmt::format(" and {} more", all.size() - shown);
    return text.empty() ? "-" : text;
}

std::string run_words(const report::Analysis& analysis) {
    return counts_text(analysis.other_runs());
}

std::size_t outages_beside_load(const TargetHistory& target, const report::Analysis& analysis) {
    const report::SpanSet& load = analysis.load_on(target.host);
    return static_cast<std::size_t>(
        std::ranges::count_if(target.series.outages(), [&](const report::Outage& outage) {
            return load.within(outage.begin, outage.end) > Duration::zero();
        }));
}

std::string report_arrivals(const ReportView& view) {
    std::string text;
    std::size_t shown = 0;
    std::size_t left_out = 0;
    for (const TargetHistory* target : view.targets) {
        const std::string one = arrivals_of(*target, view.analysis.faults());
        if (one.empty()) continue;
        if (shown++ < targets_shown)
            text += one;
        else
            ++left_out;
    }
    if (left_out > 0)
        text += fmt::format("  ... and {} (--json has all)\n", counted(left_out, "more target"));
    return text;
}

std::string report_own_side(const ReportView& view) {
    std::uint64_t perhaps_own = 0;
    std::uint64_t not_sent = 0;
    std::uint64_t pending = 0;
    for (const TargetHistory* target : view.targets) {
        perhaps_own += target->series.perhaps_own();
        pending += target->series.count(Kind::pending);
        not_sent += target->series.count(Kind::send_error) + target->series.count(Kind::local);
    }
    std::string text;
    if (perhaps_own > 0)
        text += fmt::format("  {} that may be our own (self= in the log)\n",
                            counted(perhaps_own, "loss", "losses"));
    if (pending > 0)
        text += fmt::format("  {} still waited for when a run ended (pending)\n",
                            counted(pending, "probe"));
    if (not_sent > 0)
        text += fmt::format("  {} not sent (send-error, local)\n", counted(not_sent, "probe"));
    return text + gaps(view.analysis) + rows(view.analysis);
}

}  // namespace sipping::app
