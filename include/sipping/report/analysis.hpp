// A look back over logs: takes their rows file by file, in the order of the files, and keeps what
// became of each target. Reads nothing itself, and says nothing: text and pictures are made of it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sipping/log/row.hpp"
#include "sipping/report/in_order.hpp"
#include "sipping/report/series.hpp"
#include "sipping/report/status_lines.hpp"

namespace sipping::report {

struct AnalysisOptions {
    std::uint32_t outage_run = 3;      ///< losses in a row that make an outage
    WallTime from = WallTime::min();   ///< sent at or after
    WallTime to = WallTime::max();     ///< sent before
    std::vector<std::string> targets;  ///< only these, by target or host; empty: all
    const Grid* grid = nullptr;        ///< for periods; must outlive the analysis
    Duration hold = default_hold;      ///< see Analysis::wanted_hold()

    static constexpr Duration default_hold = 4s;
};

/// One target of one prober.
struct TargetHistory {
    std::string target;  ///< as in the log, hostile
    std::string name;    ///< the same, with " (2)" behind it for a second prober's
    std::string site;
    std::string host;  ///< the last address
    std::string log;   ///< the last one that told of it, see begin_file()
    bool wanted = true;
    Series series;
    InOrder order;
};

/// What a row's target is called; `file` where the log names none.
[[nodiscard]] std::string_view name_of(const log::Row& row, std::string_view file) noexcept;
/// It names one of these targets, or its address; true when there are none. Answers name the
/// address that they came from, which may be another one, so only all rows of a target together
/// tell.
[[nodiscard]] bool names_one_of(const log::Row& row, std::span<const std::string> targets) noexcept;

/// A gap of all targets.
[[nodiscard]] bool is_of_all(const log::Row& row) noexcept;

/// All gaps for one reason; one of all targets counts once.
struct GapSum {
    std::uint64_t times = 0;
    std::uint64_t count = 0;
    Duration length{};
};

class Analysis {
public:
    /// Rows that are longer behind than this come from a clock that was set back.
    static constexpr Duration hold_max = 2h;

    explicit Analysis(AnalysisOptions options) : options_(std::move(options)) {}
    Analysis(const Analysis&) = delete;
    Analysis& operator=(const Analysis&) = delete;

    /// `name` stands for the target in logs that name none; `log` is the same for all files of one
    /// log, which are of one prober.
    void begin_file(std::string_view name, std::string_view log);
    void add(const log::Row& row);
    /// After the last row. Only now the targets that nobody asked for are gone.
    void finish();

    /// Zero, or with which `hold` all must be read once more, by a new analysis: a row came too
    /// late to be told in order (the probes' timeout was longer than thought).
    [[nodiscard]] Duration wanted_hold() const noexcept { return wanted_hold_; }

    [[nodiscard]] const std::deque<TargetHistory>& targets() const noexcept { return targets_; }
    [[nodiscard]] const StatusLines& lines() const noexcept { return lines_; }
    [[nodiscard]] const std::map<GapReason, GapSum>& gaps() const noexcept { return gaps_; }
    [[nodiscard]] std::uint64_t clock_set_back() const noexcept { return clock_set_back_; }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    struct InFile;
    using Known = std::pair<const std::string, InFile>;
    /// What the rows of this file with one name and site belong to.
    struct InFile {
        TargetHistory* history = nullptr;
        Known* next = nullptr;  ///< whose row came behind the last one of these
    };

    TargetHistory* history_of(const log::Row& row);
    TargetHistory* choose(const log::Row& row, std::string_view name);
    [[nodiscard]] TargetHistory* continued(const log::Row& row);
    TargetHistory& make(std::string_view name, std::size_t prober, const log::Row& row);
    void add_probe(const log::Row& row, TargetHistory& target);
    void add_late(const log::Row& row, TargetHistory& target);
    void add_gap(const log::Row& row);
    static void apply(const OwnGap& gap, TargetHistory& target);

    AnalysisOptions options_;
    StatusLines lines_;
    std::deque<TargetHistory> targets_;
    /// By name and site: the histories of several probers.
    std::unordered_map<std::string, std::vector<TargetHistory*>, Hash, std::equal_to<>> by_key_;
    std::unordered_map<std::string, InFile, Hash, std::equal_to<>> in_file_;  ///< the same keys
    std::string file_;
    std::string log_;
    /// Those of this file so far, also for the targets whose rows come later.
    std::deque<std::pair<std::string, OwnGap>> file_gaps_;
    std::map<GapReason, GapSum> gaps_;
    std::string key_;
    Known* last_ = nullptr;  ///< of the row before
    std::uint64_t clock_set_back_ = 0;
    Duration wanted_hold_{};
};

}  // namespace sipping::report
