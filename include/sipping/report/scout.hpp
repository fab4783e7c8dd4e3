// Looks through the rows of all files in order of time before they are told, to make a Plan:
// - Two streams that have a row of the same Call-ID, sent at the same time to the same target, are
// of
//   one prober: one is a copy of the other, or of a part of it. Streams that have not, and that
//   overlap in time, are of two.
// - The clock was set back where a piece of a stream lies across those before it and both go on at
//   the target's usual interval there (rows that are only out of order fill each other's holes); or
//   where losses end one piece and begin the next, which lies apart from all others in time.
#pragma once

#include <map>
#include <optional>

#include "sipping/report/plan.hpp"

namespace sipping::report {

class Scout {
public:
    /// A row or two prove nothing.
    static constexpr std::uint64_t rows_min = 5;
    /// Two logs of one target may overlap by so much, and still the second goes on with the first:
    /// in one a row may stand that was sent before the first one of the other.
    static constexpr Duration overlap_max = 4s;

    explicit Scout(std::vector<Stream> streams);

    /// In order of time; rows of the same time in order of their Call-IDs. `key`: of the target.
    void add(const log::Row& row, std::string_view key, StreamId stream, std::uint16_t piece);
    [[nodiscard]] Plan finish();

private:
    struct Mean {
        Duration sum{};
        std::uint64_t count = 0;
        void add(Duration value) noexcept { sum += value, ++count; }
        [[nodiscard]] Duration value() const noexcept {
            return sum / static_cast<std::int64_t>(count);
        }
    };
    /// How two pieces lie to each other.
    struct Across {
        Mean around;  ///< from one row to the next, of which one of the other is
        Duration nearest = Duration::max();  ///< from a row of one to the next of the other
    };
    struct Seen {
        WallTime sent{};
        std::uint16_t piece = 0;
    };
    /// Rows of one target in one stream.
    struct Rows {
        WallTime first{};
        WallTime last{};
        std::optional<Seen> two_before;
        std::optional<Seen> before;
        Mean interval;
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
    };

    [[nodiscard]] StreamId root(StreamId stream) noexcept;
    void unite(StreamId a, StreamId b) noexcept;
    void compare(Rows& rows, Seen seen);
    [[nodiscard]] bool set_back(StreamId stream, std::uint16_t piece) const;
    [[nodiscard]] Duration interval(StreamId stream) const;
    [[nodiscard]] bool find_steps(StreamId stream, Plan& plan);
    void find_probers(Plan& plan);

    std::vector<Stream> streams_;
    std::vector<StreamId> root_;
    Targets targets_;
    Told told_;
    /// By the last row before and the first one after it: by how much.
    std::map<std::pair<WallTime, WallTime>, Duration> steps_;
};

}  // namespace sipping::report
