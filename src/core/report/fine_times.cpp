#include "sipping/report/fine_times.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sipping::report {
namespace {

/// Without its time, and without what a further row of a probe has of its own.
std::string what_of(const record::Row& row) {
    if (row.is_probe()) return fmt::format("{}\n{}", row.target, row.site);
    return fmt::format("{}\n{}\n{}\n{}\n{}", row.kind_word, row.target, row.host, row.source_port,
                       row.detail);
}

}  // namespace

Duration grain_of(WallTime at) noexcept {
    Duration grain = 1s;
    while (grain > 1us && at.time_since_epoch() % grain != Duration::zero())
        grain /= 10;
    return grain;
}

bool grains_differ(const std::vector<Stream>& streams) noexcept {
    return std::ranges::any_of(
        streams, [&](const Stream& one) { return one.grain != streams.front().grain; });
}

void FineTimes::hold(std::string_view packed) {
    record::Row row;
    record::RowPlace place;
    record::unpack(packed, row, place);
    held_.push_back({.packed = std::string{packed},
                     .what = what_of(row),
                     .sent = row.sent,
                     .call_id = row.call_id,
                     .grain = streams_[place.stream].grain});
}

/// All that it could take its time from is there.
bool FineTimes::is_ripe(const Held& one) const noexcept {
    const Held& newest = held_.back();
    return newest.call_id != one.call_id || newest.sent - one.sent > apart_max ||
           held_.size() - next_ > held_max;
}

void FineTimes::forget() {
    const auto is_past = [this](const Held& one) {
        const Held& next = held_[std::min(next_, held_.size() - 1)];
        return next.call_id != one.call_id || next.sent - one.sent > apart_max ||
               held_.size() > 2 * held_max;
    };
    while (next_ > 0 && is_past(held_.front())) {
        held_.pop_front();
        --next_;
    }
}

const std::string& FineTimes::told(std::size_t index) {
    Held& one = held_[index];
    const Held* best = &one;
    for (const Held& other : held_)
        if (other.grain < best->grain && other.call_id == one.call_id &&
            std::chrono::abs(other.sent - one.sent) < one.grain && other.what == one.what)
            best = &other;
    if (best == &one) return one.packed;
    record::Row row;
    record::RowPlace place;
    const std::string coarse = std::move(one.packed);
    record::unpack(coarse, row, place);
    row.sent = best->sent;
    record::pack(row, row.target, place, one.packed);
    return one.packed;
}

}  // namespace sipping::report
