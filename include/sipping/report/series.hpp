// What became of one target over a log, told probe by probe in the order of EventOrder: counts,
// latencies, outages, changes of status. Memory grows with outages and periods only, not with
// probes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sipping/report/coverage.hpp"
#include "sipping/report/event.hpp"
#include "sipping/report/outage.hpp"
#include "sipping/report/periods.hpp"
#include "sipping/report/status_lines.hpp"
#include "sipping/stats/histogram.hpp"
#include "sipping/stats/kind_counts.hpp"

namespace sipping::report {

class Series {
public:
    static constexpr std::size_t changes_max = 1000;
    static constexpr std::size_t gaps_max = 1000;

    Series(std::uint32_t outage_run, const StatusLines& lines, const Grid* grid)
        : lines_(&lines), outage_run_(outage_run), periods_(grid) {}

    /// In order. One that tells of a probe that was told already counts as a copy only.
    void settle(const Event& event);
    /// In any order; the earliest ones are kept.
    void gap(const OwnGap& gap);
    /// Nobody looked from then to then (Event::at).
    void unlooked(WallTime from, WallTime until) { coverage_.unlooked(from, until); }
    /// Datagrams that came from the target and belong to no probe.
    void count_unread(std::uint64_t count) noexcept { unread_ += count; }
    void count_copy() noexcept { ++copies_; }
    /// The log ends.
    void finish();

    [[nodiscard]] std::uint64_t count(Kind kind) const noexcept { return kinds_[kind]; }
    /// reply, provisional, timeout, icmp, pending
    [[nodiscard]] std::uint64_t sent() const noexcept;
    [[nodiscard]] std::uint64_t received() const noexcept { return kinds_.received(); }
    /// perhaps_own() ones included
    [[nodiscard]] std::uint64_t lost() const noexcept { return kinds_.lost(); }
    [[nodiscard]] std::uint64_t perhaps_own() const noexcept { return perhaps_own_; }
    /// Of the received ones, by what their codes say of the service.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
    [[nodiscard]] std::uint64_t maintenance() const noexcept { return maintenance_; }
    [[nodiscard]] double loss_percent() const noexcept { return kinds_.loss_percent(); }
    /// Of losses, perhaps_own() ones left out.
    [[nodiscard]] std::uint64_t longest_run() const noexcept { return longest_run_; }
    [[nodiscard]] std::uint64_t unread() const noexcept { return unread_; }
    [[nodiscard]] std::uint64_t lost_beside_unread() const noexcept { return lost_beside_unread_; }
    /// Rows that tell what others told already.
    [[nodiscard]] std::uint64_t copies() const noexcept { return copies_; }
    /// Of what was received in time, by code; 0 where the status line has none.
    [[nodiscard]] const std::map<std::uint16_t, std::uint64_t>& codes() const noexcept {
        return codes_;  // all of them after finish()
    }
    /// What was wrong with responses that were read all the same.
    [[nodiscard]] const std::map<TextId, std::uint64_t>& syntax() const noexcept { return syntax_; }
    /// Of sending, as logged: the earliest and the latest.
    [[nodiscard]] WallTime first() const noexcept { return first_; }
    [[nodiscard]] WallTime last() const noexcept { return last_; }
    [[nodiscard]] bool any_probe() const noexcept { return any_probe_; }
    /// Nothing was answered, and no run begins with it: perhaps somebody picked the losses out.
    [[nodiscard]] bool perhaps_picked_out() const noexcept {
        return !any_start_ && lost() > 0 && received() == 0;
    }
    [[nodiscard]] bool has_latency() const noexcept { return latency_.count() > 0; }
    [[nodiscard]] Duration latency_min() const noexcept { return min_; }
    [[nodiscard]] Duration latency_max() const noexcept { return max_; }
    /// Within 1.6 %, never outside of minimum and maximum.
    [[nodiscard]] Duration latency(double share) const noexcept;
    [[nodiscard]] const std::vector<Outage>& outages() const noexcept { return outages_; }
    /// Of all outages of that sort together.
    [[nodiscard]] Duration time_in(Sort sort) const noexcept;
    /// Lost or refused: maintenance is no fault.
    [[nodiscard]] Duration time_down() const noexcept {
        return time_in(Sort::lost) + time_in(Sort::refused);
    }
    /// Share of the time from the first to the last probe in which we looked.
    [[nodiscard]] double coverage() const noexcept { return coverage_.share(); }
    /// Share of that in which it was not down; nothing where nobody looked.
    [[nodiscard]] std::optional<double> availability() const noexcept;
    [[nodiscard]] const std::vector<StatusChange>& changes() const noexcept { return changes_; }
    [[nodiscard]] std::uint64_t changes_left_out() const noexcept { return changes_left_out_; }
    [[nodiscard]] const std::set<OwnGap>& gaps() const noexcept { return gaps_; }
    [[nodiscard]] std::uint64_t gaps_left_out() const noexcept { return gaps_left_out_; }
    /// From a run's stop (or its last probe) to the next one's start.
    [[nodiscard]] const SpanSet& pauses() const noexcept { return pauses_; }
    /// Nobody looked, and no row says why. After finish().
    [[nodiscard]] const SpanSet& holes() const noexcept { return holes_; }
    [[nodiscard]] const std::vector<Period>& periods() const noexcept { return periods_.all(); }

private:
    [[nodiscard]] bool is_copy(const Event& event) const noexcept;
    void start(const Event& event);
    void probe(const Event& event);
    void further(const Event& event);
    void answered(const Event& event);
    void count_code(TextId status);
    void put_codes_away();
    void note_change(const Event& event);
    void lost(const Event& event);
    void fail(const Event& event, Sort sort);
    void lengthen(Duration length);
    void end_run(const Event* good);
    void nobody_looked();
    void explain_holes();

    /// Of the last row that was not a further one.
    struct OwnRow {
        WallTime at = WallTime::min();
        std::uint64_t call_id = 0;
        bool failed = false;  ///< lost, and not perhaps by ourselves
    };

    // What each row needs stands together: there are many targets, and they take turns.
    const StatusLines* lines_;
    std::uint32_t outage_run_;
    bool any_probe_ = false;
    bool any_start_ = false;
    bool failing_ = false;
    bool good_seen_ = false;  ///< since somebody looks
    WallTime good_sent_{};    ///< the last one
    TextId status_ = 0;
    TextId counted_status_ = 0;
    std::uint64_t status_count_ = 0;  ///< of replies with that one, not in codes_ yet
    stats::KindCounts kinds_;
    WallTime first_{};
    WallTime last_{};
    Duration min_{};
    Duration max_{};
    OwnRow own_row_;
    std::uint64_t losses_in_a_row_ = 0;
    Coverage coverage_;
    Periods periods_;
    stats::Histogram latency_;

    Event told_{.at = WallTime::min()};  ///< the last further row, start or stop
    std::uint64_t perhaps_own_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t maintenance_ = 0;
    std::uint64_t unread_ = 0;
    std::uint64_t lost_beside_unread_ = 0;
    std::uint64_t copies_ = 0;
    std::map<std::uint16_t, std::uint64_t> codes_;
    std::map<TextId, std::uint64_t> syntax_;
    std::optional<WallTime> stop_;  ///< Event::at, of the run before
    SpanSet pauses_;
    SpanSet holes_;
    Outage run_;
    std::uint64_t longest_run_ = 0;
    std::vector<Outage> outages_;
    std::vector<StatusChange> changes_;
    std::uint64_t changes_left_out_ = 0;
    std::set<OwnGap> gaps_;
    std::uint64_t gaps_left_out_ = 0;
};

}  // namespace sipping::report
