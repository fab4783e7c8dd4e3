#include "sipping/schedule/schedule.hpp"

#include <algorithm>
#include <cassert>

namespace sipping::schedule {

Schedule::Schedule(std::span<const Duration> intervals, const Options& options,
                   const std::vector<bool>& later)
    : options_(options) {
    assert(later.empty() || later.size() == intervals.size());
    progress_.reserve(intervals.size());
    heap_.reserve(intervals.size());
    const auto count = static_cast<std::int64_t>(intervals.size());
    for (std::int64_t i = 0; i < count; ++i) {
        const Duration interval = intervals[static_cast<std::size_t>(i)];
        assert(interval > Duration::zero());
        // i/n of the interval in two steps: interval x i may not fit 64 bits.
        const Duration offset = interval / count * i + interval % count * i / count;
        const Instant first = options_.start + offset;
        progress_.push_back({first, interval, options_.end});
        const bool waits = !later.empty() && later[static_cast<std::size_t>(i)];
        if (!waits && first < options_.end) heap_.push_back({first, static_cast<std::uint32_t>(i)});
    }
    std::make_heap(heap_.begin(), heap_.end(), Later{});
}

Schedule::Schedule(std::size_t targets, Duration late_limit)
    : options_{.late_limit = late_limit}, progress_(targets) {
    heap_.reserve(targets);
}

void Schedule::plan(std::uint32_t target, Instant first, Duration interval, Instant end) noexcept {
    assert(interval > Duration::zero());
    progress_[target] = {first, interval, end};
    std::erase_if(heap_, [target](const Entry& entry) { return entry.target == target; });
    if (first < end) heap_.push_back({first, target});
    std::make_heap(heap_.begin(), heap_.end(), Later{});
}

void Schedule::join(std::uint32_t target, Instant now) noexcept {
    Progress& progress = progress_[target];
    Duration wait = progress.first - now;
    if (wait < Duration::zero()) wait %= progress.interval;  // which leaves 0 or less
    if (wait < Duration::zero()) wait += progress.interval;
    // What is left of long waits is spread as they are.
    progress.first = now + (wait > join_within ? wait % join_within : wait);
    if (progress.first >= progress.end) return;
    heap_.push_back({progress.first, target});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
}

void Schedule::settle_front() noexcept {
    std::size_t at = 0;
    const Entry moving = heap_.front();
    for (;;) {
        std::size_t child = 2 * at + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
        if (!heap_[child].before(moving)) break;
        heap_[at] = heap_[child];
        at = child;
    }
    heap_[at] = moving;
}

/// Moves the front target `probes` further, or out of the heap when it is through.
void Schedule::advance(Progress& progress, std::uint64_t probes) noexcept {
    progress.next += probes;
    const Instant at =
        progress.first + progress.interval * static_cast<std::int64_t>(progress.next);
    const bool through =
        (options_.count != 0 && progress.next >= options_.count) || at >= progress.end;
    if (through) {
        heap_.front() = heap_.back();
        heap_.pop_back();
    } else {
        heap_.front().at = at;
    }
    if (!heap_.empty()) settle_front();
}

bool Schedule::take(Instant now, Due& due) noexcept {
    if (heap_.empty() || heap_.front().at > now) return false;
    const Entry entry = heap_.front();
    Progress& progress = progress_[entry.target];
    due = Due{.target = entry.target, .at = entry.at};

    const Duration limit = std::max(progress.interval, options_.late_limit);
    const Duration late = now - entry.at;
    if (late > limit) {
        // The first one that is late by at most `limit` is still worth sending.
        auto skipped = static_cast<std::uint64_t>((late - limit + progress.interval - Duration{1}) /
                                                  progress.interval);
        if (options_.count != 0) skipped = std::min(skipped, options_.count - progress.next);
        if (progress.end != never) {
            const auto left = static_cast<std::uint64_t>(
                (progress.end - entry.at + progress.interval - Duration{1}) / progress.interval);
            skipped = std::min(skipped, left);
        }
        due.skipped = skipped;
        due.skipped_from = entry.at;
        due.skipped_until = entry.at + progress.interval * static_cast<std::int64_t>(skipped - 1);
        due.send = false;
        advance(progress, skipped);
        return true;
    }
    advance(progress, 1);
    return true;
}

bool Flood::done(Instant now) const noexcept {
    return now >= options_.end || (options_.count != 0 && rounds_ >= options_.count);
}

std::uint32_t Flood::take() noexcept {
    const std::uint32_t target = targets_[next_];
    if (++next_ == targets_.size()) {
        next_ = 0;
        ++rounds_;
    }
    return target;
}

}  // namespace sipping::schedule
