#include "sipping/report/scout.hpp"

#include <algorithm>
#include <utility>

#include "sipping/report/coverage.hpp"

namespace sipping::report {

Scout::Scout(std::vector<Stream> streams) : streams_(std::move(streams)) {
    std::map<std::string_view, StreamId> first_of_log;
    for (StreamId stream = 0; stream < streams_.size(); ++stream) {
        root_.push_back(stream);
        const auto [known, is_new] = first_of_log.try_emplace(streams_[stream].log, stream);
        if (!is_new) unite(known->second, stream);
    }
}

StreamId Scout::root(StreamId stream) noexcept {
    while (root_[stream] != stream)
        stream = root_[stream] = root_[root_[stream]];
    return stream;
}

void Scout::unite(StreamId a, StreamId b) noexcept {
    a = root(a);
    b = root(b);
    root_[std::max(a, b)] = std::min(a, b);
}

void Scout::add(const log::Row& row, std::string_view key, StreamId stream, std::uint16_t piece) {
    if (!row.is_probe() || row.kind == Kind::late || row.kind == Kind::duplicate) return;
    auto target = targets_.find(key);
    if (target == targets_.end()) target = targets_.emplace(key, ByStream{}).first;
    const auto [found, is_new] = target->second.try_emplace(stream);
    Rows& rows = found->second;
    if (is_new) rows.first = row.sent;
    rows.last = row.sent;
    const Told told = std::exchange(told_, {row.sent, row.call_id, &target->second, stream});
    const bool copy =
        told.target == told_.target && told.sent == row.sent && told.call_id == row.call_id;
    if (copy) unite(told.stream, stream);
    if (!copy || told.stream != stream) compare(rows, {row.sent, piece});
}

void Scout::compare(Rows& rows, Seen seen) {
    const std::optional<Seen> before = std::exchange(rows.before, seen);
    const std::optional<Seen> two_before = std::exchange(rows.two_before, before);
    if (!before) return;
    const Duration since = seen.sent - before->sent;
    if (before->piece == seen.piece) {
        const bool usual = rows.interval.count == 0 || since <= Coverage::pause_min ||
                           since <= Coverage::pause_intervals * rows.interval.value();
        if (usual) rows.interval.add(since);
        return;
    }
    Across& across = rows.across[std::minmax(before->piece, seen.piece)];
    across.nearest = std::min(across.nearest, since);
    if (two_before && two_before->piece == seen.piece)
        across.around.add(seen.sent - two_before->sent);
}

/// Was the clock set back when this piece began?
bool Scout::set_back(StreamId stream, std::uint16_t piece) const {
    const Piece& now = streams_[stream].pieces[piece];
    if (now.rows < rows_min || streams_[stream].pieces[piece - std::size_t{1}].rows < rows_min)
        return false;
    bool apart = now.begins_within_losses && !now.begins_run;
    bool known = false;
    for (const auto& [key, by_stream] : targets_) {
        const auto found = by_stream.find(stream);
        if (found == by_stream.end()) continue;
        const Mean& interval = found->second.interval;
        if (interval.count < rows_min) continue;
        known = true;
        const Duration usual = interval.value();
        for (const auto& [pieces, across] : found->second.across) {
            if (pieces.first != piece && pieces.second != piece) continue;
            if (across.nearest <= std::max(Coverage::pause_min, Coverage::pause_intervals * usual))
                apart = false;
            if (pieces.second == piece && across.around.count >= rows_min &&
                across.around.value() * 2 <= usual * 3)
                return true;
        }
    }
    return apart && known;
}

/// Between two rows of any targets.
Duration Scout::interval(StreamId stream) const {
    double rate = 0;
    for (const auto& [key, by_stream] : targets_) {
        const auto found = by_stream.find(stream);
        if (found == by_stream.end() || found->second.interval.count == 0) continue;
        const Duration interval = std::max<Duration>(found->second.interval.value(), 1us);
        rate += 1 / static_cast<double>(interval.count());
    }
    return rate == 0 ? Duration::zero() : Duration{static_cast<std::int64_t>(1 / rate)};
}

/// False: its rows are in disorder.
bool Scout::find_steps(StreamId stream, Plan& plan) {
    const std::vector<Piece>& pieces = streams_[stream].pieces;
    if (streams_[stream].disordered) return false;
    std::vector<Duration> shifts{Duration::zero()};
    bool all = true;
    for (std::uint16_t piece = 1; piece < pieces.size(); ++piece) {
        shifts.push_back(shifts.back());
        if (!set_back(stream, piece)) {
            all = false;
            continue;
        }
        const WallTime last = pieces[piece - std::size_t{1}].last;
        const WallTime first = pieces[piece].first;
        // The same in each copy of a log, also where one has fewer rows.
        const auto [known, is_new] = steps_.try_emplace({last, first});
        if (is_new) known->second = last - first + interval(stream);
        shifts.back() += std::max(known->second, Duration::zero());
        if (is_new) ++plan.clock_set_back_;
    }
    if (shifts.back() > Duration::zero()) plan.shifts_[stream] = std::move(shifts);
    return all;
}

/// Streams that do not overlap are of one prober: people rename their files.
void Scout::find_probers(Plan& plan) {
    struct Part {
        WallTime first{};
        WallTime last{};
        StreamId root = 0;
    };
    for (const auto& [key, by_stream] : targets_) {
        std::map<StreamId, Part> parts;
        for (const auto& [stream, rows] : by_stream) {
            const StreamId id = root(stream);
            const auto [part, is_new] = parts.try_emplace(id, Part{rows.first, rows.last, id});
            part->second.first = std::min(part->second.first, rows.first);
            part->second.last = std::max(part->second.last, rows.last);
        }
        if (parts.size() < 2) continue;
        std::vector<Part> in_order;
        for (const auto& [id, part] : parts)
            in_order.push_back(part);
        std::ranges::sort(in_order, {}, [](const Part& part) {
            return std::tuple(part.first, part.last, part.root);
        });
        std::vector<WallTime> ends;
        std::map<StreamId, std::uint32_t> prober;
        for (const Part& part : in_order) {
            const auto over = std::ranges::find_if(
                ends, [&](WallTime end) { return end <= part.first + overlap_max; });
            prober[part.root] = static_cast<std::uint32_t>(over - ends.begin());
            if (over == ends.end())
                ends.push_back(part.last);
            else
                *over = std::max(*over, part.last);
        }
        if (ends.size() < 2) continue;
        std::vector<std::uint32_t>& numbers = plan.probers_[key];
        for (StreamId stream = 0; stream < streams_.size(); ++stream) {
            const auto known = prober.find(root(stream));
            numbers.push_back(known == prober.end() ? 0 : known->second);
        }
    }
}

Plan Scout::finish() {
    Plan plan;
    plan.shifts_.resize(streams_.size());
    for (StreamId stream = 0; stream < streams_.size(); ++stream) {
        if (find_steps(stream, plan)) continue;
        // A header that stands somewhere in disordered rows parts nothing.
        for (StreamId other = 0; other < streams_.size(); ++other)
            if (streams_[other].file == streams_[stream].file) unite(other, stream);
    }
    for (StreamId stream = 0; stream < streams_.size(); ++stream)
        plan.roots_.push_back(root(stream));
    find_probers(plan);
    return plan;
}

}  // namespace sipping::report
