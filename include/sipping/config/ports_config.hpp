// What the user asked `sipping ports` to do, validated. Values only, like PingConfig.
#pragma once

#include <cstdint>
#include <optional>

#include "sipping/base/instant.hpp"
#include "sipping/config/ping_config.hpp"

namespace sipping::config {

struct PortsConfig {
    PingConfig probing;     ///< the host, the request, ports and path, the log; no host: this box
    bool exhaust = false;   ///< --exhaust: leave nothing to the rest of the host
    std::uint32_t max = 0;  ///< --max, ports to try on the path; 0: all that the rate can show
    /// --rate. With a host: new ports a second (20). Without: the original's probes a second to
    /// simulate; empty: no simulation.
    std::optional<double> rate_per_s;
    Duration duration = 10s;      ///< --duration of the simulation
    Duration mapping_time = 30s;  ///< --mapping-time: how long the path keeps an unused mapping

    [[nodiscard]] bool has_host() const noexcept { return !probing.targets.empty(); }

    // What was asked for by name.
    bool duration_given = false;
};

void settle(PortsConfig& config);

/// As check(PingConfig).
[[nodiscard]] std::string check(const PortsConfig& config);

}  // namespace sipping::config
