// Targets that fall at the same moment: what they have in common (our host, our line) is to be
// suspected before any of them is. The live counterpart of report's "what belongs together".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/stats/event.hpp"

namespace sipping::stats {

class CommonFall {
public:
    static constexpr Duration together_within = 1s;  ///< as in report/findings
    static constexpr Duration settle = 1s;           ///< told when nobody joined for so long
    static constexpr Duration remembered = 60s;      ///< later ones are another event
    static constexpr std::uint32_t least = 3;        ///< or all of several targets

    CommonFall(State state, std::size_t targets) : state_(state), joined_(targets, 0) {
        begins_.reserve(targets);
    }

    /// This target fell; its outage began at `begin`.
    void on_fall(std::uint32_t target, Instant begin, WallTime begin_wall, Instant now) noexcept;
    [[nodiscard]] Instant next() const noexcept { return tell_at_; }
    [[nodiscard]] std::optional<CommonEvent> due(Instant now, bool at_end) noexcept;

private:
    State state_;
    std::vector<Instant> begins_;        ///< of the targets of this event
    std::vector<std::uint32_t> joined_;  ///< by target: the last event it was part of
    std::uint32_t event_ = 0;
    WallTime first_wall_{};
    Instant first_{};
    Instant last_joined_{};
    Instant tell_at_ = never;
};

}  // namespace sipping::stats
