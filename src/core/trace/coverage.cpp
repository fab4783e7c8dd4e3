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

void Coverage::add_dropped(WallTime from, WallTime to, std::uint64_t packets) {
    if (packets > 0) drops_.push_back({from, to});
    dropped_ += packets;
}

void Coverage::add_cut(std::size_t kept) noexcept {
    ++cut_;
    cut_at_ = std::max(cut_at_, kept);
}

bool Coverage::dropped_in(WallTime from, WallTime to) const noexcept {
    return std::ranges::any_of(drops_, [&](const Span& drop) { return overlap(drop, {from, to}); });
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
