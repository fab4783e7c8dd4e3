#include "sipping/trace/offset.hpp"

#include <algorithm>

namespace sipping::trace {
namespace {

constexpr Duration log_precision = 2us;  // sent is cut and latency rounded to microseconds

struct Bounds {
    Duration least = Duration::max();
    Duration most = Duration::min();
    std::uint64_t count = 0;

    void add(Duration value) noexcept {
        least = std::min(least, value);
        most = std::max(most, value);
        ++count;
    }
};

}  // namespace

ClockOffset clock_offset(const ProbeBook& book, Side side) {
    Bounds there;  // the offset is at most that
    Bounds back;   // and at least minus that
    for (const Probe& probe : book.probes()) {
        const Seen& seen = probe.at(side);
        // Just those that were answered, or both ways would not be of the same time.
        if (!probe.latency || seen.requests == 0 || seen.finals == 0) continue;
        there.add(seen.request - probe.sent);
        back.add(probe.sent + *probe.latency - seen.final);
    }
    ClockOffset result;
    if (there.count == 0) return result;
    result.known = true;
    result.probes = there.count;
    Duration high = there.least;
    Duration low = -back.least;
    if (low > high + 2 * log_precision) {
        result.steady = false;
        high = there.most;
        low = -back.most;
    }
    result.offset = low + (high - low) / 2;
    result.error = std::chrono::abs(high - low) / 2 + log_precision;
    return result;
}

}  // namespace sipping::trace
