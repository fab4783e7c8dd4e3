#include "stress.hpp"

#include <stdexcept>

namespace sipping::app {

int run_stress(const config::StressConfig&) {
    throw std::runtime_error("not yet");
}

}  // namespace sipping::app
