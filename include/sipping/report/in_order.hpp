// Rows stand in a log in order of completion, a loss a timeout later than the responses around it.
// This holds those of one target back until they can go on in order of sending.
#pragma once

#include <algorithm>
#include <vector>

#include "sipping/report/event.hpp"

namespace sipping::report {

class InOrder {
public:
    InOrder(Duration hold, EventOrder before) noexcept : hold_(hold), before_(before) {}

    /// False: it belongs before one that has gone on already.
    [[nodiscard]] bool add(const Event& event) {
        newest_ = std::max(newest_, event.at + event.latency);
        if (event.at <= released_) return false;
        if (head_ == held_.size() || held_.back().at < event.at) {
            held_.push_back(event);
        } else {
            held_.insert(std::upper_bound(first(), held_.end(), event, before_), event);
        }
        return true;
    }
    /// Hands on what no further row can come before.
    template <class Take>
    void release(Take&& take) {
        while (head_ < held_.size() && held_[head_].at < newest_ - hold_)
            hand_on(take);
        if (head_ > 64 && head_ * 2 > held_.size()) {
            held_.erase(held_.begin(), first());
            head_ = 0;
        }
    }
    /// Where all come in order of time.
    template <class Take>
    void release_before(WallTime at, Take&& take) {
        while (head_ < held_.size() && held_[head_].at < at)
            hand_on(take);
        if (head_ != held_.size()) return;
        held_.clear();
        head_ = 0;
    }
    /// The first one, whatever may come.
    template <class Take>
    void release_first(Take&& take) {
        if (head_ < held_.size()) hand_on(take);
    }
    template <class Take>
    void release_all(Take&& take) {
        while (head_ < held_.size())
            hand_on(take);
        held_ = {};
        head_ = 0;
    }

    /// What add() and release() will touch next.
    void fetch() const noexcept {
        __builtin_prefetch(held_.data() + head_);
        __builtin_prefetch(held_.data() + held_.size(), 1);
    }

private:
    using Events = std::vector<Event>;

    [[nodiscard]] Events::iterator first() noexcept {
        return held_.begin() + static_cast<std::ptrdiff_t>(head_);
    }
    template <class Take>
    void hand_on(Take&& take) {
        const Event event = held_[head_++];
        released_ = event.at;
        take(event);
    }

    Duration hold_;
    EventOrder before_;
    WallTime newest_{};    ///< completion
    WallTime released_{};  ///< Event::at of the last one handed on
    Events held_;          ///< from head_ on
    std::size_t head_ = 0;
};

}  // namespace sipping::report
