// What is known about one target (or all together): counters, latency, codes, loss runs, outages,
// states. Fed with results in order of completion and with settled probes in sending order.
#pragma once

#include <cstdint>
#include <optional>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/stats/code_counts.hpp"
#include "sipping/stats/histogram.hpp"
#include "sipping/stats/kind_counts.hpp"
#include "sipping/stats/state.hpp"

namespace sipping::stats {

/// A run of consecutive failed probes (lost, or answered with a code that does not count as fine),
/// from the sending of the first one to the sending of the probe whose answer ended it (or of the
/// last failed one while it lasts).
struct Outage {
    WallTime begin{};
    WallTime end{};
    Instant begin_at{};
    Instant end_at{};
    std::uint64_t lost = 0;
    std::uint64_t refused = 0;
    std::uint64_t maintenance = 0;
    std::uint64_t unsent = 0;       ///< could not be sent meanwhile: neither failed nor answered
    std::uint64_t perhaps_own = 0;  ///< of the lost ones, those with a reason in `self`
    std::uint8_t self = 0;          ///< SelfBlame bits of all of them

    [[nodiscard]] Duration length() const noexcept { return end_at - begin_at; }
    [[nodiscard]] std::uint64_t failed() const noexcept { return lost + refused + maintenance; }
    /// Not one of its probes failed certainly because of somebody else.
    [[nodiscard]] bool all_perhaps_own() const noexcept {
        return lost > 0 && perhaps_own == failed();
    }
};

struct Thresholds {
    std::uint32_t fall = 3;  ///< failures in a row that make it DOWN (or REFUSING, MAINTENANCE)
    std::uint32_t rise = 1;  ///< answers in a row that make it UP again
};

class TargetStats {
public:
    void on_sent() noexcept { ++sent_; }
    /// `unknown` when so many probes in a row could not be sent that it counts as not asked.
    [[nodiscard]] std::optional<State> on_result(const ProbeResult& result,
                                                 const Thresholds& thresholds) noexcept;
    /// The new state when there is one to be told; that a target is up from the start is not.
    [[nodiscard]] std::optional<State> on_settled(const Settled& settled,
                                                  const Thresholds& thresholds) noexcept;
    /// Its endpoint sent something that belongs to no probe.
    void on_unread() noexcept { ++unread_; }
    /// For a total over targets: counters and latencies are summed, of runs and outages the longest
    /// are kept. Current runs and the state stay this object's own.
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
    [[nodiscard]] const Outage& longest_outage() const noexcept;  ///< failed() == 0: none
    /// The outage that a state of trouble and UP are about: from the first failure to the first of
    /// the answers that ended it. With rise > 1 it spans answers that were too few, and counts all
    /// its failures.
    [[nodiscard]] const Outage& current_outage() const noexcept;
    /// When what the state names began: the outage, or, where one kind of trouble followed another,
    /// the probes in a row that changed it.
    [[nodiscard]] WallTime since() const noexcept { return since_; }
    [[nodiscard]] State state() const noexcept { return state_; }
    /// By a code that counts as fine or as maintenance. Late answers count: it was slow, not
    /// silent.
    [[nodiscard]] bool ever_answered() const noexcept { return answered_; }

    /// Probes in a row that did not leave (send-error, local), and what refused the last one: an
    /// errno, or 0 for want of a port or an identity.
    [[nodiscard]] std::uint64_t unsent_run() const noexcept { return unsent_run_; }
    [[nodiscard]] int unsent_error() const noexcept { return unsent_error_; }
    [[nodiscard]] Instant unsent_begin() const noexcept { return unsent_begin_; }

    /// Replies in time with such a code.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
    [[nodiscard]] std::uint64_t maintenance() const noexcept { return maintenance_; }
    /// Of replies in time.
    [[nodiscard]] const CodeCounts& codes() const noexcept { return codes_; }
    /// Faults of all answers that had one, late ones and duplicates too.
    [[nodiscard]] const SyntaxCounts& syntax() const noexcept { return syntax_; }
    [[nodiscard]] std::uint64_t unread() const noexcept { return unread_; }
    /// Of these, the ones since a probe was last answered.
    [[nodiscard]] std::uint64_t unread_since_answer() const noexcept {
        return unread_ - unread_at_answer_;
    }

private:
    std::uint64_t sent_ = 0;
    KindCounts kinds_;
    CodeCounts codes_;
    SyntaxCounts syntax_;
    std::uint64_t refused_ = 0;
    std::uint64_t maintenance_ = 0;
    std::uint64_t unread_ = 0;
    std::uint64_t unread_at_answer_ = 0;
    bool answered_ = false;
    Histogram latency_;
    Duration latency_sum_{};
    Duration latency_min_{};
    Duration latency_max_{};

    // Losses in a row: the original's figures.
    std::uint64_t longest_run_ = 0;
    std::uint64_t last_run_ = 0;
    std::uint64_t current_run_ = 0;

    // Probes in a row that never left.
    std::uint64_t unsent_run_ = 0;
    Instant unsent_begin_{};
    Instant unsent_last_{};
    WallTime unsent_since_{};
    int unsent_error_ = 0;
    bool told_unknown_ = false;

    // Failures of any kind in a row.
    State state_ = State::unknown;
    State trouble_ = State::unknown;      ///< what the last failure was
    std::uint64_t trouble_in_a_row_ = 0;  ///< of that kind ...
    WallTime trouble_since_{};            ///< ... and when it began
    WallTime since_{};
    std::uint64_t answers_in_a_row_ = 0;
    bool in_run_ = false;
    Outage run_;     // the failures of the current (or last) run
    Outage outage_;  // what the state is about: one run, or several while it stays in trouble
    Outage longest_;

    [[nodiscard]] std::optional<State> count_unsent(const ProbeResult& result,
                                                    std::uint32_t fall) noexcept;
    void count_losses(bool lost) noexcept;
    [[nodiscard]] std::optional<State> fail(const Settled& settled, std::uint32_t fall) noexcept;
    [[nodiscard]] std::optional<State> answer(const Settled& settled, std::uint32_t rise) noexcept;
    void extend_run(const Settled& settled) noexcept;
    void keep_longest() noexcept;
};

}  // namespace sipping::stats
