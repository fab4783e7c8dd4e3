// The command line becomes an `Arguments`, or one line saying what is wrong with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sipping/config/ping_config.hpp"
#include "sipping/config/ports_config.hpp"
#include "sipping/config/report_config.hpp"
#include "sipping/config/respond_config.hpp"
#include "sipping/config/stress_config.hpp"
#include "sipping/config/trace_config.hpp"

namespace sipping::app {

enum class Command : std::uint8_t { ping, respond, ports, stress, report, trace, help, version };

struct Arguments {
    Command command = Command::ping;
    config::PingConfig ping;        ///< checked and settled when command is ping
    config::RespondConfig respond;  ///< the same for respond
    config::PortsConfig ports;
    config::StressConfig stress;
    config::ReportConfig report;
    config::TraceConfig trace;
    std::string text;  ///< help or version: print it to stdout and end 0
};

/// Returns an empty string, or an error line without the "sipping: " before it; `arguments` is then
/// of no use. Targets are taken as they stand: target::parse_target() judges them.
[[nodiscard]] std::string parse_arguments(int argc, const char* const* argv, Arguments& arguments);

}  // namespace sipping::app
