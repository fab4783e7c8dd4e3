// Whether the rows of one target stand as they were written: those of one outcome follow each other
// in order of their probes' ends, since all of them end alike (a response when it comes, a loss a
// timeout after it was sent).
#pragma once

#include <algorithm>
#include <array>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::report {

class Written {
public:
    static constexpr std::size_t outcomes = 3;
    static constexpr std::size_t lost = 1;  ///< the outcome
    /// By so much a log that is in order may go back: rows of one turn of the loop may stand in any
    /// order, and the turn may have been a long one.
    static constexpr Duration back_max = 2s;

    /// Of rows that are not further ones. False: it goes back.
    [[nodiscard]] bool note(WallTime sent, Kind kind, Duration latency) noexcept {
        WallTime& newest = newest_[outcome(kind)];
        const WallTime ended = end_of(sent, kind, latency);
        // What was lost was given up after it was sent, and so was written then.
        const WallTime before = outcome(kind) == lost ? newest : std::max(newest, newest_[lost]);
        if (before - ended > back_max) return false;
        if (newest < ended) newest = ended;
        return true;
    }

    [[nodiscard]] static std::size_t outcome(Kind kind) noexcept {
        if (kind == Kind::reply) return 0;
        return kind == Kind::send_error || kind == Kind::local ? 2 : lost;
    }
    /// But for the timeout of what was lost.
    [[nodiscard]] static WallTime end_of(WallTime sent, Kind kind, Duration latency) noexcept {
        return kind == Kind::reply ? sent + latency : sent;
    }

private:
    std::array<WallTime, outcomes> newest_{};
};

}  // namespace sipping::report
