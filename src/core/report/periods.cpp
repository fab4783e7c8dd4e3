#include "sipping/report/periods.hpp"

#include <algorithm>

namespace sipping::report {

void Periods::enter(WallTime at) {
    if (inside_ && at < end_) return;
    close();
    const Grid::Cell cell = grid_->cell(at);
    now_ = {.number = cell.number};
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

void Periods::lost(WallTime sent) {
    if (grid_ == nullptr) return;
    enter(sent);
    ++now_.sent;
    ++now_.lost;
    now_.longest_run = std::max(now_.longest_run, ++run_);
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
