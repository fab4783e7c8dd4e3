// The line on a terminal that says how far a job is and is gone when it is done. Nothing in a pipe.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "io/clock.hpp"

namespace sipping::app {

class ProgressLine {
public:
    explicit ProgressLine(bool wanted) noexcept : shown_(wanted && ::isatty(STDERR_FILENO) == 1) {}
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// At most ten times a second.
    void show(const std::string& text) {
        const Instant now = io::monotonic_now();
        if (!shown_ || now < next_) return;
        next_ = now + 100ms;
        fmt::print(stderr, "\r\x1b[K{}", text);
        std::fflush(stderr);
        dirty_ = true;
    }
    void clear() noexcept {
        if (dirty_) std::fputs("\r\x1b[K", stderr);
        dirty_ = false;
    }

private:
    bool shown_;
    bool dirty_ = false;
    Instant next_{};
};

}  // namespace sipping::app
