#include "sipping/report/span_set.hpp"

#include <algorithm>
#include <iterator>

namespace sipping::report {

void SpanSet::add(WallTime from, WallTime until) {
    if (until < from) until = from;
    auto next = spans_.upper_bound(from);
    if (next != spans_.begin() && std::prev(next)->second >= from) {
        --next;
        from = next->first;
    } else if (spans_.size() >= spans_max && (next == spans_.end() || next->first > until)) {
        ++more_;
        length_ += until - from;
        return;
    }
    while (next != spans_.end() && next->first <= until) {
        until = std::max(until, next->second);
        length_ -= next->second - next->first;
        next = spans_.erase(next);
    }
    spans_.emplace_hint(next, from, until);
    length_ += until - from;
}

Duration SpanSet::within(WallTime from, WallTime until) const noexcept {
    Duration sum{};
    auto span = spans_.upper_bound(from);
    if (span != spans_.begin()) --span;
    for (; span != spans_.end() && span->first < until; ++span) {
        const WallTime begin = std::max(from, span->first);
        const WallTime end = std::min(until, span->second);
        if (begin < end) sum += end - begin;
    }
    return sum;
}

}  // namespace sipping::report
