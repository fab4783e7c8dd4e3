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
        case Limit::ours: return "ours";
        case Limit::unknown: return "unknown";
    }
    return "";
}

Stress::Stress(const Options& options)
    : options_(options),
      search_(options.rate_low, options.rate_high, options.steps),
      watch_interval_(interval_of(std::min(options.rate_low, watch_rate_max))) {
    measured_.reserve(std::size_t{Search::own_tries} * options.steps + spare_steps);
}

void Stress::begin(Instant now) noexcept {
    phase_ = Phase::hello;
    watch(now);
}

void Stress::watch(Instant from) noexcept {
    watch_from_ = from + watch_gap;
    pace_ = {watch_from_, watch_interval_, never};
    pace_is_new_ = true;
    watch_run_ = 0;
    watch_lost_ = 0;
    since_ = from;
}

void Stress::send_nothing(Instant now) noexcept {
    pace_ = {now, watch_interval_, now};
    pace_is_new_ = true;
    watch_from_ = never;
}

void Stress::start_step(Instant now) noexcept {
    // A millisecond ahead, so that the first probe is not late already.
    const Instant begin = now + cut_margin;
    const Duration interval = interval_of(search_.rate());
    pace_ = {begin, interval, begin + options_.step_time};
    pace_is_new_ = true;
    planned_ = static_cast<std::uint64_t>(options_.step_time / interval);
    measured_.push_back({.step = {.rate_per_s = search_.rate(),
                                  .begin = begin,
                                  .end = pace_.end,
                                  .last_answer = begin},
                         .narrowing = search_.narrowing()});
    phase_ = Phase::step;
    since_ = begin;
    last_sign_ = begin;
    silence_ = {};
}

Step* Stress::step_of(Instant due) noexcept {
    for (auto at = measured_.rbegin(); at != measured_.rend(); ++at)
        if (at->step.covers(due)) return &at->step;
    return nullptr;
}

void Stress::on_sent(const SentProbe& probe) noexcept {
    if (Step* step = step_of(probe.due)) step->on_sent(probe);
}

void Stress::on_result(const ProbeResult& result) noexcept {
    if (has_answer(result.kind)) {
        answered_ = true;
        const Instant at = result.sent + result.latency;
        silence_ = std::max(silence_, at - last_sign_);
        last_sign_ = std::max(last_sign_, at);
    }
    if (Step* step = step_of(result.due))
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
    }
}

/// The watch is judged in order of sending: a loss is known a timeout later than the answers to
/// those behind it.
void Stress::on_settled(const Settled& settled) noexcept {
    if (!settled.counts || settled.sent < watch_from_) return;
    if (settled.lost) {
        ++watch_lost_;
        watch_run_ = 0;
    } else if (settled.sent <= watch_refused_) {
        watch_run_ = 0;
    } else if (++watch_run_ == 1) {
        watch_first_ = settled.sent;
    }
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

bool Stress::tick(Instant now, bool idle) noexcept {
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
            phase_ = Phase::recover;
            watch(now);
            break;
        case Phase::recover:
            if (watch_run_ >= recovered_run || now - since_ > options_.recovery_time)
                conclude_recovery(now);
            break;
        case Phase::over: break;
    }
    next_tick_ = phase_ == Phase::over ? never : now + look_every;
    if (phase_ == Phase::step && current().end > now)
        next_tick_ = std::min(next_tick_, current().end);
    return std::exchange(pace_is_new_, false);
}

void Stress::end_step(Instant now) noexcept {
    Step& step = current();
    if (step.cut) step.end = std::min(step.end, now + cut_margin);
    phase_ = Phase::settle;
    if (step.paused > 0 && !options_.limits.ignore_retry_after)
        send_nothing(now);  // that was asked for
    else
        watch(std::max(now, step.end));
}

void Stress::conclude_step(Instant now) noexcept {
    Measured& measured = measured_.back();
    measured.judgement = judge(measured.step, options_.limits);
    if ((measured.judgement.signs & sign_pause) != 0) {
        phase_ = Phase::pause;
        const std::chrono::seconds asked{std::max<std::int64_t>(measured.step.retry_after_s, 0)};
        pause_until_ = now + std::min<Duration>(asked, options_.recovery_time);
    } else if (measured.judgement.verdict == Verdict::bad) {
        phase_ = Phase::recover;  // the watch began with the end of the load
    } else {
        search_.tell(measured.judgement);
        judged_ = measured_.size();
        go_on(now);
    }
}

void Stress::conclude_recovery(Instant now) noexcept {
    Measured& measured = measured_.back();
    measured.recovered = watch_run_ >= recovered_run;
    const Instant again = measured.recovered ? watch_first_ : now;
    measured.recovery = std::max(again - measured.step.end, Duration::zero());
    if ((measured.judgement.signs & (sign_pause | sign_unreachable)) == 0) {
        measured.silence = measured.recovered ? silence_ : std::max(silence_, now - last_sign_);
        const Duration ban_min =
            std::max({Duration{1s}, 3 * watch_interval_, 2 * options_.timeout});
        if (measured.silence >= ban_min) measured.judgement.signs |= sign_ban;
    }
    search_.tell(measured.judgement);
    judged_ = measured_.size();
    if (!measured.recovered) search_.give_up();
    go_on(now);
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
        if (measured.judgement.verdict != Verdict::bad) continue;
        if (measured.step.rate_per_s <= outcome.held) continue;  // it held the second time
        outcome.signs |= measured.judgement.signs;
        outcome.recovered = measured.recovered;
        outcome.recovery = std::max(outcome.recovery, measured.recovery);
        outcome.silence = std::max(outcome.silence, measured.silence);
        outcome.retry_after_s = std::max(outcome.retry_after_s, measured.step.retry_after_s);
    }
    if (outcome.first_bad > 0)
        outcome.limit = Limit::target;
    else if (outcome.own_limit > 0)
        outcome.limit = Limit::ours;
    else if (search_.over() && outcome.held > 0)
        outcome.limit = Limit::none;
    return outcome;
}

}  // namespace sipping::stress
