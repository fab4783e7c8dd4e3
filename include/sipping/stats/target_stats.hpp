// What is known about one target (or all together): counters, latency, loss runs, outages, UP/DOWN.
// Fed with results in order of completion and with settled probes in sending order.
#pragma once

#include <array>
#include <cstdint>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/stats/histogram.hpp"
#include "sipping/stats/kind_counts.hpp"

namespace sipping::stats {

/// A run of consecutive losses, from the sending of its first lost probe to the sending of the
/// probe whose answer ended it (or of the last lost one while it lasts).
struct Outage {
    WallTime begin{};
    WallTime end{};
    Instant begin_at{};
    Instant end_at{};
    std::uint64_t lost = 0;
    std::uint64_t perhaps_own = 0;  ///< of these, the ones with a reason in `self`
    std::uint8_t self = 0;          ///< SelfBlame bits of all of them

    [[nodiscard]] Duration length() const noexcept { return end_at - begin_at; }
    /// Not one of its losses is certainly somebody else's.
    [[nodiscard]] bool all_perhaps_own() const noexcept { return perhaps_own == lost; }
};

/// What a settled probe changed.
enum class Change : std::uint8_t { none, went_down, came_up };

struct Thresholds {
    std::uint32_t fall = 3;  ///< losses in a row that make it DOWN
    std::uint32_t rise = 1;  ///< answers in a row that make it UP again
};

class TargetStats {
public:
    void on_sent() noexcept { ++sent_; }
    void on_result(const ProbeResult& result) noexcept;
    [[nodiscard]] Change on_settled(const Settled& settled, const Thresholds& thresholds) noexcept;
    /// For a total over targets: counters and latencies are summed, of runs and outages the longest
    /// are kept. Current runs and DOWN/UP stay this object's own.
    void merge(const TargetStats& other) noexcept;

    /// Without those that the kernel refused in the end: they never left.
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_ - count(Kind::send_error); }
    [[nodiscard]] std::uint64_t count(Kind kind) const noexcept;
    /// reply + provisional
    [[nodiscard]] std::uint64_t received() const noexcept;
    /// timeout + icmp
    [[nodiscard]] std::uint64_t lost() const noexcept;
    /// lost / (received + lost) * 100; 0 when nothing is decided
    [[nodiscard]] double loss_percent() const noexcept;
    /// Over replies and provisionals; zero when there were none.
    [[nodiscard]] Duration latency_min() const noexcept;
    [[nodiscard]] Duration latency_max() const noexcept;
    [[nodiscard]] Duration latency_mean() const noexcept;
    [[nodiscard]] const Histogram& latency() const noexcept { return latency_; }

    [[nodiscard]] std::uint64_t longest_run() const noexcept;  ///< a run still going on counts
    [[nodiscard]] std::uint64_t last_run() const noexcept;     ///< the last finished one
    [[nodiscard]] std::uint64_t current_run() const noexcept;
    [[nodiscard]] const Outage& longest_outage() const noexcept;  ///< lost == 0: none. By length.
    /// The outage that went_down / came_up is about: from the first loss to the first of the
    /// answers that ended it. With rise > 1 it spans answers that were too few, and counts all its
    /// losses.
    [[nodiscard]] const Outage& current_outage() const noexcept;
    [[nodiscard]] bool down() const noexcept;
    /// Late answers count: it was slow, not silent.
    [[nodiscard]] bool ever_answered() const noexcept;

    /// Status codes seen in replies: count by class 1xx..6xx is enough for tables.
    [[nodiscard]] const std::array<std::uint64_t, 7>& by_class() const noexcept {
        return by_class_;
    }

private:
    std::uint64_t sent_ = 0;
    KindCounts kinds_;
    std::array<std::uint64_t, 7> by_class_{};
    Histogram latency_;
    Duration latency_sum_{};
    Duration latency_min_{};
    Duration latency_max_{};

    std::uint64_t longest_run_ = 0;
    std::uint64_t last_run_ = 0;
    std::uint64_t current_run_ = 0;
    std::uint64_t answers_in_a_row_ = 0;
    bool down_ = false;
    Outage run_;     // the losses of the current (or last) run
    Outage outage_;  // what DOWN and UP are about: one run, or several while it stays DOWN
    Outage longest_;

    void extend_runs(const Settled& settled) noexcept;
    void end_runs(const Settled& settled) noexcept;
    void keep_longest() noexcept;
};

}  // namespace sipping::stats
