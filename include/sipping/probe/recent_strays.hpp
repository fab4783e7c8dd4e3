// When targets lately sent something that belongs to no probe: a loss beside it may be an answer
// that could not be read. A ring of fixed size; under a flood the oldest are forgotten, so a count
// is then too small, never too large.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sipping/base/instant.hpp"

namespace sipping::probe {

class RecentStrays {
public:
    static constexpr std::size_t capacity = 1024;

    explicit RecentStrays(std::size_t targets) : newest_of_(targets, Instant::min()) {}

    void add(std::uint32_t target, Instant at) noexcept {
        newest_of_[target] = std::max(newest_of_[target], at);
        ring_[next_] = {at, target};
        next_ = (next_ + 1) % capacity;
    }
    /// How many this target sent from `begin` to `end`.
    [[nodiscard]] std::uint32_t count(std::uint32_t target, Instant begin,
                                      Instant end) const noexcept {
        if (newest_of_[target] < begin) return 0;  // nearly always
        std::uint32_t found = 0;
        for (const Entry& entry : ring_)
            if (entry.target == target && entry.at >= begin && entry.at <= end) ++found;
        return found;
    }

private:
    struct Entry {
        Instant at{};
        std::uint32_t target = 0xffffffff;
    };
    std::array<Entry, capacity> ring_{};
    std::size_t next_ = 0;
    std::vector<Instant> newest_of_;  ///< by target
};

}  // namespace sipping::probe
