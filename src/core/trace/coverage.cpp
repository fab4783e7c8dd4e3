#include "sipping/trace/coverage.hpp"

#include <algorithm>

namespace sipping::trace {

void Coverage::add_file(WallTime first, WallTime last, Duration silence) {
    const auto later = std::ranges::upper_bound(files_, first, {}, &Span::first);
    files_.insert(later, {first, last});
    silence_ = std::max(silence_, silence);
    const Duration bridged = std::clamp(bridged_factor * silence_, bridged_least, bridged_most);
    spans_.clear();
    for (const Span& file : files_) {
        if (!spans_.empty() && file.first - spans_.back().last <= bridged)
            spans_.back().last = std::max(spans_.back().last, file.last);
        else
            spans_.push_back(file);
    }
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
