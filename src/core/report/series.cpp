#include "sipping/report/series.hpp"

#include <algorithm>

namespace sipping::report {

void Series::settle(const Event& event) {
    kinds_.add(event.kind);
    if (first_ == WallTime{}) {
        first_ = last_ = event.sent;
    } else {
        look_for_pause(event.sent);
        first_ = std::min(first_, event.sent);
        last_ = std::max(last_, event.sent);
    }
    previous_ = event.sent;
    if (is_loss(event.kind)) return lost(event);
    if (has_answer(event.kind)) answered(event);
    // send-error, local and pending prove nothing.
}

void Series::look_for_pause(WallTime sent) {
    const Duration since = sent - previous_;
    if (run_.lost > 0 && since > pause_min && since > pause_intervals * interval_)
        end_run(std::nullopt);
    interval_ = since;
}

void Series::answered(const Event& event) {
    if (run_.lost > 0) end_run(event.sent);
    if (latency_.count() == 0) min_ = max_ = event.latency;
    min_ = std::min(min_, event.latency);
    max_ = std::max(max_, event.latency);
    latency_.record(event.latency);
    periods_.answered(event.sent, event.latency);
    if (event.status == status_ || event.kind == Kind::provisional) return;
    if (status_ != 0 && lines_->code(status_) != lines_->code(event.status)) {
        if (changes_.size() < changes_max)
            changes_.push_back({event.sent, status_, event.status, event.call_id});
        else
            ++changes_left_out_;
    }
    status_ = event.status;
}

void Series::lost(const Event& event) {
    periods_.lost(event.sent, event.own);
    if (event.own) {
        ++perhaps_own_;
        own_.insert(event.sent);
        if (own_.size() > own_kept_max) own_.erase(own_.begin());
        return;
    }
    if (run_.lost == 0) run_ = {.begin = event.sent, .first_call_id = event.call_id};
    ++run_.lost;
    run_.last_lost = run_.end = event.sent;
    run_.last_call_id = event.call_id;
    if (event.kind == Kind::icmp) ++run_.icmp;
    if (event.late) ++run_.late;
    longest_run_ = std::max(longest_run_, run_.lost);
}

void Series::end_run(std::optional<WallTime> answered_at) {
    if (run_.lost >= outage_run_) {
        run_.open = !answered_at;
        if (answered_at) run_.end = *answered_at;
        outages_.push_back(run_);
    }
    run_ = {};
    periods_.end_run();
}

void Series::late(WallTime sent) {
    if (own_.contains(sent)) return;
    if (run_.lost > 0 && sent >= run_.begin) {
        if (sent <= run_.last_lost) ++run_.late;
        return;
    }
    const auto after =
        std::upper_bound(outages_.begin(), outages_.end(), sent,
                         [](WallTime at, const Outage& outage) { return at < outage.begin; });
    if (after == outages_.begin()) return;
    Outage& outage = *std::prev(after);
    if (sent <= outage.last_lost) ++outage.late;
}

void Series::gap(const OwnGap& gap) {
    // Nobody looked until then: what was lost before and what is lost after are two things.
    if (gap.reason == GapReason::start && run_.lost > 0) end_run(std::nullopt);
    if (gaps_.size() < gaps_max)
        gaps_.push_back(gap);
    else
        ++gaps_left_out_;
}

void Series::finish() {
    if (run_.lost > 0) end_run(std::nullopt);
    periods_.finish();
}

std::uint64_t Series::sent() const noexcept {
    return received() + lost() + count(Kind::pending);
}

Duration Series::time_down() const noexcept {
    Duration sum{};
    for (const Outage& outage : outages_)
        sum += outage.length();
    return sum;
}

Duration Series::latency(double share) const noexcept {
    return std::clamp(latency_.quantile(share), min_, max_);
}

}  // namespace sipping::report
