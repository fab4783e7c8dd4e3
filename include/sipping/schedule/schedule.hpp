// When each target's next probe is due: an open loop that answers cannot slow down, spread evenly
// over the interval, never catching up in a burst. Knows nothing of packets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sipping/base/instant.hpp"

namespace sipping::schedule {

struct Options {
    Instant start{};
    Instant end = never;      ///< no probe is due at or after this
    std::uint64_t count = 0;  ///< per target; 0: endless
    /// A probe later than max(its interval, this) is skipped.
    Duration late_limit = 5ms;
};

struct Due {
    std::uint32_t target = 0;
    Instant at{};
    // Probes of this target that came due before it and were skipped for lateness.
    std::uint64_t skipped = 0;
    Instant skipped_from{};
    Instant skipped_until{};
    bool send = true;  ///< false: only skips are reported, `at` means nothing
};

/// Probe k of target i is due at start + i/n of its interval + k x interval: computed, not added
/// up, so the cadence does not drift.
class Schedule {
public:
    /// One that joins later waits for its place in the interval this long at most: a burst of those
    /// that join together must not come of it, nor a target asked once an hour be silent for one.
    static constexpr Duration join_within = 5s;

    /// One interval (> 0) per target. Those of which `later` (empty, or one per target) is true
    /// have their place in the spread, but nothing is due of them until join().
    Schedule(std::span<const Duration> intervals, const Options& options,
             const std::vector<bool>& later = {});
    /// So many targets, of which nothing is due until plan() says so. No start, end or count.
    Schedule(std::size_t targets, Duration late_limit);

    /// From now on probes of this target are due at `first` and each `interval` (> 0) after it,
    /// before `end`; what was planned of it before is dropped. Takes time with many targets.
    void plan(std::uint32_t target, Instant first, Duration interval, Instant end) noexcept;

    /// A target that was to come later: its first probe is due at its own place, start + i/n of its
    /// interval + k x interval, the next one from `now` on (with long intervals a multiple of
    /// `join_within` earlier). Nobody else's probes move. Its count begins here.
    void join(std::uint32_t target, Instant now) noexcept;

    /// When the next probe is due; `never` when all are done.
    [[nodiscard]] Instant next() const noexcept { return heap_.empty() ? never : heap_.front().at; }
    /// Takes the next due entry at or before `now`; false when there is none.
    [[nodiscard]] bool take(Instant now, Due& due) noexcept;

private:
    struct Entry {
        Instant at;
        std::uint32_t target;

        [[nodiscard]] bool before(const Entry& other) const noexcept {
            return at != other.at ? at < other.at : target < other.target;
        }
    };
    struct Progress {
        Instant first;
        Duration interval{};
        Instant end = never;
        std::uint64_t next = 0;  ///< number of the next probe
    };
    struct Later {
        bool operator()(const Entry& a, const Entry& b) const noexcept { return b.before(a); }
    };

    void settle_front() noexcept;
    void advance(Progress& progress, std::uint64_t probes) noexcept;

    Options options_;
    std::vector<Progress> progress_;
    std::vector<Entry> heap_;  ///< binary min-heap by due time
};

/// Flood mode: whose turn is it, as long as fewer than `window` probes are out. Asked for by name;
/// the one exception from the open loop. `count` is that of the rounds over all targets: one that
/// joins later has a part in those that are left.
class Flood {
public:
    /// So many targets at most.
    Flood(std::size_t targets, const Options& options) : options_(options) {
        targets_.reserve(targets);
    }

    void join(std::uint32_t target) noexcept { targets_.push_back(target); }
    [[nodiscard]] bool empty() const noexcept { return targets_.empty(); }
    [[nodiscard]] bool done(Instant now) const noexcept;
    /// Whose turn it is; take() moves on. Not when empty().
    [[nodiscard]] std::uint32_t peek() const noexcept { return targets_[next_]; }
    /// The next target; only when neither done() nor empty().
    [[nodiscard]] std::uint32_t take() noexcept;

private:
    Options options_;
    std::vector<std::uint32_t> targets_;
    std::size_t next_ = 0;
    std::uint64_t rounds_ = 0;
};

}  // namespace sipping::schedule
