// Cuts the rows of files, in the order in which they stand there, where the wall clock may have
// been set back: where all that follows is earlier than what was before. Whether it was, a Scout
// tells, which sees the rows in order of time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sipping/record/row.hpp"
#include "sipping/report/written.hpp"

namespace sipping::report {

/// Between two headers of a file, as it stands. Of one prober.
using StreamId = std::uint32_t;

struct Piece {
    WallTime first = WallTime::max();  ///< of sending, of its probes
    WallTime last = WallTime::min();
    std::uint64_t rows = 0;
    /// The row before it, of this target or that, was lost: a network that comes back has the time
    /// set, too.
    bool begins_within_losses = false;
    bool begins_run = false;  ///< a start stands before it
};

struct Stream {
    static constexpr std::size_t pieces_max = 64;

    std::string log;
    std::vector<std::uint32_t> files;  ///< that it goes through
    std::vector<Piece> pieces;         ///< at least one
    Duration grain = 1s;               ///< of its times, see grain_of()
    bool disordered = false;  ///< more than pieces_max of them: no clock was set back so often
};

class Pieces {
public:
    /// The files of one log, in order, are one stream: where the clock was set back as one ended,
    /// the next one goes back too.
    void begin_stream(std::uint32_t file, const std::string& log);
    /// The piece of the stream that this row is of.
    [[nodiscard]] std::uint16_t place(const record::Row& row, std::string_view key);

    [[nodiscard]] StreamId stream() const noexcept { return now_; }
    [[nodiscard]] std::vector<Stream>& streams() noexcept { return streams_; }

private:
    /// Rows of one target and outcome in one piece.
    struct Outcome {
        std::uint16_t piece = 0;
        WallTime newest{};  ///< end
        WallTime newest_sent{};
    };
    struct Target {
        std::array<Outcome, Written::outcomes> outcomes;
        std::uint16_t piece = 0;  ///< of the last row ...
        bool lost = false;        ///< ... whether that was lost ...
        WallTime sent{};          ///< ... and when it was sent
        Duration interval{};      ///< the last one between two of a piece
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    [[nodiscard]] bool is_response_of_before(WallTime sent, Duration latency) const noexcept;
    [[nodiscard]] bool is_loss_of_before(WallTime sent, Duration interval) const noexcept;
    [[nodiscard]] std::uint16_t place(const record::Row& row, Duration latency, Target& target);
    [[nodiscard]] std::uint16_t place_gap(const record::Row& row, std::uint16_t current);
    [[nodiscard]] std::uint16_t begin_piece();
    void count(const record::Row& row, Target& target, std::uint16_t piece);

    struct State {
        std::unordered_map<std::string, Target, Hash, std::equal_to<>> targets;
        bool start_seen = false;  ///< since the last probe
    };

    std::vector<Stream> streams_;
    std::vector<State> states_;  ///< of the streams
    std::unordered_map<std::string, StreamId> by_log_;
    StreamId now_ = 0;
};

}  // namespace sipping::report
