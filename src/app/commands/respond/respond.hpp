// The command `sipping respond`: the far end for tests, the demo and benchmarks.
#pragma once

#include "sipping/config/respond_config.hpp"

namespace sipping::app {

/// Answers until SIGINT, SIGTERM, SIGHUP or the end of --duration; returns the exit code. Throws
/// std::system_error or std::runtime_error with a message for the user when it cannot start.
[[nodiscard]] int run_respond(const config::RespondConfig& config);

}  // namespace sipping::app
