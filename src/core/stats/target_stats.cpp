#include "sipping/stats/target_stats.hpp"

#include <algorithm>

namespace sipping::stats {

std::optional<State> TargetStats::on_result(const ProbeResult& result,
                                            const Thresholds& thresholds) noexcept {
    kinds_.add(result.kind);
    if (result.kind == Kind::send_error || result.kind == Kind::local)
        return count_unsent(result, thresholds.fall);
    if (unsent_run_ > 0 && result.sent > unsent_last_) unsent_run_ = 0;
    if (result.syntax) syntax_.add(result.syntax);
    if (has_answer(result.kind) && result.service != Service::refused) answered_ = true;
    if (result.kind != Kind::reply && result.kind != Kind::provisional) return std::nullopt;
    const bool first = received() == 1;
    latency_min_ = first ? result.latency : std::min(latency_min_, result.latency);
    latency_max_ = first ? result.latency : std::max(latency_max_, result.latency);
    latency_sum_ += result.latency;
    latency_.record(result.latency);
    codes_.add(result.status);
    if (result.kind != Kind::reply) return std::nullopt;
    if (result.service == Service::refused) ++refused_;
    if (result.service == Service::maintenance) ++maintenance_;
    return std::nullopt;
}

/// Whoever is not asked cannot be said to be up or down.
std::optional<State> TargetStats::count_unsent(const ProbeResult& result,
                                               std::uint32_t fall) noexcept {
    if (unsent_run_++ == 0) {
        unsent_begin_ = result.sent;
        unsent_since_ = result.sent_wall;
    }
    unsent_last_ = result.sent;
    unsent_error_ = result.kind == Kind::send_error ? result.error : 0;
    if (told_unknown_) {
        ++outage_.unsent;
        return std::nullopt;
    }
    if (unsent_run_ < fall) return std::nullopt;
    since_ = unsent_since_;
    if (!is_trouble(state_))
        outage_ = {.begin = unsent_since_,
                   .end = unsent_since_,
                   .begin_at = unsent_begin_,
                   .end_at = unsent_begin_};
    outage_.unsent += unsent_run_;
    told_unknown_ = true;
    in_run_ = false;
    state_ = State::unknown;
    return state_;
}

std::optional<State> TargetStats::on_settled(const Settled& settled,
                                             const Thresholds& thresholds) noexcept {
    if (!settled.counts) return std::nullopt;
    count_losses(settled.lost);
    if (settled.lost || settled.service != Service::fine) return fail(settled, thresholds.fall);
    return answer(settled, thresholds.rise);
}

void TargetStats::count_losses(bool lost) noexcept {
    if (lost) {
        longest_run_ = std::max(longest_run_, ++current_run_);
    } else if (current_run_ > 0) {
        last_run_ = current_run_;
        current_run_ = 0;
    }
    if (!lost) unread_at_answer_ = unread_;
}

std::optional<State> TargetStats::fail(const Settled& settled, std::uint32_t fall) noexcept {
    const State kind = settled.lost                              ? State::down
                       : settled.service == Service::maintenance ? State::maintenance
                                                                 : State::refusing;
    answers_in_a_row_ = 0;
    if (!in_run_ || kind != trouble_) {
        trouble_ = kind;
        trouble_in_a_row_ = 0;
        trouble_since_ = settled.sent_wall;
    }
    ++trouble_in_a_row_;
    extend_run(settled);
    if (is_trouble(state_)) {
        if (kind == state_ || trouble_in_a_row_ < fall) return std::nullopt;
        since_ = trouble_since_;
    } else {
        if (run_.failed() < fall) return std::nullopt;
        since_ = run_.begin;
        told_unknown_ = false;
    }
    state_ = kind;
    return state_;
}

std::optional<State> TargetStats::answer(const Settled& settled, std::uint32_t rise) noexcept {
    const bool told = is_trouble(state_) || told_unknown_;
    if (in_run_ || told_unknown_) {
        outage_.end = settled.sent_wall;
        outage_.end_at = settled.sent;
    }
    if (in_run_) {
        in_run_ = false;
        run_.end = settled.sent_wall;
        run_.end_at = settled.sent;
        keep_longest();
    }
    ++answers_in_a_row_;
    if (told && answers_in_a_row_ < rise) return std::nullopt;
    state_ = State::up;
    told_unknown_ = false;
    if (!told) return std::nullopt;
    return state_;
}

void TargetStats::extend_run(const Settled& settled) noexcept {
    if (!in_run_) {
        const Outage begun{.begin = settled.sent_wall,
                           .end = settled.sent_wall,
                           .begin_at = settled.sent,
                           .end_at = settled.sent};
        run_ = begun;
        if (!is_trouble(state_) && !told_unknown_) outage_ = begun;
        in_run_ = true;
    }
    for (Outage* outage : {&run_, &outage_}) {
        outage->end = settled.sent_wall;
        outage->end_at = settled.sent;
        if (settled.lost)
            ++outage->lost;
        else if (settled.service == Service::maintenance)
            ++outage->maintenance;
        else
            ++outage->refused;
        if (settled.self != 0) ++outage->perhaps_own;
        outage->self |= settled.self;
    }
    keep_longest();
}

void TargetStats::keep_longest() noexcept {
    const bool same = longest_.begin_at == run_.begin_at;  // the longest one is still growing
    if (longest_.failed() == 0 || same || run_.length() > longest_.length()) longest_ = run_;
}

void TargetStats::merge(const TargetStats& other) noexcept {
    if (other.received() > 0) {
        const bool first = received() == 0;
        latency_min_ = first ? other.latency_min_ : std::min(latency_min_, other.latency_min_);
        latency_max_ = first ? other.latency_max_ : std::max(latency_max_, other.latency_max_);
    }
    sent_ += other.sent_;
    kinds_.merge(other.kinds_);
    codes_.merge(other.codes_);
    syntax_.merge(other.syntax_);
    refused_ += other.refused_;
    maintenance_ += other.maintenance_;
    unread_ += other.unread_;
    answered_ = answered_ || other.answered_;
    latency_.merge(other.latency_);
    latency_sum_ += other.latency_sum_;
    longest_run_ = std::max(longest_run_, other.longest_run_);
    const bool longer = longest_.failed() == 0 || other.longest_.length() > longest_.length();
    if (other.longest_.failed() > 0 && longer) longest_ = other.longest_;
}

std::uint64_t TargetStats::count(Kind kind) const noexcept {
    return kinds_[kind];
}

std::uint64_t TargetStats::received() const noexcept {
    return kinds_.received();
}

std::uint64_t TargetStats::lost() const noexcept {
    return kinds_.lost();
}

double TargetStats::loss_percent() const noexcept {
    return kinds_.loss_percent();
}

Duration TargetStats::latency_min() const noexcept {
    return latency_min_;
}
Duration TargetStats::latency_max() const noexcept {
    return latency_max_;
}

Duration TargetStats::latency_mean() const noexcept {
    const auto answers = static_cast<Duration::rep>(received());
    return answers == 0 ? Duration::zero() : latency_sum_ / answers;
}

std::uint64_t TargetStats::longest_run() const noexcept {
    return longest_run_;
}
std::uint64_t TargetStats::last_run() const noexcept {
    return last_run_;
}
std::uint64_t TargetStats::current_run() const noexcept {
    return current_run_;
}
const Outage& TargetStats::longest_outage() const noexcept {
    return longest_;
}
const Outage& TargetStats::current_outage() const noexcept {
    return outage_;
}
}  // namespace sipping::stats
