// What contradicts when options are seen together.
#include <fmt/format.h>

#include <algorithm>

#include "sipping/config/ping_config.hpp"
#include "sipping/config/respond_config.hpp"

namespace sipping::config {
namespace {

std::uint32_t range_size(const PingConfig& config) noexcept {
    return std::uint32_t{config.port_high} - config.port_low + 1;
}

std::string check_pace(const PingConfig& config) {
    if (config.rate_per_s && config.interval_given)
        return "--rate and --interval exclude each other, give one of them";
    if (config.rate_per_s && config.flood)
        return "--rate and --flood exclude each other, give one of them";
    if (config.flood && config.interval_given)
        return "--flood and --interval exclude each other, give one of them";
    if (config.window_given && !config.flood) return "--window needs --flood";
    return {};
}

std::string check_ports(const PingConfig& config) {
    if (config.port_policy == PortPolicy::fixed && config.ports > 1)
        return fmt::format("--port-policy fixed is one port, --ports {} contradicts it",
                           config.ports);
    if (config.port_low != 0 && range_size(config) < config.ports)
        return fmt::format("--port-range {}-{} has {} ports, fewer than --ports {}",
                           config.port_low, config.port_high, range_size(config), config.ports);
    return {};
}

}  // namespace

std::string check(const PingConfig& config) {
    if (config.targets.empty() && !config.target_file)
        return "no target: name a host or give -f FILE";
    if (auto wrong = check_pace(config); !wrong.empty()) return wrong;
    if (auto wrong = check_ports(config); !wrong.empty()) return wrong;
    if (config.bind && config.family && config.bind->family != *config.family)
        return fmt::format("--bind {} contradicts -{}", to_string(*config.bind),
                           *config.family == Family::v4 ? '4' : '6');
    if (config.json && (config.print_sent || config.print_received))
        return fmt::format("--json and --print-{} exclude each other, both write to the output",
                           config.print_sent ? "sent" : "received");
    if (config.quiet && config.verbose)
        return "--quiet and --verbose exclude each other, give one of them";
    return {};
}

void settle(PingConfig& config) {
    if (config.ports_given) return;
    if (config.port_policy == PortPolicy::fixed) config.ports = 1;
    if (config.port_low != 0) config.ports = std::min(config.ports, range_size(config));
}

std::string check(const RespondConfig& config) {
    if (!config.v4 && !config.v6) return "-4 and -6 exclude each other, give one or none";
    if (config.bind && !(config.bind->family == Family::v4 ? config.v4 : config.v6))
        return fmt::format("--bind {} contradicts -{}", to_string(*config.bind),
                           config.v4 ? '4' : '6');
    return {};
}

void settle(RespondConfig& config) {
    if (!config.bind) return;
    config.v4 = config.v4 && config.bind->family == Family::v4;
    config.v6 = config.v6 && config.bind->family == Family::v6;
}

}  // namespace sipping::config
