// When those we ask lately sent something that belongs to no probe: a loss beside it may be an
// answer that could not be read. A ring of fixed size; under a flood the oldest are forgotten, so a
// count is then too small, never too large.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/probe/endpoint_index.hpp"

namespace sipping::probe {

class RecentStrays {
public:
    static constexpr std::size_t capacity = 1024;

    explicit RecentStrays(std::size_t targets) : newest_of_(2 * targets, Instant::min()) {}

    void add(const Sender& sender, Instant at) noexcept {
        const std::uint32_t place = place_of(sender);
        newest_of_[place] = std::max(newest_of_[place], at);
        ring_[next_] = {at, place};
        next_ = (next_ + 1) % capacity;
    }
    /// How many this one sent from `begin` to `end`. Nobody sent none.
    [[nodiscard]] std::uint32_t count(const Sender& sender, Instant begin,
                                      Instant end) const noexcept {
        if (sender.target == every_target) return 0;
        const std::uint32_t place = place_of(sender);
        if (newest_of_[place] < begin) return 0;  // nearly always
        std::uint32_t found = 0;
        for (const Entry& entry : ring_)
            if (entry.place == place && entry.at >= begin && entry.at <= end) ++found;
        return found;
    }

private:
    [[nodiscard]] static std::uint32_t place_of(const Sender& sender) noexcept {
        return 2 * sender.target + (sender.other_port ? 1 : 0);
    }
    struct Entry {
        Instant at{};
        std::uint32_t place = 0xffffffff;
    };
    std::array<Entry, capacity> ring_{};
    std::size_t next_ = 0;
    std::vector<Instant> newest_of_;  ///< by place
};

}  // namespace sipping::probe
