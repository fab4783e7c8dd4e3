// The real clocks. The core never sees this: it is handed ClockReadings.
#pragma once

#include "sipping/base/instant.hpp"

namespace sipping::io {

/// CLOCK_MONOTONIC alone, in a third of the time that reading both takes: for timing single calls.
[[nodiscard]] Instant monotonic_now() noexcept;

/// Injected into the transports, so that tests can step the wall clock without touching the box's.
class Clock {
public:
    virtual ~Clock() = default;
    /// Both clocks, read within the same few dozen nanoseconds.
    [[nodiscard]] virtual ClockReading read() const noexcept = 0;
    [[nodiscard]] Instant now() const noexcept { return read().now; }
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] ClockReading read() const noexcept override;
};

}  // namespace sipping::io
