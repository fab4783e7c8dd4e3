// Which of the files that a trace was given are captures, and which are logs.
#pragma once

#include "sipping/config/trace_config.hpp"

namespace sipping::app {

/// What they hold tells, not where they stand: of the words behind --far and --near (a shell made
/// them of `--far pbx.pcap*`) captures join that side, and a folder or a log in their place joins
/// the logs. Pipes stay where they are, since they can be read but once. Throws UsageError.
[[nodiscard]] config::TraceConfig sorted_inputs(const config::TraceConfig& config);

}  // namespace sipping::app
