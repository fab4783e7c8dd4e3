// `sipping report`: a look back over logs.
#pragma once

#include "sipping/config/report_config.hpp"

namespace sipping::app {

/// Exit code: 0, or 1 when something could not be read (messages said what).
int run_report(const config::ReportConfig& config);

}  // namespace sipping::app
