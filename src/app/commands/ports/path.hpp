// `sipping ports HOST`: how many new source ports the path to a host carries.
#pragma once

#include "sipping/config/ports_config.hpp"

namespace sipping::app {

/// As run_ports().
[[nodiscard]] int run_ports_path(const config::PortsConfig& config);

}  // namespace sipping::app
