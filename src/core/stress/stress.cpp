#include "sipping/stress/stress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sipping::stress {
namespace {

constexpr std::size_t spare_steps = 64;    // for narrowing and for steps measured anew
constexpr Duration look_every = 50ms;      // at a running step, at a recovery
constexpr std::uint64_t hello_tries = 3;   // then nobody is there
constexpr std::uint64_t silence_min = 20;  // probes a step must have had to be called silent
constexpr Duration silence_over_timeout = 1s;
// What the engine takes early, to leave in time, must not fall behind the end of a step cut short.
constexpr Duration cut_margin = 1ms;
// The last probes of a step may leave late by this much: the watch is told from them by time.
constexpr Duration watch_gap = 10ms;

Duration interval_of(double rate_per_s) noexcept {
    return Duration{std::max<std::int64_t>(1, std::llround(1e9 / rate_per_s))};
}

}  // namespace

std::string_view to_string(Limit limit) noexcept {
    switch (limit) {
        case Limit::none: return "none";
        case Limit::target: return "target";
        case Limit::path: return "path";
        case Limit::ours: return "ours";
        case Limit::unknown: return "unknown";
    }
    return "";
}

Stress::Stress(const Options& options)
    : options_(options),
      search_(options.rate_low, options.rate_high, options.steps),
      watch_interval_(interval_of(std::min(options.rate_low, watch_rate_max))),
      watcher_(options.spare_ports ? old_port : load) {
    measured_.reserve(std::size_t{Search::own_tries} * options.steps + spare_steps);
}

void Stress::begin(Instant now) noexcept {
    phase_ = Phase::hello;
    watch(now);
}

void Stress::plan(std::uint32_t target, const Pace& pace) noexcept {
    paces_[target] = pace;
    changed_[target] = true;
}

bool Stress::take_change(std::uint32_t target, Pace& pace) noexcept {
    pace = paces_[target];
    return std::exchange(changed_[target], false);
}

void Stress::watch(Instant from) noexcept {
    watch_from_ = from + watch_gap;
    plan(watcher_, {watch_from_, watch_interval_, never});
    watch_run_ = 0;
    watch_lost_ = 0;
    since_ = from;
}

void Stress::start_step(Instant now) noexcept {
    // A millisecond ahead, so that the first probe is not late already.
    const Instant begin = now + cut_margin;
    const Duration interval = interval_of(search_.rate());
    const Instant end = begin + options_.step_time;
    plan(load, {begin, interval, end});
    if (watcher_ != load) plan(watcher_, {begin + keep_alive, keep_alive, end});
    planned_ = static_cast<std::uint64_t>(options_.step_time / interval);
    measured_.push_back(
        {.step = {.rate_per_s = search_.rate(), .begin = begin, .end = end, .last_answer = begin},
         .narrowing = search_.narrowing()});
    phase_ = Phase::step;
    since_ = begin;
    last_sign_ = begin;
    silence_ = {};
}

Step* Stress::step_of(std::uint32_t target, Instant due) noexcept {
    if (target != load) return nullptr;
    for (auto at = measured_.rbegin(); at != measured_.rend(); ++at)
        if (at->step.covers(due)) return &at->step;
    return nullptr;
}

void Stress::on_sent(const SentProbe& probe) noexcept {
    if (Step* step = step_of(probe.target, probe.due)) step->on_sent(probe);
}

void Stress::on_result(const ProbeResult& result) noexcept {
    heard_.add(result);
    if (has_answer(result.kind)) {
        answered_ = true;
        const Instant at = result.sent + result.latency;
        silence_ = std::max(silence_, at - last_sign_);
        last_sign_ = std::max(last_sign_, at);
    }
    if (Step* step = step_of(result.target, result.due))
        step->on_result(result);
    else
        on_watch_result(result);
}

void Stress::on_watch_result(const ProbeResult& result) noexcept {
    if (has_answer(result.kind) && result.status == 503) {
        ++watch_refusals_;
        watch_refused_ = std::max(watch_refused_, result.sent);
    }
    if (result.kind == Kind::send_error || result.kind == Kind::local) {
        ++watch_not_sent_;
        error_ = result.error;
        if (phase_ == Phase::recover) ++measured_.back().not_sent;
    }
}

/// The watch is judged in order of sending: a loss is known a timeout later than the answers to
/// those behind it.
void Stress::on_settled(const Settled& settled) noexcept {
    if (!settled.counts || settled.sent < watch_from_) return;
    if (settled.target == watcher_)
        on_watch_settled(settled);
    else if (settled.target == new_ports && asks_new_ports_)
        on_new_port_settled(settled);
}

void Stress::on_gap(const Gap& gap) noexcept {
    const bool skipped = gap.reason == GapReason::skipped || gap.reason == GapReason::stall;
    if (skipped && (phase_ == Phase::step || phase_ == Phase::settle))
        current().skipped += gap.count;
}

bool Stress::went_silent(Instant now) const noexcept {
    return measured_.back().step.sent >= silence_min &&
           now - last_sign_ > options_.timeout + silence_over_timeout;
}

void Stress::tick(Instant now, bool idle) noexcept {
    switch (phase_) {
        case Phase::hello:
            if (watch_run_ > 0)
                go_on(now);
            else if (std::max({watch_lost_, watch_refusals_, watch_not_sent_}) >= hello_tries)
                phase_ = Phase::over;
            break;
        case Phase::step: {
            Step& step = current();
            step.silent = went_silent(now);
            step.cut = step.silent || seen_enough(step, options_.limits, planned_);
            if (step.cut || (idle && now >= step.end)) end_step(now);
            break;
        }
        case Phase::settle:
            if (current().undecided() == 0 && now >= current().end) conclude_step(now);
            break;
        case Phase::pause:
            if (now < pause_until_) break;
            watch(now);
            start_recovery(now);
            break;
        case Phase::recover: tick_recovery(now); break;
        case Phase::over: break;
    }
    next_tick_ = phase_ == Phase::over ? never : now + look_every;
    if (phase_ == Phase::step && current().end > now)
        next_tick_ = std::min(next_tick_, current().end);
}

void Stress::end_step(Instant now) noexcept {
    Step& step = current();
    if (step.cut) step.end = std::min(step.end, now + cut_margin);
    phase_ = Phase::settle;
    asks_new_ports_ = false;
    old_port_ = ports::OldPort{watch_interval_};
    plan_nothing(load);
    watch(std::max(now, step.end));
    if (step.paused == 0 || options_.limits.ignore_retry_after) return;
    plan_nothing(watcher_);  // that was asked for
    watch_from_ = never;
}

void Stress::conclude_step(Instant now) noexcept {
    Measured& measured = measured_.back();
    measured.judgement = judge(measured.step, options_.limits);
    if ((measured.judgement.signs & sign_pause) != 0) {
        phase_ = Phase::pause;
        const std::chrono::seconds asked{std::max<std::int64_t>(measured.step.retry_after_s, 0)};
        pause_until_ = now + std::min<Duration>(asked, options_.recovery_time);
    } else if (measured.judgement.verdict == Verdict::bad) {
        start_recovery(now);  // the watch began with the end of the load
    } else {
        search_.tell(measured.judgement);
        judged_ = measured_.size();
        go_on(now);
    }
}

void Stress::go_on(Instant now) noexcept {
    if (interrupted_ || search_.over() || measured_.size() == measured_.capacity())
        phase_ = Phase::over;
    else
        start_step(now);
}

void Stress::interrupt() noexcept {
    interrupted_ = true;
    phase_ = Phase::over;
    next_tick_ = never;
}

Outcome Stress::outcome() const noexcept {
    Outcome outcome;
    outcome.held = search_.held();
    outcome.first_bad = search_.first_bad();
    outcome.own_limit = search_.own_limit();
    outcome.answered = answered_;
    outcome.refuses_at_rest = measured_.empty() && watch_refusals_ > 0;
    if (measured_.empty() && watch_not_sent_ > 0) outcome.error = error_;
    outcome.interrupted = interrupted_;
    for (const Measured& measured : measured_) {
        if (measured.judgement.verdict == Verdict::ours && measured.not_sent > 0)
            outcome.own_error = error_;
        if (measured.judgement.verdict != Verdict::bad) continue;
        if (measured.step.rate_per_s <= outcome.held) continue;  // it held the second time
        outcome.signs |= measured.judgement.signs;
        outcome.recovered = measured.recovered;
        outcome.recovery = std::max(outcome.recovery, measured.recovery);
        outcome.silence = std::max(outcome.silence, measured.silence);
        outcome.retry_after_s = std::max(outcome.retry_after_s, measured.step.retry_after_s);
    }
    if ((outcome.signs & sign_path) != 0)
        outcome.limit = Limit::path;
    else if (outcome.first_bad > 0)
        outcome.limit = Limit::target;
    else if (outcome.own_limit > 0)
        outcome.limit = Limit::ours;
    else if (search_.over() && outcome.held > 0)
        outcome.limit = Limit::none;
    return outcome;
}

}  // namespace sipping::stress
