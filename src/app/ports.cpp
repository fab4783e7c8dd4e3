#include "ports.hpp"

#include <stdexcept>

namespace sipping::app {

int run_ports(const config::PortsConfig&) {
    throw std::runtime_error("not yet");
}

}  // namespace sipping::app
