#include "sipping/trace/evidence.hpp"

#include <algorithm>

namespace sipping::trace {

void Witnesses::sort() {
    std::ranges::sort(all_, {}, &One::sent);
}

Witnesses::Say Witnesses::say(WallTime sent) const noexcept {
    if (all_.empty()) return Say::nobody;
    const auto after = std::ranges::upper_bound(all_, sent, {}, &One::sent);
    if (after != all_.begin() && !std::prev(after)->is_there) return Say::missing;
    if (after != all_.end() && !after->is_there) return Say::missing;
    return Say::present;
}

Evidence::Evidence(const ProbeBook& book, const Coverage& coverage, Side side)
    : clock_(clock_offset(book, side)), groups_(book.groups()) {
    for (const Probe& probe : book.probes())
        count(book, probe, side, coverage);
    for (Group& group : groups_) {
        group.requests.sort();
        group.answers.sort();
        std::ranges::sort(group.answered, {}, &Answered::sent);
        find_gaps(group);
        add_gaps(group);
    }
    std::ranges::sort(gaps_.holes, {}, &Hole::from);
    std::vector<Hole> merged;
    for (const Hole& hole : gaps_.holes) {
        if (!merged.empty() && hole.from <= merged.back().to)
            merged.back().to = std::max(merged.back().to, hole.to);
        else
            merged.push_back(hole);
    }
    gaps_.holes = std::move(merged);
}

void Evidence::count(const ProbeBook& book, const Probe& probe, Side side,
                     const Coverage& coverage) {
    Group& group = groups_[probe.group];
    Completeness& sum = group.complete;
    const Seen& seen = probe.at(side);
    if (seen.any_message()) ++sum.any;
    if (probe.latency) {
        const Return returned = book.returned(probe, side);
        if (returned == Return::other_source) ++sum.other_source;
        if (returned == Return::astray) ++sum.astray;
    }
    if (probe.wanted && !probe.latency && seen.finals == 0) ++group.gaps.judged_by_absence;
    if (!probe.answered() || !probe.latency) {
        // A lost one that is there shows as well that the capture has such packets.
        if (seen.requests > 0) group.requests.add(probe.sent, true);
        if (seen.finals > 0 || seen.provisionals > 0 || seen.request_errors.count > 0)
            group.answers.add(probe.sent, true);
        return;
    }
    const WallTime sent = clock_.there(probe.sent);
    if (!coverage.covers(sent - clock_.error, sent + *probe.latency + clock_.error)) return;
    ++sum.answered;
    const bool both = seen.requests > 0 && seen.finals > 0;
    if (seen.requests > 0) ++sum.requests;
    if (seen.finals > 0) ++sum.answers;
    group.requests.add(probe.sent, seen.requests > 0);
    group.answers.add(probe.sent, both);
    group.answered.push_back({probe.sent, seen.requests > 0, both});
}

void Evidence::find_gaps(Group& group) {
    const auto& all = group.answered;
    // Answers that are as good as never there go another way than this capture sees.
    const bool with_answers = group.complete.answers * 2 >= group.complete.answered;
    const auto is_there = [&](std::size_t i) {
        return with_answers ? all[i].both : all[i].request;
    };
    group.gaps.expected = all.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (is_there(i)) continue;
        const std::size_t first = i;
        std::size_t lost = 1;
        for (std::size_t next = i + 1; next < all.size() && next - i <= hole_gap + 1; ++next) {
            if (is_there(next)) continue;
            i = next;
            ++lost;
        }
        if (lost < hole_least) {
            group.gaps.here_and_there += lost;
            continue;
        }
        group.gaps.in_holes += i - first + 1 + 2 * hole_gap;
        // Where it began and ended is not known to the probe: some may have been kept in it.
        group.gaps.holes.push_back(
            {first <= hole_gap ? WallTime::min() : all[first - 1 - hole_gap].sent,
             all.size() - i <= hole_gap + 1 ? WallTime::max() : all[i + 1 + hole_gap].sent});
    }
}

void Evidence::add_gaps(const Group& group) {
    const std::uint64_t there = std::min(group.complete.requests, group.complete.answers);
    const std::uint64_t missing = group.complete.answered - there;
    gaps_.judged_by_absence += group.gaps.judged_by_absence;
    if (group.complete.any == 0 || missing * partly_one_in > group.complete.answered) return;
    gaps_.expected += group.gaps.expected;
    gaps_.here_and_there += group.gaps.here_and_there;
    gaps_.in_holes += group.gaps.in_holes;
    gaps_.holes.insert(gaps_.holes.end(), group.gaps.holes.begin(), group.gaps.holes.end());
}

bool Evidence::Gaps::may_lack(WallTime sent) const noexcept {
    if (here_and_there * judged_by_absence * wrong_one_in > expected) return true;
    if (in_holes * 2 > expected) return true;  // what is between so many is no better
    const auto after = std::ranges::upper_bound(holes, sent, {}, &Hole::from);
    return after != holes.begin() && sent <= std::prev(after)->to;
}

Completeness Evidence::sum() const noexcept {
    Completeness sum;
    for (const Group& group : groups_) {
        const Completeness& one = group.complete;
        if (one.any == 0) continue;
        sum.answered += one.answered;
        sum.requests += one.requests;
        sum.answers += one.answers;
        sum.any += one.any;
    }
    return sum;
}

Witnesses::Say Evidence::say(const Probe& probe, bool answers) const noexcept {
    const Group& group = groups_[probe.group];
    const Witnesses::Say said = (answers ? group.answers : group.requests).say(probe.sent);
    if (said != Witnesses::Say::present) return said;
    const bool may_lack = gaps_.may_lack(probe.sent) || group.gaps.may_lack(probe.sent);
    return may_lack ? Witnesses::Say::missing : said;
}

}  // namespace sipping::trace
