// How much before its due time a probe must be taken to leave at it: encoding and the kernel's way
// to the device take microseconds. Only of use to a loop that looks at the clock all the time.
#pragma once

#include <algorithm>

#include "sipping/base/instant.hpp"

namespace sipping::schedule {

class Lead {
public:
    static constexpr Duration limit = 50us;

    /// A probe left this long after it was taken.
    void note(Duration took) noexcept {
        // One that was interrupted on the way says nothing about the next one.
        if (took > 2 * limit) return;
        value_ += (std::clamp(took, Duration::zero(), limit) - value_) / 8;
    }
    [[nodiscard]] Duration value() const noexcept { return value_; }

private:
    Duration value_{};
};

}  // namespace sipping::schedule
