#include "sipping/stats/target_stats.hpp"

#include <algorithm>

namespace sipping::stats {

void TargetStats::on_result(const ProbeResult& result) noexcept {
    kinds_.add(result.kind);
    if (result.kind != Kind::reply && result.kind != Kind::provisional) return;
    const bool first = received() == 1;
    latency_min_ = first ? result.latency : std::min(latency_min_, result.latency);
    latency_max_ = first ? result.latency : std::max(latency_max_, result.latency);
    latency_sum_ += result.latency;
    latency_.record(result.latency);
    const std::size_t status_class = result.status / 100U;
    if (status_class < by_class_.size()) ++by_class_[status_class];
}

Change TargetStats::on_settled(const Settled& settled, const Thresholds& thresholds) noexcept {
    if (!settled.counts) return Change::none;
    if (settled.lost) {
        extend_runs(settled);
        if (down_ || current_run_ < thresholds.fall) return Change::none;
        down_ = true;
        return Change::went_down;
    }
    if (current_run_ > 0) end_runs(settled);
    ++answers_in_a_row_;
    if (!down_ || answers_in_a_row_ < thresholds.rise) return Change::none;
    down_ = false;
    return Change::came_up;
}

void TargetStats::extend_runs(const Settled& settled) noexcept {
    answers_in_a_row_ = 0;
    if (current_run_ == 0) {
        const Outage begun{.begin = settled.sent_wall,
                           .end = settled.sent_wall,
                           .begin_at = settled.sent,
                           .end_at = settled.sent};
        run_ = begun;
        if (!down_) outage_ = begun;
    }
    ++current_run_;
    for (Outage* outage : {&run_, &outage_}) {
        outage->end = settled.sent_wall;
        outage->end_at = settled.sent;
        ++outage->lost;
        if (settled.self != 0) ++outage->perhaps_own;
        outage->self |= settled.self;
    }
    longest_run_ = std::max(longest_run_, current_run_);
    keep_longest();
}

void TargetStats::end_runs(const Settled& settled) noexcept {
    last_run_ = current_run_;
    current_run_ = 0;
    for (Outage* outage : {&run_, &outage_}) {
        outage->end = settled.sent_wall;
        outage->end_at = settled.sent;
    }
    keep_longest();
}

void TargetStats::keep_longest() noexcept {
    const bool same = longest_.begin_at == run_.begin_at;  // the longest one is still growing
    if (longest_.lost == 0 || same || run_.length() > longest_.length()) longest_ = run_;
}

void TargetStats::merge(const TargetStats& other) noexcept {
    if (other.received() > 0) {
        const bool first = received() == 0;
        latency_min_ = first ? other.latency_min_ : std::min(latency_min_, other.latency_min_);
        latency_max_ = first ? other.latency_max_ : std::max(latency_max_, other.latency_max_);
    }
    sent_ += other.sent_;
    kinds_.merge(other.kinds_);
    for (std::size_t i = 0; i < by_class_.size(); ++i)
        by_class_[i] += other.by_class_[i];
    latency_.merge(other.latency_);
    latency_sum_ += other.latency_sum_;
    longest_run_ = std::max(longest_run_, other.longest_run_);
    const bool longer = longest_.lost == 0 || other.longest_.length() > longest_.length();
    if (other.longest_.lost > 0 && longer) longest_ = other.longest_;
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
bool TargetStats::down() const noexcept {
    return down_;
}

bool TargetStats::ever_answered() const noexcept {
    return received() > 0 || count(Kind::late) > 0;
}

}  // namespace sipping::stats
