// What the captures of one side prove by what they lack: told from probes that were answered, which
// they should have. A capture that lacks some of those in one place has a hole there; one that
// lacks some here and there may lack any other packet as well.
#pragma once

#include <cstdint>
#include <vector>

#include "sipping/trace/coverage.hpp"
#include "sipping/trace/offset.hpp"
#include "sipping/trace/probes.hpp"

namespace sipping::trace {

/// What the captures of a side have of the answered probes of one group, which they all should
/// have.
struct Completeness {
    std::uint64_t answered = 0;  ///< of its sample, in the captures' time
    std::uint64_t requests = 0;  ///< of these, the request is there
    std::uint64_t answers = 0;
    std::uint64_t any = 0;  ///< probes of the group, answered or not, of which anything is there
    // Those whose answer did not go straight back there, and came to the prober all the same.
    std::uint64_t other_source = 0;
    std::uint64_t astray = 0;
};

/// Probes of one group that a capture should have, by time of sending; and those that it has though
/// nobody could expect it. What it lacks proves something only when it has those beside it.
class Witnesses {
public:
    enum class Say : std::uint8_t { present, missing, nobody };
    struct One {
        WallTime sent{};
        bool is_there = false;
    };

    void add(WallTime sent, bool is_there) { all_.push_back({sent, is_there}); }
    void sort();
    /// The next one before and the next one after: are they there? With one of the two alone that
    /// one decides.
    [[nodiscard]] Say say(WallTime sent) const noexcept;
    [[nodiscard]] const std::vector<One>& all() const noexcept { return all_; }

private:
    std::vector<One> all_;
};

class Evidence {
public:
    /// Missing ones with no more present ones between them are one hole, if they are so many at
    /// least; fewer are losses here and there.
    static constexpr std::size_t hole_gap = 10;
    static constexpr std::size_t hole_least = 3;
    /// A group of which more is missing, one in so many, was captured in part only (its packets
    /// take two ways): that says nothing about others.
    static constexpr std::size_t partly_one_in = 10;
    /// Losses here and there are overlooked while all verdicts together would be wrong in one of so
    /// many traces.
    static constexpr std::uint64_t wrong_one_in = 100;

    Evidence(const ProbeBook& book, const Coverage& coverage, Side side);

    [[nodiscard]] const ClockOffset& clock() const noexcept { return clock_; }
    [[nodiscard]] const Completeness& of(const Probe& probe) const noexcept {
        return groups_[probe.group].complete;
    }
    /// Over all groups of which the side has anything.
    [[nodiscard]] Completeness sum() const noexcept;
    /// Whether the captures would have this probe's request, or its answer as well.
    [[nodiscard]] Witnesses::Say say(const Probe& probe, bool answers) const noexcept;

private:
    struct Hole {
        WallTime from{};
        WallTime to{};
    };
    /// Where packets are missing: close together, and beside that.
    struct Gaps {
        std::vector<Hole> holes;  ///< in order, apart
        std::uint64_t expected = 0;
        std::uint64_t in_holes = 0;  ///< of the expected ones
        std::uint64_t here_and_there = 0;
        std::uint64_t judged_by_absence = 0;

        [[nodiscard]] bool may_lack(WallTime sent) const noexcept;
    };
    struct Answered {
        WallTime sent{};
        bool request = false;
        bool both = false;
    };
    struct Group {
        Completeness complete;
        Witnesses requests;
        Witnesses answers;
        std::vector<Answered> answered;
        Gaps gaps;
    };

    void count(const ProbeBook& book, const Probe& probe, Side side, const Coverage& coverage);
    static void find_gaps(Group& group);
    void add_gaps(const Group& group);

    ClockOffset clock_;
    std::vector<Group> groups_;
    Gaps gaps_;  ///< of all groups that tell of the others
};

}  // namespace sipping::trace
