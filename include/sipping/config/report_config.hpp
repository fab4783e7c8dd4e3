// What the user asked `sipping report` to tell. Values only, like PingConfig; times as they were
// written, since what they mean depends on the time zone, which the app knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sipping/base/code_set.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::config {

enum class ReportForm : std::uint8_t { text, json, csv };
enum class ReportPer : std::uint8_t { nothing, hour, day };
/// Whose rows count: those of plain monitoring, or of the commands that say so in them.
enum class ReportRuns : std::uint8_t { monitor, stress, ports, all };

struct ReportConfig {
    std::vector<std::string> logs;  ///< files and folders; "-" is standard input
    std::uint32_t outage_run = 3;   ///< --outage-run
    std::string from;               ///< --from, --to
    std::string to;
    std::optional<Duration> last;  ///< --last: until now
    std::string at;                ///< --at: a moment, probe by probe, ...
    Duration around = 5min;        ///< ... so much before and after it
    bool around_given = false;
    std::vector<std::string> targets;       ///< --target
    CodePolicy codes;                       ///< --down-codes, --maintenance-codes
    ReportRuns runs = ReportRuns::monitor;  ///< --runs
    std::string zone;                       ///< --tz; empty: this box's
    ReportPer per = ReportPer::nothing;
    ReportForm form = ReportForm::text;  ///< --json, --csv
    bool json = false;
    bool csv = false;
    std::string html;    ///< --html FILE
    bool quiet = false;  ///< no progress
};

void settle(ReportConfig& config);

/// As check(PingConfig).
[[nodiscard]] std::string check(const ReportConfig& config);

}  // namespace sipping::config
