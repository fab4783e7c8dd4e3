#include "sipping/report/scout.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sipping/report/coverage.hpp"

namespace sipping::report {

Scout::Scout(std::vector<Stream> streams) : streams_(std::move(streams)), root_(streams_.size()) {
    std::iota(root_.begin(), root_.end(), StreamId{0});
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

void Scout::add(const record::Row& row, std::string_view key, StreamId stream,
                std::uint16_t piece) {
    if (!row.is_probe() || row.kind == Kind::late || row.kind == Kind::duplicate) return;
    auto target = targets_.find(key);
    if (target == targets_.end()) target = targets_.emplace(key, ByStream{}).first;
    const auto [found, is_new] = target->second.try_emplace(stream);
    Rows& rows = found->second;
    if (is_new) rows.first = row.sent;
    rows.last = row.sent;
    const Told told = std::exchange(told_, {row.sent, row.call_id, &target->second, stream, piece});
    const bool copy =
        told.target == told_.target && told.sent == row.sent && told.call_id == row.call_id;
    if (copy && (told.stream != stream || told.piece != piece)) {
        unite(told.stream, stream);
        const Link link{told.stream, told.piece, stream, piece};
        if (link != link_) links_.insert(link_ = link);
    }
    if (!copy || told.stream != stream) compare(rows, {row.sent, piece});
}

void Scout::Usual::add(Duration value) {
    if (count_++ % one_in_ != 0) return;
    if (sample_.size() == sample_max) {
        for (std::size_t i = 0; i < sample_max / 2; ++i)
            sample_[i] = sample_[2 * i];
        sample_.resize(sample_max / 2);
        one_in_ *= 2;
    }
    sample_.push_back(value);
}

Duration Scout::Usual::value() const {
    std::vector<Duration> sample = sample_;
    const auto middle = sample.begin() + std::ssize(sample) / 2;
    std::ranges::nth_element(sample, middle);
    return *middle;
}

void Scout::compare(Rows& rows, Seen seen) {
    const std::optional<Seen> before = std::exchange(rows.before, seen);
    ++rows.of_piece[seen.piece];
    if (!before) return;
    const Duration since = seen.sent - before->sent;
    if (before->piece == seen.piece) return rows.interval.add(since);
    const auto [low, high] = std::minmax(before->piece, seen.piece);
    const auto [found, is_new] = rows.across.try_emplace({low, high});
    Across& across = found->second;
    across.rows_until = {rows.of_piece[low], rows.of_piece[high]};
    if (is_new) {
        across.begin = before->sent;
        across.rows = {across.rows_until[0] - 1, across.rows_until[1] - 1};
    }
    across.end = seen.sent;
    across.nearest = std::min(across.nearest, since);
}

/// In that time there are twice the rows that there are usually: then one does not fill the holes
/// of the other.
bool Scout::twice_the_rows(const Across& across, Duration usual) noexcept {
    const std::uint64_t low = across.rows_until[0] - across.rows[0];
    const std::uint64_t high = across.rows_until[1] - across.rows[1];
    if (low < across_min || high < across_min) return false;
    const auto rows = static_cast<std::int64_t>(low + high);
    return rows * usual * 2 >= (across.end - across.begin + usual) * 3;
}

/// Rows of it stand in an earlier piece of the stream: files of a log that overlap, or a packed one
/// beside what it was packed from.
bool Scout::is_copy(StreamId stream, std::uint16_t piece) const {
    return std::ranges::any_of(links_, [&](const Link& link) {
        return link.stream == stream && link.other == stream && link.other_piece == piece;
    });
}

/// Was the clock set back when this piece began?
bool Scout::set_back(StreamId stream, std::uint16_t piece) const {
    const Piece& now = streams_[stream].pieces[piece];
    if (now.rows < rows_min || streams_[stream].pieces[piece - std::size_t{1}].rows < rows_min)
        return false;
    if (is_copy(stream, piece)) return false;
    bool apart = now.begins_within_losses && !now.begins_run;
    bool known = false;
    for (const auto& [key, by_stream] : targets_) {
        const auto found = by_stream.find(stream);
        if (found == by_stream.end()) continue;
        const Usual& interval = found->second.interval;
        if (interval.count() < rows_min) continue;
        known = true;
        const Duration usual = interval.value();
        for (const auto& [pieces, across] : found->second.across) {
            if (pieces.first != piece && pieces.second != piece) continue;
            if (across.nearest <= std::max(Coverage::pause_min, Coverage::pause_intervals * usual))
                apart = false;
            if (pieces.second == piece && twice_the_rows(across, usual)) return true;
        }
    }
    return apart && known;
}

/// Between two rows of any targets.
Duration Scout::interval(StreamId stream) const {
    double rate = 0;
    for (const auto& [key, by_stream] : targets_) {
        const auto found = by_stream.find(stream);
        if (found == by_stream.end() || found->second.interval.count() == 0) continue;
        const Duration interval = std::max<Duration>(found->second.interval.value(), 1us);
        rate += 1 / static_cast<double>(interval.count());
    }
    return rate == 0 ? Duration::zero() : Duration{static_cast<std::int64_t>(1 / rate)};
}

/// False: its rows are in disorder.
bool Scout::find_steps(StreamId stream) {
    const std::vector<Piece>& pieces = streams_[stream].pieces;
    if (streams_[stream].disordered) return false;
    bool all = true;
    for (std::uint16_t piece = 1; piece < pieces.size(); ++piece) {
        if (!set_back(stream, piece)) {
            all = false;
            continue;
        }
        const WallTime last = pieces[piece - std::size_t{1}].last;
        const WallTime first = pieces[piece].first;
        const Duration step = last - first + interval(stream);
        steps_.try_emplace({last, first}, std::max(step, Duration::zero()));
    }
    return all;
}

/// The same steps in each copy of a log, also where one has too few rows to prove them.
Scout::Shifts Scout::shifts_of(StreamId stream) const {
    const std::vector<Piece>& pieces = streams_[stream].pieces;
    Shifts shifts(pieces.size());
    if (streams_[stream].disordered) return shifts;
    for (std::size_t piece = 1; piece < pieces.size(); ++piece) {
        const auto step = steps_.find({pieces[piece - 1].last, pieces[piece].first});
        shifts[piece] = shifts[piece - 1];
        if (step != steps_.end()) shifts[piece] += step->second;
    }
    return shifts;
}

/// A row has one time, in whatever file it stands. Where two files tell its place differently, one
/// was put in another order, and times alone count.
void Scout::find_shifts(Plan& plan) {
    std::vector<Shifts> shifts;
    for (StreamId stream = 0; stream < streams_.size(); ++stream)
        shifts.push_back(shifts_of(stream));
    const auto add = [&](StreamId stream, Duration more) {
        for (Duration& shift : shifts[stream])
            shift += more;
    };
    std::vector<bool> placed(streams_.size());
    std::set<StreamId> contradicted;  // roots
    for (StreamId stream = 0; stream < streams_.size(); ++stream) {
        std::optional<Duration> base;
        for (const Link& link : links_) {
            const bool is_other = link.other == stream;
            if (!is_other && link.stream != stream) continue;
            const StreamId known = is_other ? link.stream : link.other;
            if (!placed[known]) continue;
            const std::uint16_t there = is_other ? link.piece : link.other_piece;
            const std::uint16_t here = is_other ? link.other_piece : link.piece;
            const Duration wanted = shifts[known][there] - shifts[stream][here];
            if (base.value_or(wanted) != wanted) contradicted.insert(root(stream));
            base = wanted;
        }
        add(stream, base.value_or(Duration::zero()));
        placed[stream] = true;
    }
    std::map<StreamId, Duration> least;
    for (StreamId stream = 0; stream < streams_.size(); ++stream) {
        const auto [found, is_new] = least.try_emplace(root(stream), shifts[stream].front());
        found->second = std::min(found->second, shifts[stream].front());
    }
    std::set<std::pair<WallTime, WallTime>> told;
    for (StreamId stream = 0; stream < streams_.size(); ++stream) {
        if (contradicted.contains(root(stream))) continue;
        add(stream, -least[root(stream)]);
        const std::vector<Piece>& pieces = streams_[stream].pieces;
        for (std::size_t piece = 1; piece < pieces.size(); ++piece)
            if (shifts[stream][piece] != shifts[stream][piece - 1])
                told.emplace(pieces[piece - 1].last, pieces[piece].first);
        if (shifts[stream].back() > Duration::zero()) plan.shifts_[stream] = shifts[stream];
    }
    plan.clock_set_back_ = told.size();
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
        if (find_steps(stream)) continue;
        // A header that stands somewhere in disordered rows parts nothing.
        for (StreamId other = 0; other < streams_.size(); ++other)
            if (std::ranges::find_first_of(streams_[other].files, streams_[stream].files) !=
                streams_[other].files.end())
                unite(other, stream);
    }
    find_shifts(plan);
    for (StreamId stream = 0; stream < streams_.size(); ++stream)
        plan.roots_.push_back(root(stream));
    find_probers(plan);
    return plan;
}

}  // namespace sipping::report
