// What the user asked `sipping stress` to do, validated. Values only, like PingConfig.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sipping/base/instant.hpp"
#include "sipping/config/ping_config.hpp"

namespace sipping::config {

struct StressConfig {
    PingConfig probing;   ///< the host, the request, ports and path, the log
    double rate_low = 0;  ///< --rate R1..R2, probes a second; both 0: not given
    double rate_high = 0;
    std::uint32_t steps = 10;  ///< --steps, from R1 to R2
    Duration step_time = 5s;   ///< --step-time
    double stop_loss = 1;      ///< --stop-loss, per cent
    std::optional<Duration> stop_p99;
    bool ignore_retry_after = false;
    Duration recovery_time = 60s;  ///< --recovery-time: how long a target may take to answer again
    std::string svg;               ///< --svg FILE; empty: no plot
};

void settle(StressConfig& config);

/// As check(PingConfig).
[[nodiscard]] std::string check(const StressConfig& config);

}  // namespace sipping::config
