#include "sipping/report/pieces.hpp"

#include <algorithm>

namespace sipping::report {
namespace {

/// What was under way when the clock was set back is written with times before that, for as long as
/// a timeout.
constexpr Duration under_way_max = 1h;

}  // namespace

void Pieces::begin_stream(std::uint32_t file, std::string log) {
    streams_.push_back({.file = file, .log = std::move(log), .pieces = {Piece{}}});
    targets_.clear();
    start_seen_ = false;
}

/// It was under way when the clock was set back: its time is that of the piece before. `first`:
/// none of its outcome came since then; else only what took so long can be.
bool Pieces::is_of_before(WallTime at, Duration latency, bool first) const noexcept {
    const std::vector<Piece>& pieces = streams_.back().pieces;
    if (pieces.size() < 2) return false;
    const Piece& now = pieces.back();
    const Piece& before = pieces[pieces.size() - 2];
    const Duration since = now.last - now.first;
    if (now.rows == 0 || since > (first ? under_way_max : latency + Written::back_max))
        return false;
    return std::chrono::abs(at - before.last) < std::chrono::abs(at - now.last);
}

std::uint16_t Pieces::begin_piece() {
    Stream& stream = streams_.back();
    if (stream.pieces.size() == Stream::pieces_max)
        stream.disordered = true;
    else
        stream.pieces.push_back({.begins_run = start_seen_});
    return static_cast<std::uint16_t>(stream.pieces.size() - 1);
}

std::uint16_t Pieces::place(const log::Row& row, std::string_view key) {
    Stream& stream = streams_.back();
    const auto current = static_cast<std::uint16_t>(stream.pieces.size() - 1);
    if (stream.disordered) return current;
    if (row.is_gap()) return place_gap(row, current);
    if (!row.is_probe()) return current;
    const Duration latency = row.latency.value_or(Duration::zero());
    if (row.kind == Kind::late || row.kind == Kind::duplicate)
        return is_of_before(row.sent + latency, latency, false)
                   ? static_cast<std::uint16_t>(current - 1)
                   : current;
    auto found = targets_.find(key);
    if (found == targets_.end()) found = targets_.emplace(key, Target{}).first;
    Target& target = found->second;
    const std::uint16_t piece =
        place(row.sent, row.kind, latency, target.outcomes[Written::outcome(row.kind)]);
    count(row, target, piece);
    return piece;
}

std::uint16_t Pieces::place_gap(const log::Row& row, std::uint16_t current) {
    if (row.detail_of("reason") != to_string(GapReason::start)) return current;
    start_seen_ = true;
    const Piece& now = streams_.back().pieces.back();
    return now.rows > 0 && row.sent < now.last - Written::back_max ? begin_piece() : current;
}

std::uint16_t Pieces::place(WallTime sent, Kind kind, Duration latency, Outcome& outcome) {
    auto current = static_cast<std::uint16_t>(streams_.back().pieces.size() - 1);
    const WallTime ended = Written::end_of(sent, kind, latency);
    const bool first = outcome.piece != current;
    const bool goes_back = outcome.newest - ended > Written::back_max;
    if (is_of_before(sent, latency, first)) {
        const auto before = static_cast<std::uint16_t>(current - 1);
        if (!first) return before;
        if (outcome.piece != before || !goes_back) {
            outcome = {before, std::max(outcome.newest, ended)};
            return before;
        }
    }
    if (!first && goes_back) current = begin_piece();
    if (outcome.piece != current) outcome = {current, ended};
    outcome.newest = std::max(outcome.newest, ended);
    return current;
}

void Pieces::count(const log::Row& row, Target& target, std::uint16_t number) {
    Piece& piece = streams_.back().pieces[number];
    piece.first = std::min(piece.first, row.sent);
    piece.last = std::max(piece.last, row.sent);
    ++piece.rows;
    const bool lost = is_loss(row.kind);
    if (number > target.piece && lost && target.lost) piece.begins_within_losses = true;
    target.piece = number;
    target.lost = lost;
    start_seen_ = false;
}

}  // namespace sipping::report
