#include "sipping/ports/path.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sipping::ports {
namespace {

constexpr Duration look_every = 50ms;
constexpr Duration lead_in = 1ms;  // so that the first probe is not late already
constexpr std::uint32_t silent_canaries = OldPort::silent_min;
constexpr std::uint32_t not_sent_min = 20;  // below it a share means nothing
constexpr double not_sent_share = 0.1;      // then going on is of no use
constexpr double not_sent_share_end = 0.02;
constexpr double lossy_share = 0.1;  // lost in between: nothing can be told

bool is_share(std::uint32_t part, std::uint32_t whole, double share) noexcept {
    return static_cast<double>(part) > share * static_cast<double>(whole);
}

}  // namespace

std::uint32_t visible_ports(double rate_per_s, Duration mapping_time) noexcept {
    const double seconds = std::chrono::duration<double>(mapping_time).count();
    return static_cast<std::uint32_t>(std::min(std::floor(rate_per_s * seconds + 1e-6), 65535.0));
}

std::string_view to_string(PathVerdict verdict) noexcept {
    switch (verdict) {
        case PathVerdict::unknown: return "unknown";
        case PathVerdict::no_limit: return "no-limit";
        case PathVerdict::limit: return "limit";
        case PathVerdict::banned: return "banned";
        case PathVerdict::outage: return "outage";
        case PathVerdict::silent: return "silent";
        case PathVerdict::no_answer: return "no-answer";
        case PathVerdict::self: return "self";
    }
    return "";
}

Path::Path(const PathOptions& options) : options_(options) {
    addresses_.reserve(addresses_max);
}

void Path::plan(std::uint32_t target, Instant first, Duration interval, Instant end) noexcept {
    paces_[target] = {first, interval, end};
    changed_[target] = true;
}

bool Path::take_change(std::uint32_t target, PathPace& pace) noexcept {
    pace = paces_[target];
    return std::exchange(changed_[target], false);
}

void Path::begin(Instant now) noexcept {
    phase_ = Phase::hello;
    next_tick_ = now + look_every;
    last_answer_ = now;
    plan(canary, now + lead_in, canary_every, never);
}

void Path::interrupt() noexcept {
    if (phase_ != Phase::over) end(PathVerdict::unknown);
}

void Path::end(PathVerdict verdict) noexcept {
    verdict_ = verdict;
    phase_ = Phase::over;
    next_tick_ = never;
    for (const std::uint32_t target : {new_ports, canary})
        plan(target, Instant{}, 1s, Instant{});
}

void Path::start_probing(Instant now) noexcept {
    phase_ = Phase::probe;
    probing_since_ = now;
    plan_new_ports(now, options_.tries - 1);
}

void Path::plan_new_ports(Instant now, std::uint32_t count) noexcept {
    const auto interval =
        Duration{std::max<std::int64_t>(1, std::llround(1e9 / options_.rate_per_s))};
    const Instant first = now + lead_in;
    plan(new_ports, first, interval, first + interval * std::int64_t{count});
}

void Path::on_sent(const SentProbe& probe) noexcept {
    if (probe.target == canary)
        ++canary_sent_;
    else
        ++tried_;
}

void Path::on_result(const ProbeResult& result, const PublicEndpoint& seen) noexcept {
    if (has_answer(result.kind)) {
        last_answer_ = std::max(last_answer_, result.sent + result.latency);
        if (enduring_) end_outage();
        if (result.status == 503) ++refused_;
        note_public(result, seen);
    }
    heard_.add(result);
    switch (result.kind) {
        case Kind::send_error:
            // Reported as sent before the kernel's refusal came back.
            --(result.target == new_ports ? tried_ : canary_sent_);
            error_ = result.error;
            [[fallthrough]];
        case Kind::local: ++(result.target == new_ports ? not_sent_ : canary_not_sent_); break;
        default: break;
    }
}

void Path::on_gap(const Gap& gap) noexcept {
    const bool skipped = gap.reason == GapReason::skipped || gap.reason == GapReason::stall;
    if (!skipped || gap.target != new_ports) return;
    not_sent_ += static_cast<std::uint32_t>(gap.count);
    skipped_ += static_cast<std::uint32_t>(gap.count);
}

void Path::on_settled(const Settled& settled) noexcept {
    if (!settled.counts) return;
    if (settled.target == canary)
        on_canary(settled);
    else
        on_new_port(settled);
}

void Path::on_canary(const Settled& settled) noexcept {
    lost_with_canary_ += old_port_.on_old(settled.sent, settled.lost);
    if (!settled.lost) ++canary_answered_;
}

void Path::on_new_port(const Settled& settled) noexcept {
    ++settled_;
    const std::uint32_t run = old_port_.silent_run();
    switch (old_port_.on_new(settled.sent, settled.lost)) {
        case OldPort::NewPort::answered:
            ++answered_;
            if (run > 0 && first_silent_ == 0) first_silent_ = run_first_;
            lost_between_ += run;
            break;
        case OldPort::NewPort::silent_with_old: ++lost_with_canary_; break;
        case OldPort::NewPort::silent:
            if (run == 0) run_first_ = settled_ + 1;  // the canary's port was the first
            break;
    }
}

/// All were silent and no longer are, though we went on at the same rate.
void Path::end_outage() noexcept {
    enduring_ = false;
    ++outages_;
}

void Path::note_public(const ProbeResult& result, const PublicEndpoint& seen) noexcept {
    if (result.kind == Kind::duplicate) return;
    if (result.target == canary && seen.port != 0) {
        if (canary_port_ != 0 && canary_port_ != seen.port) ++canary_remapped_;
        canary_port_ = seen.port;
    }
    if (result.target == new_ports && seen.port != 0)
        ++(seen.port == result.source_port ? port_kept_ : port_changed_);
    if (!seen.address || last_address_ == seen.address) return;
    if (last_address_) ++address_changes_;
    last_address_ = seen.address;
    if (std::find(addresses_.begin(), addresses_.end(), *seen.address) == addresses_.end() &&
        addresses_.size() < addresses_max)
        addresses_.push_back(*seen.address);
}

bool Path::limit_shown() const noexcept {
    return old_port_.shows_limit(std::max(limit_run, answered_ / 50));
}

bool Path::all_silent(Instant now) const noexcept {
    return old_port_.old_is_silent() &&
           now - last_answer_ > options_.timeout + silent_canaries * canary_every;
}

void Path::tick(Instant now) noexcept {
    if (phase_ != Phase::over) next_tick_ = now + look_every;
    switch (phase_) {
        case Phase::hello:
            if (canary_answered_ > 0)
                start_probing(now);
            else if (old_port_.old_is_silent())
                end(heard_.nothing() ? PathVerdict::silent : PathVerdict::no_answer);
            else if (canary_not_sent_ >= silent_canaries)
                end(PathVerdict::self);
            break;
        case Phase::probe: tick_probe(now); break;
        case Phase::listen:
            came_back_ = last_answer_ > listening_since_;
            if (!came_back_ && now - listening_since_ < patience) break;
            silence_ = came_back_ ? silence_ : now - listening_since_ + silence_;
            end(heard_.icmp > 0 ? PathVerdict::outage : PathVerdict::banned);
            break;
        case Phase::over: break;
    }
}

void Path::tick_probe(Instant now) noexcept {
    probing_time_ = now - probing_since_;
    if (all_silent(now)) {
        enduring_ = true;
        const Duration detected_after = options_.timeout + silent_canaries * canary_every;
        if (now - last_answer_ > detected_after + endure) start_listening(now);
        return;
    }
    if (limit_shown()) return end(PathVerdict::limit);
    if (not_sent_ >= not_sent_min && is_share(not_sent_, tried_ + not_sent_, not_sent_share))
        return end(PathVerdict::self);
    if (settled_ + not_sent_ + 1 < options_.tries + made_up_) return;
    if (made_up_ < skipped_) {
        plan_new_ports(now, skipped_ - made_up_);
        made_up_ = skipped_;
    } else if (silent_run() == 0 || old_port_.outlived_run()) {
        conclude();  // else only a canary that still waits can tell a limit from an outage
    }
}

void Path::start_listening(Instant now) noexcept {
    phase_ = Phase::listen;
    listening_since_ = now;
    enduring_ = false;
    probing_time_ = std::max(last_answer_ - probing_since_, Duration::zero());
    silence_ = now - last_answer_;
    plan(new_ports, Instant{}, 1s, Instant{});
    plan(canary, now + 1s, 1s, never);
}

void Path::conclude() noexcept {
    if (is_share(not_sent_, tried_ + not_sent_, not_sent_share_end))
        end(PathVerdict::self);
    else if (silent_run() >= limit_run_end)
        end(PathVerdict::limit);
    else if (is_share(lost_between_ + silent_run(), tried_, lossy_share))
        end(PathVerdict::unknown);
    else
        end(PathVerdict::no_limit);
}

}  // namespace sipping::ports
