#include "session/run_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "session/log_files.hpp"
#include "session/rates.hpp"
#include "text/terminal.hpp"

namespace sipping::app {
namespace {

constexpr double per_ping_rate_limit = 20;
// Up to this many probes a second the kernel stamps each send.
constexpr double stamped_rate_max = 10'000;

double total_rate(const target::TargetTable& targets) {
    double rate = 0;
    for (const target::Target& target : targets)
        rate += rate_of(target);
    return rate;
}

Duration longest_timeout(const target::TargetTable& targets) {
    Duration longest{};
    for (const target::Target& target : targets)
        longest = std::max(longest, target.timeout);
    return longest;
}

// One enum each in config and in probe, which do not know each other.
static_assert(static_cast<int>(config::AnswerTo::all) == static_cast<int>(probe::AnswerTo::all));
static_assert(static_cast<int>(config::AnswerTo::asked) ==
              static_cast<int>(probe::AnswerTo::asked));
static_assert(static_cast<int>(config::AnswerTo::none) == static_cast<int>(probe::AnswerTo::none));

/// A name that does not resolve yet may turn out to have addresses of either family.
bool will_use(const config::PingConfig& config, const Targets& targets, Family family) {
    if (targets.uses(family)) return true;
    if (!targets.any_unknown()) return false;
    if (const auto wanted = family_wanted(config)) return *wanted == family;
    return net::can_open(family);
}

}  // namespace

net::NetworkOptions network_options(const config::PingConfig& config, const Targets& targets) {
    net::NetworkOptions options;
    // In a flood an answer is what makes the next probe due: it must end a wait.
    options.gather = !config.flood;
    options.ports = config.port_policy == config::PortPolicy::fixed ? 1 : config.ports;
    options.v4 = will_use(config, targets, Family::v4);
    options.v6 = will_use(config, targets, Family::v6);
    options.port_low = config.port_low;
    options.port_high = config.port_high;
    options.bind = targets.bound_to(config);
    options.device = config.device;
    options.dscp = config.dscp;
    options.other_descriptors = static_cast<std::uint32_t>(
        config.log ? std::min(targets.table.size(), LogFiles::file_limit) : 0);
    // A little more than the limit is the limit: 10,000 intervals of 1 s may not add up to it.
    if (!config.flood && total_rate(targets.table) < stamped_rate_max * 1.001)
        options.send_times = net::SendTimes::stamped;
    options.io = static_cast<net::Io>(config.io);
    return options;
}

bool slow_and_single(const config::PingConfig& config, const Targets& targets) {
    return targets.table.size() == 1 && !config.flood &&
           total_rate(targets.table) <= per_ping_rate_limit;
}

console::ConsoleOptions console_options(const config::PingConfig& config, const Targets& targets) {
    console::ConsoleOptions options;
    const bool as_original = slow_and_single(config, targets);
    options.per_ping = !config.quiet && !config.json && (as_original || config.verbose);
    options.quiet = config.quiet;
    options.summaries = !as_original && !config.no_statistics && !config.json;
    options.statistics = !config.no_statistics;
    options.print_sent = config.print_sent;
    options.print_received = config.print_received;
    options.json = config.json;
    options.site = config.site;
    if (config.color == config::ColorMode::automatic)
        options.color = std::getenv("NO_COLOR") == nullptr && shows_escapes(STDOUT_FILENO);
    else
        options.color = config.color == config::ColorMode::always;
    return options;
}

bool shall_spin(const config::PingConfig& config, const Targets& targets) {
    if (config.spin != config::Spin::automatic) return config.spin == config::Spin::on;
    return !config.flood && targets.table.size() == 1 && targets.table[0].interval <= 1ms &&
           std::thread::hardware_concurrency() > 1;
}

probe::EngineOptions engine_options(const config::PingConfig& config, const Targets& targets,
                                    const Key& key) {
    probe::EngineOptions options;
    options.lead = shall_spin(config, targets);
    if (config.duration) options.duration = *config.duration;
    options.count = config.count;
    options.flood_window = config.flood ? config.window : 0;
    options.port_policy = static_cast<probe::PortPolicy>(config.port_policy);
    options.late_window = config.late_window;
    options.site = config.site;
    options.answer = static_cast<probe::AnswerTo>(config.answer);
    options.policies = targets.policies;
    options.key = key;
    options.identities =
        config.flood
            ? std::max(config.identities, config.window + 1)
            : probe::identities_needed(total_rate(targets.table), longest_timeout(targets.table),
                                       config.late_window, config.identities);
    return options;
}

}  // namespace sipping::app
