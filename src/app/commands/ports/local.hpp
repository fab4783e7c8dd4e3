// `sipping ports` without a host: how many source ports this box holds, at which cost, and what
// stops it; then the original, played on it.
#pragma once

#include "sipping/config/ports_config.hpp"

namespace sipping::app {

/// As run_ports(). SIGINT, SIGTERM and SIGHUP end it early with what is known by then.
[[nodiscard]] int run_ports_local(const config::PortsConfig& config);

}  // namespace sipping::app
