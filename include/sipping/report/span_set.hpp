// Spans of time, put together where they overlap or touch: how often and how long something was,
// whoever tells of it.
#pragma once

#include <cstdint>
#include <map>

#include "sipping/base/instant.hpp"

namespace sipping::report {

class SpanSet {
public:
    /// More are counted and summed, but not put together any more.
    static constexpr std::size_t spans_max = 65'536;

    void add(WallTime from, WallTime until);
    /// How many apart from each other.
    [[nodiscard]] std::uint64_t size() const noexcept { return spans_.size() + more_; }
    [[nodiscard]] Duration length() const noexcept { return length_; }
    /// What of [from, until] is in it.
    [[nodiscard]] Duration within(WallTime from, WallTime until) const noexcept;
    /// By begin: begin to end.
    [[nodiscard]] const std::map<WallTime, WallTime>& spans() const noexcept { return spans_; }

private:
    std::map<WallTime, WallTime> spans_;
    Duration length_{};
    std::uint64_t more_ = 0;
};

}  // namespace sipping::report
