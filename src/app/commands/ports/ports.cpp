#include "commands/ports/ports.hpp"

#include "commands/ports/local.hpp"
#include "commands/ports/path.hpp"

namespace sipping::app {

int run_ports(const config::PortsConfig& config) {
    return config.has_host() ? run_ports_path(config) : run_ports_local(config);
}

}  // namespace sipping::app
