// What became of one target over a log, told probe by probe in order of sending: counts, latencies,
// outages, changes of status. Memory grows with outages and periods only, not with probes.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sipping/report/event.hpp"
#include "sipping/report/periods.hpp"
#include "sipping/report/status_lines.hpp"
#include "sipping/stats/histogram.hpp"
#include "sipping/stats/kind_counts.hpp"

namespace sipping::report {

/// Losses one after the other. Those that may be the prober's own neither lengthen nor end it, and
/// it does not reach over a time in which nobody looked.
struct Outage {
    WallTime begin{};      ///< the first lost one was sent
    WallTime last_lost{};  ///< the last lost one was sent
    WallTime end{};        ///< the first answered one after was sent; open: as last_lost
    bool open = true;      ///< no answer came after, or nobody looked
    std::uint64_t lost = 0;
    std::uint64_t late = 0;  ///< of these, answered after the timeout
    std::uint64_t icmp = 0;  ///< of these, with an ICMP error
    std::uint64_t first_call_id = 0;
    std::uint64_t last_call_id = 0;

    [[nodiscard]] Duration length() const noexcept { return end - begin; }
};

/// The code of the answers became another one.
struct StatusChange {
    WallTime at{};
    StatusId before = 0;
    StatusId after = 0;
    std::uint64_t call_id = 0;
};

/// A time in which this prober did not probe or did not log.
struct OwnGap {
    WallTime from{};
    WallTime until{};
    GapReason reason{};
    std::uint64_t count = 0;
};

class Series {
public:
    static constexpr std::size_t changes_max = 1000;
    static constexpr std::size_t gaps_max = 1000;
    /// Longer than this, and than so many times the interval before, between two probes: nobody
    /// looked. What was lost before that and what is lost after it are two things.
    static constexpr Duration pause_min = 10s;
    static constexpr int pause_intervals = 10;
    /// Own losses whose late answers are told from others.
    static constexpr std::size_t own_kept_max = 4096;

    Series(std::uint32_t outage_run, const StatusLines& lines, const Grid* grid)
        : outage_run_(outage_run), lines_(&lines), periods_(grid) {}

    /// In order of sending.
    void settle(const Event& event);
    /// A further row: the answer to one that was settled as lost.
    void late(WallTime sent);
    void duplicate() noexcept { kinds_.add(Kind::duplicate); }
    void count_late() noexcept { kinds_.add(Kind::late); }
    void gap(const OwnGap& gap);
    /// The log ends.
    void finish();

    [[nodiscard]] std::uint64_t count(Kind kind) const noexcept { return kinds_[kind]; }
    /// reply, provisional, timeout, icmp, pending
    [[nodiscard]] std::uint64_t sent() const noexcept;
    [[nodiscard]] std::uint64_t received() const noexcept { return kinds_.received(); }
    /// perhaps_own() ones included
    [[nodiscard]] std::uint64_t lost() const noexcept { return kinds_.lost(); }
    [[nodiscard]] std::uint64_t perhaps_own() const noexcept { return perhaps_own_; }
    [[nodiscard]] double loss_percent() const noexcept { return kinds_.loss_percent(); }
    [[nodiscard]] std::uint64_t longest_run() const noexcept { return longest_run_; }
    /// Of sending: the earliest and the latest.
    [[nodiscard]] WallTime first() const noexcept { return first_; }
    [[nodiscard]] WallTime last() const noexcept { return last_; }
    [[nodiscard]] bool has_latency() const noexcept { return latency_.count() > 0; }
    [[nodiscard]] Duration latency_min() const noexcept { return min_; }
    [[nodiscard]] Duration latency_max() const noexcept { return max_; }
    /// Within 1.6 %, never outside of minimum and maximum.
    [[nodiscard]] Duration latency(double share) const noexcept;
    [[nodiscard]] const std::vector<Outage>& outages() const noexcept { return outages_; }
    /// Of all outages together.
    [[nodiscard]] Duration time_down() const noexcept;
    [[nodiscard]] const std::vector<StatusChange>& changes() const noexcept { return changes_; }
    [[nodiscard]] std::uint64_t changes_left_out() const noexcept { return changes_left_out_; }
    [[nodiscard]] const std::vector<OwnGap>& gaps() const noexcept { return gaps_; }
    [[nodiscard]] std::uint64_t gaps_left_out() const noexcept { return gaps_left_out_; }
    [[nodiscard]] const std::vector<Period>& periods() const noexcept { return periods_.all(); }

private:
    void look_for_pause(WallTime sent);
    void answered(const Event& event);
    void lost(const Event& event);
    void end_run(std::optional<WallTime> answered_at);

    std::uint32_t outage_run_;
    const StatusLines* lines_;
    stats::KindCounts kinds_;
    std::uint64_t perhaps_own_ = 0;
    WallTime first_{};
    WallTime last_{};
    WallTime previous_{};     ///< the one before was sent
    Duration interval_{};     ///< between the two before
    std::set<WallTime> own_;  ///< when the last own losses were sent
    stats::Histogram latency_;
    Duration min_{};
    Duration max_{};
    Outage run_;
    std::uint64_t longest_run_ = 0;
    std::vector<Outage> outages_;
    StatusId status_ = 0;
    std::vector<StatusChange> changes_;
    std::uint64_t changes_left_out_ = 0;
    std::vector<OwnGap> gaps_;
    std::uint64_t gaps_left_out_ = 0;
    Periods periods_;
};

}  // namespace sipping::report
