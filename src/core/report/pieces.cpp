#include "sipping/report/pieces.hpp"

#include <algorithm>

#include "sipping/report/fine_times.hpp"

namespace sipping::report {
namespace {

/// What was under way when the clock was set back is written with times before that, for as long as
/// a timeout.
constexpr Duration under_way_max = 1h;
/// Rows of one turn of the loop may stand in any order.
constexpr Duration turn_max = 100ms;

}  // namespace

void Pieces::begin_stream(std::uint32_t file, const std::string& log) {
    const auto [found, is_new] = by_log_.try_emplace(log, static_cast<StreamId>(streams_.size()));
    now_ = found->second;
    if (is_new) {
        streams_.push_back({.log = log, .pieces = {Piece{}}});
        states_.emplace_back();
    }
    streams_[now_].files.push_back(file);
}

/// Sent before the clock was set back, and answered after: then it has not come back sooner than
/// what was sent and answered since.
bool Pieces::is_response_of_before(WallTime sent, Duration latency) const noexcept {
    const std::vector<Piece>& pieces = streams_[now_].pieces;
    if (pieces.size() < 2) return false;
    const Piece& now = pieces.back();
    const Piece& before = pieces[pieces.size() - 2];
    if (now.rows == 0) return false;
    return sent + latency + turn_max >= before.last + (now.last - now.first) &&
           std::chrono::abs(sent - before.last) < std::chrono::abs(sent - now.last);
}

/// Sent before the clock was set back, and given up after: a loss cannot be of the piece that has
/// begun when it was sent later than all of that.
bool Pieces::is_loss_of_before(WallTime sent, Duration interval) const noexcept {
    const std::vector<Piece>& pieces = streams_[now_].pieces;
    if (pieces.size() < 2) return false;
    const Piece& now = pieces.back();
    const Piece& before = pieces[pieces.size() - 2];
    if (now.rows == 0 || now.last - now.first > under_way_max) return false;
    return sent - now.last > std::max<Duration>(Written::back_max, interval * 3 / 2) &&
           std::chrono::abs(sent - before.last) < std::chrono::abs(sent - now.last);
}

std::uint16_t Pieces::begin_piece() {
    Stream& stream = streams_[now_];
    if (stream.pieces.size() == Stream::pieces_max)
        stream.disordered = true;
    else
        stream.pieces.push_back({.begins_run = states_[now_].start_seen});
    return static_cast<std::uint16_t>(stream.pieces.size() - 1);
}

std::uint16_t Pieces::place(const record::Row& row, std::string_view key) {
    Stream& stream = streams_[now_];
    const auto current = static_cast<std::uint16_t>(stream.pieces.size() - 1);
    if (row.is_probe() && stream.grain > 1us)
        stream.grain = std::min(stream.grain, grain_of(row.sent));
    if (stream.disordered) return current;
    if (row.is_gap()) return place_gap(row, current);
    if (!row.is_probe()) return current;
    const Duration latency = row.latency.value_or(Duration::zero());
    if (row.kind == Kind::late || row.kind == Kind::duplicate)
        return is_response_of_before(row.sent, latency) ? static_cast<std::uint16_t>(current - 1)
                                                        : current;
    auto found = states_[now_].targets.find(key);
    if (found == states_[now_].targets.end())
        found = states_[now_].targets.emplace(key, Target{}).first;
    Target& target = found->second;
    const std::uint16_t piece = place(row, latency, target);
    count(row, target, piece);
    return piece;
}

std::uint16_t Pieces::place_gap(const record::Row& row, std::uint16_t current) {
    if (row.detail_of("reason") != to_string(GapReason::start)) return current;
    states_[now_].start_seen = true;
    const Piece& now = streams_[now_].pieces.back();
    return now.rows > 0 && row.sent < now.last - Written::back_max ? begin_piece() : current;
}

std::uint16_t Pieces::place(const record::Row& row, Duration latency, Target& target) {
    auto current = static_cast<std::uint16_t>(streams_[now_].pieces.size() - 1);
    const std::size_t number = Written::outcome(row.kind);
    Outcome& outcome = target.outcomes[number];
    const WallTime ended = Written::end_of(row.sent, row.kind, latency);
    const bool first = outcome.piece != current;
    // In a log that was sorted by sending a slow response does not go back.
    const bool goes_back =
        outcome.newest - ended > Written::back_max && row.sent < outcome.newest_sent;
    // It ended before something was sent that was lost, and that had been given up by then.
    const Outcome& lost = target.outcomes[Written::lost];
    const bool before_loss = number != Written::lost && lost.piece == current &&
                             lost.newest_sent - ended > Written::back_max;
    bool of_before = false;
    if (number == 0)
        of_before = is_response_of_before(row.sent, latency);
    else if (number == Written::lost && first)  // they are given up in the order of sending
        of_before = is_loss_of_before(row.sent, target.interval);
    if (of_before) {
        const auto before = static_cast<std::uint16_t>(current - 1);
        if (!first) return before;
        if (outcome.piece != before || !goes_back) {
            outcome = {before, std::max(outcome.newest, ended),
                       std::max(outcome.newest_sent, row.sent)};
            return before;
        }
    }
    if ((!first && goes_back) || before_loss) current = begin_piece();
    if (outcome.piece != current) outcome = {current, ended, row.sent};
    outcome.newest = std::max(outcome.newest, ended);
    outcome.newest_sent = std::max(outcome.newest_sent, row.sent);
    return current;
}

void Pieces::count(const record::Row& row, Target& target, std::uint16_t number) {
    Piece& piece = streams_[now_].pieces[number];
    piece.first = std::min(piece.first, row.sent);
    piece.last = std::max(piece.last, row.sent);
    ++piece.rows;
    const bool lost = is_loss(row.kind);
    if (number > target.piece && target.lost) piece.begins_within_losses = true;
    if (number == target.piece && row.sent > target.sent) target.interval = row.sent - target.sent;
    target.sent = row.sent;
    target.piece = number;
    target.lost = lost;
    states_[now_].start_seen = false;
}

}  // namespace sipping::report
