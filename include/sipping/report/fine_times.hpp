// A copy of a log that has fewer decimals (a spreadsheet's, say) tells of the same probes: its rows
// take the times of the log that has more.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/record/packed_row.hpp"
#include "sipping/report/pieces.hpp"

namespace sipping::report {

/// Of 1 s, 100 ms ... 1 us the longest one that the time is a multiple of.
[[nodiscard]] Duration grain_of(WallTime at) noexcept;
/// Are there streams of several grains? Then all rows have to go through FineTimes.
[[nodiscard]] bool grains_differ(const std::vector<Stream>& streams) noexcept;

/// Of rows in the order of their Call-IDs, then of packed_before(): from them come the same rows in
/// about that order.
class FineTimes {
public:
    explicit FineTimes(const std::vector<Stream>& streams) : streams_(streams) {}

    template <class Take>
    void add(std::string_view packed, Take&& take) {
        hold(packed);
        while (next_ < held_.size() && is_ripe(held_[next_]))
            take(told(next_++));
        forget();
    }
    template <class Take>
    void finish(Take&& take) {
        while (next_ < held_.size())
            take(told(next_++));
        held_.clear();
        next_ = 0;
    }

private:
    /// Of one Call-ID within so much time; a forger's are not all looked at.
    static constexpr Duration apart_max = 1s;
    static constexpr std::size_t held_max = 256;

    struct Held {
        std::string packed;
        std::string what;  ///< what two rows of one and the same have in common
        WallTime sent{};
        std::uint64_t call_id = 0;
        Duration grain{};
    };

    void hold(std::string_view packed);
    [[nodiscard]] bool is_ripe(const Held& one) const noexcept;
    void forget();
    [[nodiscard]] const std::string& told(std::size_t index);

    const std::vector<Stream>& streams_;
    std::deque<Held> held_;
    std::size_t next_ = 0;  ///< those before it have been told
};

}  // namespace sipping::report
