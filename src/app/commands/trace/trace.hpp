// The command `sipping trace`: where each lost probe was lost.
#pragma once

#include "sipping/config/trace_config.hpp"

namespace sipping::app {

/// Exit code: 0 when each probe asked about got a verdict and everything could be read, else 1.
/// Throws UsageError for what is no log or no capture.
[[nodiscard]] int run_trace(const config::TraceConfig& config);

}  // namespace sipping::app
