// What all forms of a report are made of.
#pragma once

#include <string>
#include <vector>

#include "history/log_input.hpp"
#include "sipping/config/report_config.hpp"
#include "sipping/report/findings.hpp"
#include "sipping/report/grids.hpp"
#include "text/safe_text.hpp"

namespace sipping::app {

struct ReportView {
    const config::ReportConfig& config;
    const report::Analysis& analysis;
    const std::vector<LogFile>& files;
    const Unread& unread;
    std::vector<const report::TargetHistory*> targets;  ///< worst first
    std::vector<report::Together> together;             ///< most first; of indices of `targets`
    std::vector<report::Daily> daily;                   ///< likewise of indices
    WallTime from{};                                    ///< first and last probe of all
    WallTime to{};
    WallTime made{};
    std::string zone;
    bool interrupted = false;
};

/// The name, with "@site" behind it when there is one. Not safe.
[[nodiscard]] std::string full_name(const report::TargetHistory& target);
/// "1257707506", with "@site".
[[nodiscard]] std::string call_id_text(std::uint64_t call_id, const report::TargetHistory& target);

/// "stress 200, ports 100": rows of runs that were not asked for.
[[nodiscard]] std::string run_words(const report::Analysis& analysis);
/// How many of its outages fell into such a run against the same host.
[[nodiscard]] std::size_t outages_beside_load(const report::TargetHistory& target,
                                              const report::Analysis& analysis);

/// "200 x 95, 503 x 5": the codes of what a target answered, the most frequent first.
[[nodiscard]] std::string codes_text(const report::Series& series);

[[nodiscard]] std::string report_text(const ReportView& view);
/// Lines of it: what came that is not as it should be; what this prober did or did not do, and
/// which rows were left out.
[[nodiscard]] std::string report_arrivals(const ReportView& view);
[[nodiscard]] std::string report_own_side(const ReportView& view);
[[nodiscard]] std::string report_csv(const ReportView& view);
/// One object. With `columns`: as the page needs it (src/web/report/README.md), which has each
/// target's picture in it but only the first 2,000 of its outages.
[[nodiscard]] std::string report_json(const ReportView& view,
                                      const report::Columns* columns = nullptr);
/// --per: a table, or its CSV or JSON.
[[nodiscard]] std::string report_periods(const ReportView& view, const report::LocalGrid& grid);

}  // namespace sipping::app
