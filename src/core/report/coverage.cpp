#include "sipping/report/coverage.hpp"

#include <algorithm>
#include <utility>

namespace sipping::report {

bool Coverage::probe(WallTime at, bool proves) {
    const bool first = !std::exchange(any_, true);
    const bool proved_before = std::exchange(proved_, proves);
    const WallTime before = std::exchange(last_, at);
    if (first) {
        first_ = at;
        return false;
    }
    const Duration since = at - before;
    const bool known = interval_ > Duration::zero();
    const bool paused = known && since > pause_min && since > pause_intervals * interval_;
    if (!proved_before)
        unlooked_.add(before, at);
    else if (paused)
        unlooked_.add(before + interval_, at);
    if (since > Duration::zero()) interval_ = since;
    return paused;
}

Duration Coverage::begin_run(WallTime at, std::optional<WallTime> stop) {
    const Duration interval = std::exchange(interval_, Duration::zero());
    if (!any_) return {};
    const WallTime from = stop ? std::max(*stop, last_) : last_ + interval;
    if (at <= from || (!stop && at - last_ <= 2 * interval)) return {};
    unlooked_.add(from, at);
    return at - from;
}

double Coverage::share() const noexcept {
    if (!any_) return 0;
    const Duration all = last_ - first_;
    if (all <= Duration::zero()) return 1;
    return static_cast<double>(looked().count()) / static_cast<double>(all.count());
}

}  // namespace sipping::report
