// The command `sipping ports`: port exhaustion, of this box or of the path to a host.
#pragma once

#include "sipping/config/ports_config.hpp"

namespace sipping::app {

/// Returns the exit code. Throws UsageError, or std::system_error / std::runtime_error with a
/// message for the user when it cannot start.
[[nodiscard]] int run_ports(const config::PortsConfig& config);

}  // namespace sipping::app
