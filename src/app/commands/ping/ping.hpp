// `sipping [ping] HOST...`: builds everything, runs the loop, says what came of it.
#pragma once

#include "sipping/config/ping_config.hpp"

namespace sipping::app {

/// The exit code of product.md. Throws UsageError (3) and std::exception (4).
[[nodiscard]] int run_ping(const config::PingConfig& config);

}  // namespace sipping::app
