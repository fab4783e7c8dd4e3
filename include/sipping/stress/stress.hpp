// A whole stress run, pure: what is to be sent when, and what came of it. Fed with the engine's
// results; the loop asks it what to plan. Between steps the target is watched with a few probes a
// second, which shows when a bad step is over for it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sipping/ports/old_port.hpp"
#include "sipping/stats/heard.hpp"
#include "sipping/stress/search.hpp"
#include "sipping/stress/step.hpp"

namespace sipping::stress {

/// The engine's targets, all of the same host.
inline constexpr std::uint32_t load = 0;       ///< the steps: from ports in turn
inline constexpr std::uint32_t old_port = 1;   ///< between them: always from the same port
inline constexpr std::uint32_t new_ports = 2;  ///< after a bad one: from ports never used before
inline constexpr std::uint32_t target_count = 3;

struct Options {
    double rate_low = 1;  ///< probes a second
    double rate_high = 1;
    std::uint32_t steps = 1;
    Duration step_time = 5s;
    Duration timeout = 1s;
    Limits limits;
    Duration recovery_time = 60s;
    /// There are ports for `old_port` and `new_ports`. Without, the target is watched from those of
    /// the load, and a full path looks like a ban.
    bool spare_ports = true;
};

/// What the engine is to send: see probe::Engine::plan().
struct Pace {
    Instant first{};
    Duration interval{};
    Instant end{};
};

/// A step with all that is known of it.
struct Measured {
    Step step;
    Judgement judgement;
    bool narrowing = false;  ///< beyond the ramp
    bool recovered = false;  ///< after a bad step: it answered again, ...
    Duration recovery{};     ///< ... so long after the load had ended
    Duration silence{};      ///< how long nothing at all was answered
    // From when the load had ended on, or the host was asked from both:
    std::uint32_t old_asked = 0;
    std::uint32_t old_answered = 0;
    std::uint32_t new_asked = 0;
    std::uint32_t new_answered = 0;
    std::uint32_t not_sent = 0;  ///< of both, because this box refused
};

enum class Limit : std::uint8_t {
    none,     ///< not reached
    target,   ///< the target's
    path,     ///< the path's, which has no room for more source ports
    ours,     ///< this prober's
    unknown,  ///< no answer at all, or interrupted
};
[[nodiscard]] std::string_view to_string(Limit limit) noexcept;

struct Outcome {
    Limit limit = Limit::unknown;
    double held = 0;               ///< highest good rate; 0: none
    double first_bad = 0;          ///< lowest bad rate above it; 0: none
    double own_limit = 0;          ///< rate at which this prober could not keep up; 0: none
    std::uint8_t signs = 0;        ///< of all bad steps
    bool answered = false;         ///< the target did, at least once
    bool refuses_at_rest = false;  ///< it answered 503 before any load
    int error = 0;                 ///< errno of the sends that kept us from beginning
    int own_error = 0;             ///< errno of those that kept us from asking after a bad step
    bool interrupted = false;
    bool recovered = true;  ///< after the last bad step
    Duration recovery{};    ///< the longest
    Duration silence{};     ///< the longest
    std::int64_t retry_after_s = -1;
};

enum class Phase : std::uint8_t { hello, step, settle, pause, recover, over };

class Stress {
public:
    /// Probes a second between steps, at most; R1 when that is less.
    static constexpr double watch_rate_max = 10;
    /// So many of them answered in a row are a recovery.
    static constexpr int recovered_run = 3;
    /// So many new ports silent in a row, while the old one is answered, are a full path.
    static constexpr std::uint32_t limit_run = 10;
    /// New ports asked after a bad step: at most.
    static constexpr std::uint32_t new_ports_max = 24;
    /// The path must not forget the old port during a step: NATs may after 30 s.
    static constexpr Duration keep_alive = 10s;

    explicit Stress(const Options& options);

    void begin(Instant now) noexcept;

    // What the engine's sink hears.
    void on_sent(const SentProbe& probe) noexcept;
    void on_result(const ProbeResult& result) noexcept;
    void on_settled(const Settled& settled) noexcept;
    void on_gap(const Gap& gap) noexcept;
    void on_stray(const Stray& stray) noexcept { heard_.add(stray); }

    /// Decides what comes next. `idle`: the engine has nothing left of what was planned.
    void tick(Instant now, bool idle) noexcept;
    /// True once after each change of the pace of this target: plan it.
    [[nodiscard]] bool take_change(std::uint32_t target, Pace& pace) noexcept;
    /// When tick() is due at the latest.
    [[nodiscard]] Instant next_tick() const noexcept { return next_tick_; }
    /// No more steps.
    void interrupt() noexcept;

    [[nodiscard]] bool over() const noexcept { return phase_ == Phase::over; }
    [[nodiscard]] Phase phase() const noexcept { return phase_; }
    [[nodiscard]] const Search& search() const noexcept { return search_; }
    /// In order of measuring. The last one may still run (phase step), or wait for its verdict.
    [[nodiscard]] std::span<const Measured> measured() const noexcept { return measured_; }
    /// How many of them have their verdict.
    [[nodiscard]] std::size_t judged() const noexcept { return judged_; }
    [[nodiscard]] Outcome outcome() const noexcept;
    [[nodiscard]] const stats::Heard& heard() const noexcept { return heard_; }

private:
    [[nodiscard]] Step& current() noexcept { return measured_.back().step; }
    [[nodiscard]] Step* step_of(std::uint32_t target, Instant due) noexcept;
    [[nodiscard]] bool went_silent(Instant now) const noexcept;
    void on_watch_result(const ProbeResult& result) noexcept;
    void on_watch_settled(const Settled& settled) noexcept;
    void on_new_port_settled(const Settled& settled) noexcept;
    void plan(std::uint32_t target, const Pace& pace) noexcept;
    void plan_nothing(std::uint32_t target) noexcept { plan(target, {{}, Duration{1}, {}}); }
    void watch(Instant from) noexcept;
    void end_step(Instant now) noexcept;
    void start_step(Instant now) noexcept;
    void conclude_step(Instant now) noexcept;
    void start_recovery(Instant now) noexcept;
    void ask_new_ports(Instant now) noexcept;
    void tick_recovery(Instant now) noexcept;
    void conclude_recovery(Instant now) noexcept;
    void go_on(Instant now) noexcept;

    Options options_;
    Search search_;
    Duration watch_interval_;
    Phase phase_ = Phase::over;
    std::uint32_t watcher_;  ///< the target that the watch belongs to
    std::array<Pace, target_count> paces_;
    std::array<bool, target_count> changed_{};
    Instant next_tick_ = never;
    Instant since_{};        ///< begin of the phase
    Instant pause_until_{};  ///< asked for by Retry-After
    std::vector<Measured> measured_;
    std::size_t judged_ = 0;
    std::uint64_t planned_ = 0;  ///< probes of the running step

    // The watch since the last step, in order of sending.
    Instant watch_from_{};
    int watch_run_ = 0;        ///< answered in a row
    Instant watch_first_{};    ///< when the first of them was sent
    Instant watch_refused_{};  ///< when the newest one answered 503 was sent
    std::uint64_t watch_lost_ = 0;
    std::uint64_t watch_refusals_ = 0;  ///< 503
    std::uint64_t watch_not_sent_ = 0;
    int error_ = 0;
    // After a bad step.
    ports::OldPort old_port_{Duration{}};
    bool asks_new_ports_ = false;  ///< to be asked, ...
    bool new_ports_wait_ = false;  ///< ... but not now: all is silent
    int new_run_ = 0;              ///< answered in a row
    // Answers of any kind since the last step began, late ones included.
    Instant last_sign_{};
    Duration silence_{};  ///< longest time between two of them
    stats::Heard heard_;
    bool answered_ = false;
    bool interrupted_ = false;
};

}  // namespace sipping::stress
