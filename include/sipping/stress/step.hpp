// One step of a stress run: what was measured at one rate, and whether the target held it. Whether
// a bad result is the target's or our own doing is decided here, and never mixed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/stats/histogram.hpp"

namespace sipping::stress {

struct Step {
    double rate_per_s = 0;  ///< as asked
    Instant begin{};        ///< probes due from here on and before `end` are this step's
    Instant end{};
    bool cut = false;     ///< ended before its time: enough was seen
    bool silent = false;  ///< ended because nothing was answered any more

    // due = sent + send_error + local + skipped; sent = answered + lost + undecided().
    std::uint64_t sent = 0;
    std::uint64_t skipped = 0;
    std::uint64_t local = 0;
    std::uint64_t send_error = 0;
    std::uint64_t answered = 0;  ///< in time, whatever the code; a 1xx alone too
    std::uint64_t lost = 0;
    std::uint64_t blamed = 0;  ///< of the lost: those that may be our own doing
    std::uint64_t icmp = 0;    ///< of the lost: named by an ICMP error
    std::uint64_t late = 0;
    std::uint64_t refused = 0;  ///< of the answered: 503
    std::uint64_t paused = 0;   ///< of the refused: with Retry-After
    std::int64_t retry_after_s = -1;
    std::array<std::uint32_t, 700> by_status{};  ///< answers in time; strange codes are 0

    stats::Histogram latency;
    Duration latency_max{};
    stats::Histogram lateness;  ///< sent minus due
    Duration lateness_max{};
    Instant last_answer{};  ///< when the newest one arrived

    [[nodiscard]] std::uint64_t due() const noexcept { return sent + send_error + local + skipped; }
    [[nodiscard]] std::uint64_t decided() const noexcept { return answered + lost; }
    [[nodiscard]] std::uint64_t undecided() const noexcept { return sent - decided(); }
    /// Of the decided ones, in per cent; 0 when nothing is decided.
    [[nodiscard]] double lost_percent() const noexcept;
    [[nodiscard]] double refused_percent() const noexcept;
    /// Answers with a code of this hundred, 1 to 6.
    [[nodiscard]] std::uint64_t of_class(std::size_t hundred) const noexcept;
    /// Never above the exact maximum.
    [[nodiscard]] Duration latency_at(double share) const noexcept;
    [[nodiscard]] Duration lateness_at(double share) const noexcept;

    [[nodiscard]] bool covers(Instant due) const noexcept { return due >= begin && due < end; }
    void on_sent(const SentProbe& probe) noexcept;
    void on_result(const ProbeResult& result) noexcept;
};

/// What is too much.
struct Limits {
    double stop_loss_percent = 1;  ///< lost and refused together
    std::optional<Duration> stop_p99;
    bool ignore_retry_after = false;
};

/// Signs of overload; bits.
enum Sign : std::uint8_t {
    sign_drops = 1,
    sign_refusals = 2,  ///< 503
    sign_latency = 4,
    sign_pause = 8,         ///< 503 with Retry-After, which ends a step at once
    sign_ban = 16,          ///< silence that goes on when the load is over
    sign_unreachable = 32,  ///< most losses were named by ICMP errors
    sign_path = 64,         ///< new ports are silent, an old one is not
};

enum class Verdict : std::uint8_t {
    good,
    bad,   ///< the target did not hold it
    ours,  ///< this prober did not: the step says nothing about the target
};
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

struct Judgement {
    Verdict verdict = Verdict::good;
    std::uint8_t signs = 0;
};

/// More than this share of what was due was not sent: the step is ours.
inline constexpr double own_share_max = 0.02;

/// Of a step whose probes are all decided.
[[nodiscard]] Judgement judge(const Step& step, const Limits& limits) noexcept;

/// A running step has seen enough to be bad by far, or was asked for a pause: going on would only
/// do harm. `planned`: how many probes it was to have.
[[nodiscard]] bool seen_enough(const Step& step, const Limits& limits,
                               std::uint64_t planned) noexcept;

}  // namespace sipping::stress
