// A target that answered, and then falls silent on all ports right after a burst of short
// intervals: that looks like a ban by address, as SBCs do it, which nobody can tell from an outage
// from here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/stats/target_stats.hpp"

namespace sipping::stats {

class BanWatch {
public:
    static constexpr std::uint32_t ports_enough = 32;  ///< silent on so many, if there are
    /// With few ports: a loss or two is no silence.
    static constexpr std::uint64_t run_min = 10;
    static constexpr Duration burst_max = 120s;      ///< from the first probe to the silence
    static constexpr Duration interval_max = 200ms;  ///< longer ones are no burst

    struct Note {
        std::uint64_t ports = 0;     ///< that are silent
        std::uint64_t answered = 0;  ///< probes before that
        Duration burst{};            ///< which took so long
    };

    /// `ports`: how many the prober has.
    BanWatch(std::size_t targets, std::uint32_t ports) : bursts_(targets), ports_(ports) {}

    void on_sent(std::uint32_t target, Instant at) noexcept {
        if (bursts_[target].first_sent == Instant{}) bursts_[target].first_sent = at;
    }
    /// After `stats` of that target has heard of it. A note: once in each silence.
    [[nodiscard]] std::optional<Note> on_settled(const Settled& settled, const TargetStats& stats,
                                                 Duration interval) noexcept;

private:
    struct Burst {
        Instant first_sent{};
        std::uint64_t answered = 0;
        bool noted = false;
    };

    std::vector<Burst> bursts_;
    std::uint32_t ports_;
};

}  // namespace sipping::stats
