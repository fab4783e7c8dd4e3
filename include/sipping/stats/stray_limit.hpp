// How many rows of kind `unread` a target may have: ten a second, then a count, so that a forger
// fills no disk.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sipping/base/instant.hpp"

namespace sipping::stats {

/// Datagrams that have no row of their own.
struct HiddenStrays {
    std::uint32_t target = 0;
    std::uint64_t count = 0;
    WallTime from{};  ///< when the first of them came ...
    WallTime until{};
};

class StrayLimit {
public:
    static constexpr std::uint32_t rows_per_s = 10;

    explicit StrayLimit(std::size_t targets) : targets_(targets) { waiting_.reserve(targets); }

    /// True when this one has a row.
    [[nodiscard]] bool admit(std::uint32_t index, Instant now, WallTime at) noexcept {
        OfTarget& target = targets_[index];
        if (now >= target.second + 1s && target.hidden == 0) {
            target.second = now;
            target.rows = 0;
        }
        if (target.rows < rows_per_s) {
            ++target.rows;
            return true;
        }
        if (target.hidden++ == 0) {
            target.from = at;
            waiting_.push_back(index);
        }
        target.until = at;
        return false;
    }
    /// When due() has something to tell; `never`: nothing waits.
    [[nodiscard]] Instant next() const noexcept {
        return waiting_.empty() ? never : targets_[waiting_.front()].second + 1s;
    }
    /// A second in which some had no row is over. Call until it is nothing.
    [[nodiscard]] std::optional<HiddenStrays> due(Instant now, bool at_end) noexcept {
        if (waiting_.empty() || (!at_end && now < next())) return std::nullopt;
        const std::uint32_t index = waiting_.front();
        waiting_.erase(waiting_.begin());
        OfTarget& target = targets_[index];
        const HiddenStrays hidden{index, target.hidden, target.from, target.until};
        target = {.second = now};
        return hidden;
    }

private:
    struct OfTarget {
        Instant second{};  ///< when the second began
        std::uint32_t rows = 0;
        std::uint64_t hidden = 0;
        WallTime from{};
        WallTime until{};
    };

    std::vector<OfTarget> targets_;
    std::vector<std::uint32_t> waiting_;  ///< those that hide some, in that order
};

}  // namespace sipping::stats
