// Looks through the rows of all files in order of time before they are told, to make a Plan:
// - Two streams that have a row of the same Call-ID, sent at the same time to the same target, are
// of
//   one prober: one is a copy of the other, or of a part of it. Streams that have not, and that
//   overlap in time, are of two.
// - The clock was set back where a piece of a stream lies across those before it and both go on at
//   the target's usual interval there (rows that are only out of order fill each other's holes); or
//   where losses end one piece and begin the next, which lies apart from all others in time.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>

#include "sipping/report/plan.hpp"

namespace sipping::report {

class Scout {
public:
    /// A row or two prove nothing.
    static constexpr std::uint64_t rows_min = 5;
    /// But so many of each of two pieces that lie across each other prove a lot.
    static constexpr std::uint64_t across_min = 2;
    /// Two logs of one target may overlap by so much, and still the second goes on with the first:
    /// in one a row may stand that was sent before the first one of the other.
    static constexpr Duration overlap_max = 4s;

    explicit Scout(std::vector<Stream> streams);

    /// In order of time; rows of the same time in order of their Call-IDs. `key`: of the target.
    void add(const record::Row& row, std::string_view key, StreamId stream, std::uint16_t piece);
    [[nodiscard]] Plan finish();

private:
    /// Where two pieces lie across each other, from the first row that is next to one of the other
    /// to the last one.
    struct Across {
        WallTime begin{};
        WallTime end{};
        std::array<std::uint64_t, 2> rows{};        ///< of the lower, the higher before `begin` ...
        std::array<std::uint64_t, 2> rows_until{};  ///< ... and up to `end`
        Duration nearest = Duration::max();         ///< from a row of one to the next of the other
    };
    /// The one in the middle, of a sample of all: stalls are none of them.
    class Usual {
    public:
        void add(Duration value);
        [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
        /// Of one at least.
        [[nodiscard]] Duration value() const;

    private:
        static constexpr std::size_t sample_max = 128;
        std::vector<Duration> sample_;
        std::uint64_t count_ = 0;
        std::uint64_t one_in_ = 1;
    };
    struct Seen {
        WallTime sent{};
        std::uint16_t piece = 0;
    };
    /// Rows of one target in one stream.
    struct Rows {
        WallTime first{};
        WallTime last{};
        std::optional<Seen> before;
        Usual interval;
        std::map<std::uint16_t, std::uint64_t> of_piece;  ///< how many so far
        std::map<std::pair<std::uint16_t, std::uint16_t>, Across> across;
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using ByStream = std::map<StreamId, Rows>;
    using Targets = std::unordered_map<std::string, ByStream, Hash, std::equal_to<>>;
    struct Told {
        WallTime sent{};
        std::uint64_t call_id = 0;
        const ByStream* target = nullptr;
        StreamId stream = 0;
        std::uint16_t piece = 0;
    };
    /// A row stands in both.
    struct Link {
        StreamId stream = 0;
        std::uint16_t piece = 0;
        StreamId other = 0;
        std::uint16_t other_piece = 0;
        friend auto operator<=>(const Link&, const Link&) = default;
    };
    /// By how much the clock was behind, piece by piece.
    using Shifts = std::vector<Duration>;

    [[nodiscard]] StreamId root(StreamId stream) noexcept;
    void unite(StreamId a, StreamId b) noexcept;
    void compare(Rows& rows, Seen seen);
    [[nodiscard]] static bool twice_the_rows(const Across& across, Duration usual) noexcept;
    [[nodiscard]] bool is_copy(StreamId stream, std::uint16_t piece) const;
    [[nodiscard]] bool set_back(StreamId stream, std::uint16_t piece) const;
    [[nodiscard]] Duration interval(StreamId stream) const;
    [[nodiscard]] bool find_steps(StreamId stream);
    [[nodiscard]] Shifts shifts_of(StreamId stream) const;
    void find_shifts(Plan& plan);
    void find_probers(Plan& plan);

    std::vector<Stream> streams_;
    std::vector<StreamId> root_;
    Targets targets_;
    Told told_;
    std::set<Link> links_;
    Link link_;  ///< the last one
    /// By the last row before and the first one after it: by how much.
    std::map<std::pair<WallTime, WallTime>, Duration> steps_;
};

}  // namespace sipping::report
