// Which rate comes next: a geometric ramp until the first bad step, then halving of the bracket
// between the last good and the first bad one. Knows rates and verdicts only.
#pragma once

#include <cstdint>

#include "sipping/stress/step.hpp"

namespace sipping::stress {

class Search {
public:
    /// The knee is found when the first bad rate is at most this many times the last good one.
    static constexpr double precision = 1.02;
    /// A step that we disturbed ourselves is measured anew so often.
    static constexpr int own_tries = 3;

    /// 0 < low <= high, steps >= 1.
    Search(double low, double high, std::uint32_t steps) noexcept;

    [[nodiscard]] bool over() const noexcept { return over_; }
    /// The rate to be measured now; not when over().
    [[nodiscard]] double rate() const noexcept { return rate_; }
    /// How it went at rate(), the ban included. One bad step without a ban or a request for a pause
    /// is measured once more, since one unlucky moment is no limit.
    void tell(const Judgement& judgement) noexcept;
    /// Nothing more can be measured, since this came last: once has to be enough.
    void give_up(Verdict last) noexcept {
        over_ = true;
        if (last == Verdict::ours) own_limit_ = rate_;
        if (last == Verdict::bad) first_bad_ = rate_;
    }

    [[nodiscard]] double held() const noexcept { return held_; }            ///< 0: none yet
    [[nodiscard]] double first_bad() const noexcept { return first_bad_; }  ///< 0: none yet
    /// 0, or the rate at which this prober could not keep up.
    [[nodiscard]] double own_limit() const noexcept { return own_limit_; }
    /// The bracket is being narrowed.
    [[nodiscard]] bool narrowing() const noexcept { return first_bad_ > 0; }
    /// The number of the ramp's step, from 0; steps() when it is through.
    [[nodiscard]] std::uint32_t step() const noexcept { return step_; }
    [[nodiscard]] std::uint32_t steps() const noexcept { return steps_; }

private:
    [[nodiscard]] double ramp_rate(std::uint32_t step) const noexcept;
    void on_good() noexcept;
    void on_bad(std::uint8_t signs) noexcept;
    void narrow() noexcept;

    double low_;
    double high_;
    std::uint32_t steps_;
    std::uint32_t step_ = 0;
    double rate_;
    double held_ = 0;
    double first_bad_ = 0;
    double own_limit_ = 0;
    int ours_ = 0;
    bool bad_once_ = false;
    bool over_ = false;
};

}  // namespace sipping::stress
