#include "ports.hpp"

#include "ports_local.hpp"
#include "ports_path.hpp"

namespace sipping::app {

int run_ports(const config::PortsConfig& config) {
    return config.has_host() ? run_ports_path(config) : run_ports_local(config);
}

}  // namespace sipping::app
