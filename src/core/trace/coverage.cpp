#include "sipping/trace/coverage.hpp"

#include <algorithm>

namespace sipping::trace {

void Coverage::add_file(WallTime first, WallTime last) {
    spans_.push_back({first, last});
    std::sort(spans_.begin(), spans_.end(),
              [](const Span& a, const Span& b) { return a.first < b.first; });
    std::vector<Span> merged;
    for (const Span& span : spans_) {
        if (!merged.empty() && span.first - merged.back().last <= bridged)
            merged.back().last = std::max(merged.back().last, span.last);
        else
            merged.push_back(span);
    }
    spans_ = std::move(merged);
}

Coverage::Where Coverage::where(WallTime at) const noexcept {
    if (spans_.empty() || at < spans_.front().first) return Where::before;
    if (at > spans_.back().last) return Where::after;
    for (const Span& span : spans_)
        if (at >= span.first && at <= span.last) return Where::inside;
    return Where::hole;
}

bool Coverage::covers(WallTime from, WallTime to) const noexcept {
    return std::ranges::any_of(
        spans_, [&](const Span& span) { return from >= span.first && to <= span.last; });
}

}  // namespace sipping::trace
