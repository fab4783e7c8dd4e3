// The command `sipping stress`: the rate at which a host degrades.
#pragma once

#include "sipping/config/stress_config.hpp"

namespace sipping::app {

/// Returns the exit code. Throws UsageError, or std::system_error / std::runtime_error with a
/// message for the user when it cannot start.
[[nodiscard]] int run_stress(const config::StressConfig& config);

}  // namespace sipping::app
