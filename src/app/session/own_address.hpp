// Keeps the address in Via and Contact what the kernel really routes from, also when addresses or
// routes of this box change under a run (a DHCP lease, a line that fails over, a start before the
// network was there). Not with -i, and not with ports that have an address of their own.
#pragma once

#include <cstddef>
#include <string>

#include "net/route_monitor.hpp"
#include "session/prober.hpp"
#include "session/targets.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/config/ping_config.hpp"

namespace sipping::app {

class OwnAddress {
public:
    /// All references must outlive this. `start`: when the targets' requests were made, or later.
    OwnAddress(const config::PingConfig& config, Targets& targets, Prober& prober, Instant start);

    /// Looks whether anything changed; then at a few targets at a time.
    void tick(const ClockReading& reading);
    [[nodiscard]] Instant next_tick() const noexcept { return next_; }

private:
    void look_at(std::size_t target);

    const config::PingConfig& config_;
    Targets& targets_;
    Prober& prober_;
    net::RouteMonitor routes_;
    std::size_t target_ = 0;  ///< the next one to be looked at; all of them: none is
    std::string told_;        ///< targets may be thousands, what happened to them is one thing
    Instant next_ = never;
};

}  // namespace sipping::app
