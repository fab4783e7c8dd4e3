// What contradicts when options are seen together.
#include <fmt/format.h>

#include <algorithm>

#include "sipping/config/ping_config.hpp"
#include "sipping/config/ports_config.hpp"
#include "sipping/config/respond_config.hpp"
#include "sipping/config/stress_config.hpp"

namespace sipping::config {
namespace {

constexpr double ports_rate_per_s = 20;

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

std::string check_bind(const PingConfig& config) {
    if (!config.bind || !config.family || config.bind->family == *config.family) return {};
    return fmt::format("--bind {} contradicts -{}", to_string(*config.bind),
                       *config.family == Family::v4 ? '4' : '6');
}

/// What only means something on the path to a host, or only without one.
std::string check_place(const PortsConfig& config) {
    if (config.has_host() && config.exhaust) return "--exhaust is for this box, not for a host";
    if (config.has_host() && config.duration_given)
        return "--duration is for the simulation, not for a host";
    if (config.has_host()) return {};
    if (config.duration_given && !config.rate_per_s) return "--duration needs --rate";
    return {};
}

}  // namespace

std::string check(const PingConfig& config) {
    if (config.targets.empty() && !config.target_file)
        return "no target: name a host or give -f FILE";
    if (auto wrong = check_pace(config); !wrong.empty()) return wrong;
    if (auto wrong = check_ports(config); !wrong.empty()) return wrong;
    if (auto wrong = check_bind(config); !wrong.empty()) return wrong;
    if (config.json && (config.print_sent || config.print_received))
        return fmt::format("--json and --print-{} exclude each other, both write to the output",
                           config.print_sent ? "sent" : "received");
    const bool rotates = config.rotate_every > Duration::zero() || config.rotate_bytes > 0;
    if (config.compress && !rotates) return "--compress needs --rotate";
    if (rotates && !config.log) return "--rotate needs a log, --log '*' writes none";
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
    if (config.beyond && config.capacity_per_s == 0) return "--beyond needs --capacity";
    if (config.retry_after_s && config.beyond != Beyond::unavailable)
        return "--retry-after needs --beyond 503";
    return {};
}

void settle(RespondConfig& config) {
    if (!config.bind) return;
    config.v4 = config.v4 && config.bind->family == Family::v4;
    config.v6 = config.v6 && config.bind->family == Family::v6;
}

std::string check(const PortsConfig& config) {
    if (auto wrong = check_place(config); !wrong.empty()) return wrong;
    const PingConfig& probing = config.probing;
    if (probing.port_low != 0 && range_size(probing) <= config.max)  // one is the canary's
        return fmt::format("--port-range {}-{} has {} ports, --max {} needs {}", probing.port_low,
                           probing.port_high, range_size(probing), config.max, config.max + 1);
    return check_bind(config.probing);
}

void settle(PortsConfig& config) {
    if (config.has_host() && !config.rate_per_s) config.rate_per_s = ports_rate_per_s;
}

std::string check(const StressConfig& config) {
    if (config.probing.targets.empty()) return "no target: name a host";
    if (config.rate_low == 0) return "no rate: give --rate R1..R2, probes a second";
    if (auto wrong = check_ports(config.probing); !wrong.empty()) return wrong;
    return check_bind(config.probing);
}

void settle(StressConfig& config) {
    if (config.rate_low == config.rate_high) config.steps = 1;
    config.probing.rate_per_s = config.rate_high;  // what pools, tables and --mine must hold for
    settle(config.probing);
}

}  // namespace sipping::config
