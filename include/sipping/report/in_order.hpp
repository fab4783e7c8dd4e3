// Rows stand in a log in order of completion, a loss a timeout later than the answers around it.
// This holds those of one target back until they can go on in order of sending.
#pragma once

#include <algorithm>
#include <vector>

#include "sipping/report/event.hpp"

namespace sipping::report {

class InOrder {
public:
    explicit InOrder(Duration hold) noexcept : hold_(hold) {}

    /// False: it belongs before one that has gone on already. Then `hold` must be more than lag(),
    /// and all be read once more; or the wall clock was set back.
    [[nodiscard]] bool add(const Event& event) {
        const WallTime completed = event.sent + event.latency;
        if (completed > newest_) newest_ = completed;
        lag_ = newest_ - event.sent;
        if (event.sent < released_) return false;
        if (head_ == held_.size() || held_.back().sent <= event.sent) {
            held_.push_back(event);
        } else {
            held_.insert(std::upper_bound(first(), held_.end(), event, by_time), event);
        }
        return true;
    }
    /// Hands on what no further row can come before.
    template <class Take>
    void release(Take&& take) {
        while (head_ < held_.size() && held_[head_].sent < newest_ - hold_)
            hand_on(take);
        if (head_ > 64 && head_ * 2 > held_.size()) {
            held_.erase(held_.begin(), first());
            head_ = 0;
        }
    }
    template <class Take>
    void release_all(Take&& take) {
        while (head_ < held_.size())
            hand_on(take);
        held_.clear();
        head_ = 0;
    }
    /// After release_all(): the clock was set back, and time begins anew.
    void begin_anew() noexcept { released_ = newest_ = WallTime{}; }

    /// The one with this Call-ID, if it is still held; for the late answer to a loss.
    [[nodiscard]] Event* find(WallTime sent, std::uint64_t call_id) noexcept {
        const auto at = std::lower_bound(first(), held_.end(), Event{.sent = sent}, by_time);
        for (auto event = at; event != held_.end() && event->sent == sent; ++event)
            if (event->call_id == call_id) return &*event;
        return nullptr;
    }
    /// How long after the newest time known so far the last one came.
    [[nodiscard]] Duration lag() const noexcept { return lag_; }
    [[nodiscard]] WallTime newest() const noexcept { return newest_; }
    [[nodiscard]] WallTime released() const noexcept { return released_; }

private:
    using Events = std::vector<Event>;

    static bool by_time(const Event& a, const Event& b) noexcept { return a.sent < b.sent; }
    [[nodiscard]] Events::iterator first() noexcept {
        return held_.begin() + static_cast<std::ptrdiff_t>(head_);
    }
    template <class Take>
    void hand_on(Take&& take) {
        const Event event = held_[head_++];
        released_ = event.sent;
        take(event);
    }

    Duration hold_;
    Duration lag_{};
    WallTime newest_{};    ///< completion
    WallTime released_{};  ///< sending, of the last one handed on
    Events held_;          ///< from head_ on
    std::size_t head_ = 0;
};

}  // namespace sipping::report
