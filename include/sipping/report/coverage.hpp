// How much of the time from the first to the last probe of a target somebody really looked: a probe
// stands for the time until the next one, unless it proves nothing or a pause follows.
#pragma once

#include <optional>

#include "sipping/report/span_set.hpp"

namespace sipping::report {

class Coverage {
public:
    /// Longer than this, and than so many times the interval before, between two probes: nobody
    /// looked. What failed before that and what fails after it are two things.
    static constexpr Duration pause_min = 10s;
    static constexpr int pause_intervals = 10;

    /// In order. True: nobody looked since the one before.
    bool probe(WallTime at, bool proves);
    /// A run begins after another one, which ended with its last probe, or stopped at `stop`: for
    /// how long nobody looked in between.
    Duration begin_run(WallTime at, std::optional<WallTime> stop);
    /// Nobody looked from then to then, as a gap row says.
    void unlooked(WallTime from, WallTime until) { unlooked_.add(from, until); }
    [[nodiscard]] WallTime last() const noexcept { return last_; }

    /// 0 to 1; 1 of one probe, 0 of none.
    [[nodiscard]] double share() const noexcept;
    [[nodiscard]] Duration looked() const noexcept {
        return (last_ - first_) - unlooked_.within(first_, last_);
    }
    /// Of [from, until], the part in which somebody looked.
    [[nodiscard]] Duration looked(WallTime from, WallTime until) const noexcept {
        return (until - from) - unlooked_.within(from, until);
    }

private:
    bool any_ = false;
    bool proved_ = true;  ///< the one before
    WallTime first_{};
    WallTime last_{};
    Duration interval_{};  ///< between the last two; 0: not known
    SpanSet unlooked_;
};

}  // namespace sipping::report
