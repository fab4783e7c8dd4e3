// The targets of a command line and its file, as far as they can be judged before any name is
// looked up.
#pragma once

#include <vector>

#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_spec.hpp"

namespace sipping::app {

/// Each target once; zones have become the scope of their addresses. Tells notes on stderr. Throws
/// UsageError for an unreadable file and for targets that are wrong or whose request cannot be
/// made; of several each is told before, up to target::told_max.
[[nodiscard]] std::vector<target::TargetSpec> read_targets(const config::PingConfig& config);

}  // namespace sipping::app
