#include "sipping/stats/common_fall.hpp"

#include <algorithm>
#include <utility>

namespace sipping::stats {

void CommonFall::on_fall(std::uint32_t target, Instant begin, WallTime begin_wall,
                         Instant now) noexcept {
    const bool same = !begins_.empty() && now - last_joined_ <= remembered &&
                      std::chrono::abs(begin - first_) <= together_within;
    if (!same) {
        ++event_;
        begins_.clear();
        first_ = begin;
        first_wall_ = begin_wall;
    }
    if (std::exchange(joined_[target], event_) == event_) return;
    if (begin < first_) {
        first_ = begin;
        first_wall_ = begin_wall;
    }
    begins_.push_back(begin);
    last_joined_ = now;
    tell_at_ = now + settle;
}

std::optional<CommonEvent> CommonFall::due(Instant now, bool at_end) noexcept {
    if (tell_at_ == never || (!at_end && now < tell_at_)) return std::nullopt;
    tell_at_ = never;
    const auto count = static_cast<std::uint32_t>(begins_.size());
    const auto of = static_cast<std::uint32_t>(joined_.size());
    if (count < least && !(count == of && count > 1)) return std::nullopt;
    const auto [first, last] = std::minmax_element(begins_.begin(), begins_.end());
    return CommonEvent{.state = state_,
                       .targets = count,
                       .of = of,
                       .within = *last - *first,
                       .begin = first_wall_};
}

}  // namespace sipping::stats
