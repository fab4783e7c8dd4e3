#include "sipping/stress/search.hpp"

#include <cassert>
#include <cmath>

namespace sipping::stress {

Search::Search(double low, double high, std::uint32_t steps) noexcept
    : low_(low), high_(high), steps_(steps), rate_(low) {
    assert(low > 0 && low <= high && steps >= 1);
}

double Search::ramp_rate(std::uint32_t step) const noexcept {
    if (steps_ == 1) return low_;
    if (step + 1 == steps_) return high_;  // exactly, whatever the rounding
    return low_ * std::pow(high_ / low_, static_cast<double>(step) / (steps_ - 1));
}

void Search::tell(const Judgement& judgement) noexcept {
    assert(!over_);
    switch (judgement.verdict) {
        case Verdict::good: return on_good();
        case Verdict::bad: return on_bad(judgement.signs);
        case Verdict::ours:
            if (++ours_ < own_tries) return;
            own_limit_ = rate_;
            over_ = true;
    }
}

void Search::on_good() noexcept {
    ours_ = 0;
    bad_once_ = false;
    held_ = rate_;
    if (narrowing()) return narrow();
    if (++step_ == steps_)
        over_ = true;
    else
        rate_ = ramp_rate(step_);
}

void Search::on_bad(std::uint8_t signs) noexcept {
    ours_ = 0;
    constexpr std::uint8_t certain = sign_ban | sign_pause | sign_unreachable | sign_path;
    if (!bad_once_ && (signs & certain) == 0) {
        bad_once_ = true;
        return;
    }
    bad_once_ = false;
    first_bad_ = rate_;
    // Every further try would cost another ban, finds nobody there, or a path that is full.
    if (held_ == 0 || (signs & (sign_ban | sign_unreachable | sign_path)) != 0)
        over_ = true;
    else
        narrow();
}

void Search::narrow() noexcept {
    if (first_bad_ <= held_ * precision)
        over_ = true;
    else
        rate_ = std::sqrt(held_ * first_bad_);
}

}  // namespace sipping::stress
