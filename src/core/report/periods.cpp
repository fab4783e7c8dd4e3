#include "sipping/report/periods.hpp"

#include <algorithm>

namespace sipping::report {

void Periods::enter(WallTime at) {
    if (inside_ && at >= begin_ && at < end_) return;
    close();
    const Grid::Cell cell = grid_->cell(at);
    now_ = {.number = cell.number};
    begin_ = cell.begin;
    end_ = cell.end;
    run_ = 0;
    inside_ = true;
}

void Periods::answered(WallTime sent, Duration latency) {
    if (grid_ == nullptr) return;
    enter(sent);
    ++now_.sent;
    run_ = 0;
    now_.max = std::max({now_.max, latency, Duration{1}});
    latency_.record(latency);
}

void Periods::lost(WallTime sent, bool own) {
    if (grid_ == nullptr) return;
    enter(sent);
    ++now_.sent;
    ++now_.lost;
    if (!own) now_.longest_run = std::max(now_.longest_run, ++run_);
}

/// A clock that was set back enters some of them twice.
void Periods::finish() {
    close();
    std::ranges::stable_sort(all_, {}, &Period::number);
    std::vector<Period> merged;
    for (const Period& period : all_) {
        if (merged.empty() || merged.back().number != period.number) {
            merged.push_back(period);
            continue;
        }
        Period& known = merged.back();
        if (period.sent > known.sent && period.has_latency()) {
            known.p50 = period.p50;
            known.p99 = period.p99;
        }
        known.sent += period.sent;
        known.lost += period.lost;
        known.longest_run = std::max(known.longest_run, period.longest_run);
        known.max = std::max(known.max, period.max);
    }
    all_ = std::move(merged);
}

void Periods::close() {
    if (!inside_) return;
    inside_ = false;
    if (latency_.count() > 0) {
        now_.p50 = std::min(latency_.quantile(0.5), now_.max);
        now_.p99 = std::min(latency_.quantile(0.99), now_.max);
        latency_.clear();
    }
    all_.push_back(now_);
}

}  // namespace sipping::report
