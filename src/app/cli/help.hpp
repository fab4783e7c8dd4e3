// The help texts.
#pragma once

#include <string>

namespace sipping::app {

/// One screen for each command.
[[nodiscard]] std::string ping_help();
[[nodiscard]] std::string respond_help();
[[nodiscard]] std::string ports_help();
[[nodiscard]] std::string stress_help();
[[nodiscard]] std::string report_help();
[[nodiscard]] std::string trace_help();

}  // namespace sipping::app
