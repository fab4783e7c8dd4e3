// A look back over logs: takes their rows and keeps what became of each target. Reads nothing
// itself, and says nothing: text and pictures are made of it.
//
// Rows come file by file as they were written, which needs little memory; or, where they are not as
// they were written or files overlap, all sorted by time, with a Plan (see ARCHITECTURE.md,
// "Looking back"). Both tell the same.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sipping/record/row.hpp"
#include "sipping/record/target_names.hpp"
#include "sipping/report/in_order.hpp"
#include "sipping/report/plan.hpp"
#include "sipping/report/series.hpp"
#include "sipping/report/status_lines.hpp"

namespace sipping::report {

/// Which runs' rows count: those of `sipping stress` and `sipping ports` say so (`run=`).
enum class Runs : std::uint8_t { monitor, stress, ports, all };

struct AnalysisOptions {
    std::uint32_t outage_run = 3;      ///< failures in a row that make an outage
    WallTime from = WallTime::min();   ///< sent at or after
    WallTime to = WallTime::max();     ///< sent before
    std::vector<std::string> targets;  ///< only these, by target or host; empty: all
    CodePolicy codes;                  ///< responses that count as failures
    Runs runs = Runs::monitor;
    const Grid* grid = nullptr;  ///< for periods; must outlive the analysis
};

/// One target of one prober.
struct TargetHistory {
    InOrder order;
    Written written;
    WallTime first = WallTime::max();  ///< of its own rows, as logged
    WallTime last = WallTime::min();
    WallTime host_at{};  ///< when it had that ...
    std::string host;    ///< ... the last address
    bool wanted = true;
    Series series;
    std::string target;  ///< as in the log, hostile
    std::string name;    ///< the same, with " (2)" behind it for a second prober's
    std::string site;
    std::string log;            ///< the last one that told of it, see begin_file()
    std::string not_wanted_as;  ///< the host by which it is none of those asked for
};

/// What a row's target is called; `file` where the log names none.
[[nodiscard]] std::string_view name_of(const record::Row& row, std::string_view file) noexcept;
/// Rows of one target and site have one key.
void write_key(const record::Row& row, std::string_view file, std::string& key);
/// A gap of all targets.
[[nodiscard]] bool is_of_all(const record::Row& row) noexcept;

/// All gaps for one reason; what several targets or files tell of one time is told once.
struct GapSum {
    SpanSet spans;
    std::uint64_t count = 0;
};

class Analysis {
public:
    /// Rows are held back for so long until they can be told in order: the usual timeout, and the
    /// usual window for late responses, with room.
    static constexpr Duration hold = 40s;
    /// And as many at most, of all targets.
    static constexpr std::uint64_t held_max = 262'144;

    explicit Analysis(AnalysisOptions options, const Plan* plan = nullptr);
    Analysis(const Analysis&) = delete;
    Analysis& operator=(const Analysis&) = delete;

    /// `name` stands for the target in logs that name none; `log` is the same for all files of one
    /// log. A header within a file begins it anew.
    void begin_file(std::string_view name, std::string_view log);
    void add(const record::Row& row);
    /// Rows are not as they were written, or files overlap: all have to be sorted, and told by
    /// another analysis. Then no more need be added here. To be asked after finish() too.
    [[nodiscard]] bool needs_sorting() const noexcept { return needs_sorting_; }

    /// With a plan, in order of time with their shifts.
    void add_sorted(const record::Row& row, StreamId stream, Duration shift);

    /// After the last row. Only now the targets that nobody asked for are gone.
    void finish();

    [[nodiscard]] const std::deque<TargetHistory>& targets() const noexcept { return targets_; }
    [[nodiscard]] const record::TargetNames& names() const noexcept { return names_; }
    [[nodiscard]] const StatusLines& lines() const noexcept { return lines_; }
    [[nodiscard]] const Texts& faults() const noexcept { return faults_; }
    /// By reason, hostile; start and stop are none.
    [[nodiscard]] const std::map<std::string, GapSum, std::less<>>& gaps() const noexcept {
        return gaps_;
    }
    /// Between runs, of any target.
    [[nodiscard]] const SpanSet& pauses() const noexcept { return pauses_; }
    /// Of any target: nobody looked, and no row says why.
    [[nodiscard]] const SpanSet& holes() const noexcept { return holes_; }
    /// When probes of runs that were not asked for were sent to that host.
    [[nodiscard]] const SpanSet& load_on(const std::string& host) const noexcept;
    [[nodiscard]] std::uint64_t clock_set_back() const noexcept {
        return plan_ == nullptr ? 0 : plan_->clock_set_back();
    }
    /// Rows that tell what others told already, also of gaps and of what was not read.
    [[nodiscard]] std::uint64_t copies() const noexcept;
    /// Rows of other runs than those asked for, by their word; and of kinds that are not known.
    [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& other_runs()
        const noexcept {
        return other_runs_;
    }
    [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& other_kinds()
        const noexcept {
        return other_kinds_;
    }

private:
    using Counts = std::map<std::string, std::uint64_t, std::less<>>;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    struct InLog;
    using Known = std::pair<const std::string, InLog>;
    /// What the rows of a log with one name and site belong to.
    struct InLog {
        TargetHistory* history = nullptr;
        Known* next = nullptr;  ///< whose row came behind the last one of these
    };
    struct Gap {
        std::string target;  ///< as in the row
        OwnGap gap;
        Duration shift{};
    };
    struct Unread {
        std::uint64_t count = 0;
        std::string host;               ///< that sent the last one ...
        WallTime at = WallTime::min();  ///< ... then
    };
    struct Log {
        WallTime newest = WallTime::min();  ///< of its rows that no series is told
        std::unordered_map<std::string, InLog, Hash, std::equal_to<>> known;  ///< by key
        Known* last = nullptr;                                                ///< of the row before
        /// Of all targets, and of those of which there was no row yet.
        std::deque<Gap> gaps;
        std::deque<Gap> gaps_of_known;
        std::map<std::string, Unread> unread;  ///< by the target's name
    };

    /// Rows of one target that do not count.
    struct LeftOut {
        Written written;
        WallTime last = WallTime::min();
        const Log* log = nullptr;
    };

    [[nodiscard]] std::string_view run_not_asked_for(const record::Row& row) const noexcept;
    void note_load(const record::Row& row);
    void note_left_out(const record::Row& row, const Log& of);
    [[nodiscard]] bool is_copy(const record::Row& row, Log& of);
    [[nodiscard]] bool told_lately(WallTime at, std::string_view text);
    void take(const record::Row& row, Log& of, StreamId id, Duration shift);
    TargetHistory& history_of(const record::Row& row, Log& of, StreamId id);
    TargetHistory& choose(const record::Row& row, std::string_view name, StreamId id);
    TargetHistory& make(const record::Row& row, std::string_view name, std::size_t prober);
    [[nodiscard]] static bool overlaps(const TargetHistory& before, WallTime begin) noexcept;
    void note_host(const record::Row& row, TargetHistory& target);
    void add_probe(const record::Row& row, TargetHistory& target, Duration shift);
    void add_gap(const record::Row& row, Log& of, Duration shift);
    void apply(const Gap& gap, TargetHistory& target);
    void put(const Event& event, TargetHistory& target);
    void settle_in(TargetHistory& target, const Event& event);
    void tell_unresolved(const Log& of);
    void tell_unread(const Log& of);

    AnalysisOptions options_;
    const Plan* plan_;
    record::TargetNames names_;
    StatusLines lines_;
    Texts faults_{Texts::text_max};
    std::deque<TargetHistory> targets_;
    /// By name and site: the histories of several probers.
    std::unordered_map<std::string, std::vector<TargetHistory*>, Hash, std::equal_to<>> by_key_;
    std::unordered_map<std::string, Log> logs_;      ///< by name ...
    std::unordered_map<StreamId, Log> sorted_logs_;  ///< ... or, with a plan, by root
    std::size_t files_ = 0;
    std::string file_;
    std::string log_name_;
    Log* log_ = nullptr;  ///< of this file
    std::map<std::string, GapSum, std::less<>> gaps_;
    SpanSet pauses_;
    SpanSet holes_;
    std::unordered_map<std::string, SpanSet, Hash, std::equal_to<>> load_;  ///< by host
    Counts other_runs_;
    Counts other_kinds_;
    std::unordered_map<std::string, LeftOut> left_out_;  ///< by key
    std::string key_;
    std::string told_;              ///< the last row that no series was told ...
    const Log* told_of_ = nullptr;  ///< ... and of which log
    /// Hashes of those of `hold` up to now, and of those before it.
    std::array<std::unordered_set<std::size_t>, 2> told_lately_;
    WallTime told_since_ = WallTime::min();
    std::uint64_t copies_ = 0;
    std::uint64_t held_ = 0;
    bool needs_sorting_ = false;
};

}  // namespace sipping::report
