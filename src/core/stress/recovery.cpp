// What comes after a bad step: does the target answer again, and if not, whose silence is it? It is
// asked from an old port and from new ones (ports/old_port.hpp).
#include <algorithm>

#include "sipping/stress/stress.hpp"

namespace sipping::stress {
namespace {

// So that the first probe is not late already.
constexpr Duration lead_in = 1ms;

}  // namespace

void Stress::on_watch_settled(const Settled& settled) noexcept {
    if (settled.lost) {
        ++watch_lost_;
        watch_run_ = 0;
    } else if (settled.sent <= watch_refused_) {
        watch_run_ = 0;
    } else if (++watch_run_ == 1) {
        watch_first_ = settled.sent;
    }
    if (phase_ != Phase::settle && phase_ != Phase::recover) return;
    old_port_.on_old(settled.sent, settled.lost);
    ++measured_.back().old_asked;
    if (!settled.lost) ++measured_.back().old_answered;
}

void Stress::on_new_port_settled(const Settled& settled) noexcept {
    static_cast<void>(old_port_.on_new(settled.sent, settled.lost));
    ++measured_.back().new_asked;
    if (!settled.lost) ++measured_.back().new_answered;
    new_run_ = settled.lost ? 0 : new_run_ + 1;
}

void Stress::start_recovery(Instant now) noexcept {
    phase_ = Phase::recover;
    new_run_ = 0;
    new_ports_wait_ = false;
    constexpr std::uint8_t told_apart = sign_pause | sign_unreachable;
    const std::uint8_t signs = measured_.back().judgement.signs;
    if (watcher_ == load || (signs & sign_drops) == 0 || (signs & told_apart) != 0) return;
    asks_new_ports_ = true;
    ask_new_ports(now);
}

/// From both in turn, together as often as the watch alone.
void Stress::ask_new_ports(Instant now) noexcept {
    const Duration each = 2 * watch_interval_;
    old_port_ = ports::OldPort{each};
    plan(old_port, {now + lead_in, each, never});
    plan(new_ports, {now + lead_in + watch_interval_, each, never});
}

void Stress::tick_recovery(Instant now) noexcept {
    const Measured& measured = measured_.back();
    const bool old_is_back = watch_run_ >= recovered_run;
    bool new_are_back = true;
    if (asks_new_ports_) {
        if (old_port_.shows_limit(limit_run)) return conclude_recovery(now);
        const bool all_silent = old_port_.old_is_silent() && new_run_ == 0;
        if (all_silent && !new_ports_wait_ && measured.new_asked >= limit_run) {
            new_ports_wait_ = true;  // they are not so many, and the old port will tell
            plan(old_port, {now + lead_in, watch_interval_, never});
            plan_nothing(new_ports);
        } else if (new_ports_wait_ && old_is_back) {
            new_ports_wait_ = false;
            ask_new_ports(now);
        }
        new_are_back = new_run_ >= recovered_run || measured.new_asked >= new_ports_max;
    }
    if ((old_is_back && new_are_back) || now - since_ > options_.recovery_time)
        conclude_recovery(now);
}

void Stress::conclude_recovery(Instant now) noexcept {
    Measured& measured = measured_.back();
    measured.recovered = watch_run_ >= recovered_run;
    const Instant again = measured.recovered ? watch_first_ : now;
    measured.recovery = std::max(again - measured.step.end, Duration::zero());
    const bool path = asks_new_ports_ && old_port_.shows_limit(limit_run);
    const bool ours = !measured.recovered && measured.not_sent > measured.old_asked;
    if (path) {
        measured.judgement.signs |= sign_path;
    } else if (ours) {  // nothing is known of a host that we did not ask
        measured.judgement = {.verdict = Verdict::ours};
    } else if ((measured.judgement.signs & (sign_pause | sign_unreachable)) == 0) {
        measured.silence = measured.recovered ? silence_ : std::max(silence_, now - last_sign_);
        const Duration ban_min =
            std::max({Duration{1s}, 3 * watch_interval_, 2 * options_.timeout});
        if (measured.silence >= ban_min) measured.judgement.signs |= sign_ban;
    }
    asks_new_ports_ = false;
    if (watcher_ != load) plan_nothing(new_ports);
    if (measured.recovered)
        search_.tell(measured.judgement);
    else
        search_.give_up(measured.judgement.verdict);
    judged_ = measured_.size();
    go_on(now);
}

}  // namespace sipping::stress
