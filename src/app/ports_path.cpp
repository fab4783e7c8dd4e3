#include "ports_path.hpp"

#include <stdexcept>

namespace sipping::app {

int run_ports_path(const config::PortsConfig&) {
    throw std::runtime_error("not yet");
}

}  // namespace sipping::app
