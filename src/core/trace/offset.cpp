#include "sipping/trace/offset.hpp"

#include <algorithm>
#include <vector>

namespace sipping::trace {
namespace {

constexpr Duration log_precision = 2us;  // sent is cut and latency rounded to microseconds

/// Times on one way, each with the offset of the clocks in it.
using Times = std::vector<Duration>;

/// The n-th of them by size.
Duration nth(Times& times, std::size_t n) {
    const auto place = times.begin() + static_cast<std::ptrdiff_t>(n);
    std::nth_element(times.begin(), place, times.end());
    return *place;
}

}  // namespace

ClockOffset clock_offset(const ProbeBook& book, Side side) {
    Times there;  // the offset is at most that
    Times back;   // and at least minus that
    for (const Probe& probe : book.probes()) {
        const Seen& seen = probe.at(side);
        // Just those that were answered, or both ways would not be of the same time.
        if (!probe.latency || seen.requests == 0 || seen.finals == 0) continue;
        there.push_back(seen.request - probe.sent);
        back.push_back(probe.sent + *probe.latency - seen.final);
    }
    ClockOffset result;
    if (there.empty()) return result;
    result.known = true;
    result.probes = there.size();
    Duration high = nth(there, 0);
    Duration low = -nth(back, 0);
    const Duration least = high;
    const Duration most = low;
    if (low > high + ClockOffset::noise) {
        const std::size_t odd = there.size() / ClockOffset::odd_one_in;
        high = nth(there, odd);
        low = -nth(back, odd);
    }
    if (low > high + ClockOffset::noise) {
        result.steady = false;
        high = nth(there, there.size() - 1);
        low = -nth(back, back.size() - 1);
    }
    result.offset = low + (high - low) / 2;
    result.error =
        std::max({std::chrono::abs(high - low) / 2, result.offset - least, most - result.offset}) +
        log_precision;
    return result;
}

}  // namespace sipping::trace
