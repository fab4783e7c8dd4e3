#include "sipping/stats/ban_watch.hpp"

#include <algorithm>

namespace sipping::stats {

std::optional<BanWatch::Note> BanWatch::on_settled(const Settled& settled, const TargetStats& stats,
                                                   Duration interval) noexcept {
    if (!settled.counts) return std::nullopt;
    Burst& burst = bursts_[settled.target];
    if (!settled.lost) {
        if (burst.noted) burst = Burst{.first_sent = settled.sent};
        ++burst.answered;
        return std::nullopt;
    }
    const std::uint64_t ports = std::min(ports_, ports_enough);
    if (burst.noted || burst.answered == 0) return std::nullopt;
    if (stats.current_run() != std::max(ports, run_min)) return std::nullopt;
    if (interval > interval_max) return std::nullopt;
    const Duration length = stats.current_outage().begin_at - burst.first_sent;
    if (length > burst_max) return std::nullopt;
    burst.noted = true;
    return Note{.ports = ports, .answered = burst.answered, .burst = length};
}

}  // namespace sipping::stats
