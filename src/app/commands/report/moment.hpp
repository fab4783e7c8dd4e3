// `sipping report --at`: everything around one moment, all targets, probe by probe.
#pragma once

#include "history/log_input.hpp"
#include "sipping/config/report_config.hpp"

namespace sipping::app {

/// Prints what was sent in [from, to), in order of sending.
void show_moment(const config::ReportConfig& config, LogInput& input, WallTime from, WallTime to,
                 Progress& progress);

}  // namespace sipping::app
