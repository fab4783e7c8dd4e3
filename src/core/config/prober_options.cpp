// The options of `sipping ports` and `sipping stress`: their own, and which of ping's they share.
#include <algorithm>
#include <array>
#include <vector>

#include "sipping/base/values.hpp"
#include "sipping/config/options.hpp"
#include "sipping/config/words.hpp"

namespace sipping::config {
namespace {

using Value = std::string_view;
using Ports = PortsConfig;
using Stress = StressConfig;
using Shared = std::vector<Option<PingConfig>>;

constexpr std::uint64_t max_max = 65'000;
constexpr std::uint64_t steps_max = 100;
constexpr Duration step_time_min = 100ms;
constexpr Duration step_time_max = 1h;
constexpr Duration mapping_time_max = 1h;
constexpr Duration recovery_time_max = 1h;

// By long name, or by letter where there is none.
constexpr std::array path_names = std::to_array<Value>(
    {"port",        "4",    "6",          "timeout", "mine",        "user", "domain",
     "via-address", "ttl",  "user-agent", "header",  "request-uri", "from", "to",
     "contact",     "site", "port-range", "bind",    "device",      "dscp", "io",
     "answer",      "log",  "csv",        "json",    "quiet"});
// Of these and of its own, what `sipping ports` has a use for without a host.
constexpr std::array box_names =
    std::to_array<Value>({"--exhaust", "--rate", "--duration", "--timeout", "--port-range",
                          "--bind", "--device", "--dscp", "-4", "-6", "--io", "--json", "--quiet"});
constexpr std::array stress_only_names =
    std::to_array<Value>({"ports", "late-window", "identities", "spin", "no-spin"});

template <std::size_t count>
void add_shared(const std::array<Value, count>& names, Shared& shared) {
    for (const Option<PingConfig>& option : ping_options()) {
        const std::string name = option.name.empty() ? std::string{option.letter} : "";
        if (std::ranges::find(names, name.empty() ? option.name : Value{name}) != names.end())
            shared.push_back(option);
    }
}

/// A bare number is seconds; from `low` to `high`.
std::string read_seconds(Value value, Duration low, Duration high, std::string_view limits,
                         Duration& time) {
    const auto read = parse_duration(value, 1s);
    if (!read) return "not a time (e.g. 5, 500ms, 2m; a bare number is seconds)";
    if (*read < low || *read > high) return "must be " + std::string{limits};
    time = *read;
    return {};
}

std::string set_step_time(Value value, Stress& config) {
    return read_seconds(value, step_time_min, step_time_max, "100ms to 1h", config.step_time);
}

std::string set_recovery_time(Value value, Stress& config) {
    return read_seconds(value, 1s, recovery_time_max, "1s to 1h", config.recovery_time);
}

std::string set_svg(Value value, Stress& config) {
    if (value.empty()) return "must not be empty";
    config.svg = value;
    return {};
}

std::string set_mapping_time(Value value, Ports& config) {
    return read_seconds(value, 1s, mapping_time_max, "1s to 1h", config.mapping_time);
}

std::string set_duration(Value value, Ports& config) {
    config.duration_given = true;
    std::optional<Duration> time;
    const std::string wrong = read_run_time(value, time);
    if (time) config.duration = *time;
    return wrong;
}

constexpr std::array ports = std::to_array<Option<Ports>>({
    {'\0', "max", Takes::value, [](Value v, Ports& c) { return read_count(v, 1, max_max, c.max); }},
    {'\0', "rate", Takes::value,
     [](Value v, Ports& c) { return read_rate(v, c.rate_per_s.emplace()); }},
    {'\0', "mapping-time", Takes::value, set_mapping_time},
    {'\0', "duration", Takes::value, set_duration},
    {'\0', "exhaust", Takes::nothing,
     [](Value, Ports& c) { return c.exhaust = true, std::string{}; }},
});

constexpr std::array stress = std::to_array<Option<Stress>>({
    {'\0', "rate", Takes::value,
     [](Value v, Stress& c) { return read_rate_range(v, c.rate_low, c.rate_high); }},
    {'\0', "steps", Takes::value,
     [](Value v, Stress& c) { return read_count(v, 1, steps_max, c.steps); }},
    {'\0', "step-time", Takes::value, set_step_time},
    {'\0', "stop-loss", Takes::value,
     [](Value v, Stress& c) { return read_percent(v, c.stop_loss); }},
    {'\0', "stop-p99", Takes::value,
     [](Value v, Stress& c) { return read_timeout(v, c.stop_p99.emplace()); }},
    {'\0', "ignore-retry-after", Takes::nothing,
     [](Value, Stress& c) { return c.ignore_retry_after = true, std::string{}; }},
    {'\0', "recovery-time", Takes::value, set_recovery_time},
    {'\0', "svg", Takes::value, set_svg},
});

}  // namespace

std::span<const Option<PortsConfig>> ports_options() noexcept {
    return ports;
}

std::span<const Option<PingConfig>> ports_shared_options() {
    static const Shared shared = [] {
        Shared chosen;
        add_shared(path_names, chosen);
        return chosen;
    }();
    return shared;
}

bool needs_host(std::string_view spelled) noexcept {
    return std::ranges::find(box_names, spelled) == box_names.end();
}

std::span<const Option<StressConfig>> stress_options() noexcept {
    return stress;
}

std::span<const Option<PingConfig>> stress_shared_options() {
    static const Shared shared = [] {
        Shared chosen;
        add_shared(path_names, chosen);
        add_shared(stress_only_names, chosen);
        return chosen;
    }();
    return shared;
}

}  // namespace sipping::config
