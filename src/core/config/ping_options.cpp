#include <array>

#include "sipping/base/values.hpp"
#include "sipping/config/options.hpp"
#include "sipping/config/words.hpp"

namespace sipping::config {
namespace {

using Value = std::string_view;
using Ping = PingConfig;

constexpr std::uint64_t count_max = 1'000'000'000'000;
constexpr std::uint64_t window_max = 1'000'000;
constexpr std::uint64_t ports_max = 65'000;
constexpr std::uint64_t identities_min = 1024;
constexpr std::uint64_t identities_max = 16'000'000;
constexpr std::uint64_t run_max = 1000;  // --fall, --rise
constexpr Duration late_window_max = 1h;

/// Sets one flag; the setters of plain flags are all of this shape.
template <bool Ping::*flag>
std::string set_flag(Value, Ping& config) {
    config.*flag = true;
    return {};
}

/// Any text, but not an empty one; the wire module judges whether it makes a request.
template <std::string Ping::*field>
std::string set_text(Value value, Ping& config) {
    if (value.empty()) return "must not be empty";
    config.*field = value;
    return {};
}

template <std::string Ping::*field, std::string (*check)(Value)>
std::string set_checked(Value value, Ping& config) {
    config.*field = value;
    return check(value);
}

std::string set_interval(Value value, Ping& config) {
    config.interval_given = true;
    return read_interval(value, config.interval);
}

std::string set_via_address(Value value, Ping& config) {
    const auto close = value.starts_with('[') ? value.find(']') : Value::npos;
    const auto behind = close == Value::npos ? Value{} : value.substr(close + 1);
    const auto colon = value.find(':');
    const bool one_colon = colon != Value::npos && colon == value.rfind(':');
    if (behind.starts_with(':') || (one_colon && check_host(value.substr(0, colon)).empty()))
        return "takes no port, the one that a probe leaves from stands there";
    if (close != Value::npos && behind.empty()) value = value.substr(1, close - 1);
    config.via_address = value;
    return check_host(value);
}

std::string set_log(Value value, Ping& config) {
    if (value.empty()) return "must not be empty ('*' for no log)";
    config.log = value != "*";
    if (config.log) config.log_path = value;
    return {};
}

std::string set_target_file(Value value, Ping& config) {
    if (value.empty()) return "must not be empty ('-' for standard input)";
    config.target_file = value;
    return {};
}

std::string set_family(Family family, Ping& config) {
    if (config.family && *config.family != family) return "excludes -4, give one or none";
    config.family = family;
    return {};
}

std::string set_window(Value value, Ping& config) {
    config.window_given = true;
    return read_count(value, 1, window_max, config.window);
}

std::string set_no_spin(Value, Ping& config) {
    if (config.spin == Spin::on) return "excludes --spin, give one or none";
    config.spin = Spin::off;
    return {};
}

std::string set_ports(Value value, Ping& config) {
    config.ports_given = true;
    return read_count(value, 1, ports_max, config.ports);
}

std::string set_port_policy(Value value, Ping& config) {
    static constexpr Choices<PortPolicy, 3> choices{{{"rotate", PortPolicy::rotate},
                                                     {"fresh", PortPolicy::fresh},
                                                     {"fixed", PortPolicy::fixed}}};
    return read_choice(value, choices, config.port_policy);
}

std::string set_answer(Value value, Ping& config) {
    static constexpr Choices<AnswerTo, 3> choices{
        {{"all", AnswerTo::all}, {"asked", AnswerTo::asked}, {"none", AnswerTo::none}}};
    return read_choice(value, choices, config.answer);
}

std::string set_late_window(Value value, Ping& config) {
    const auto window = parse_duration(value, 1s);
    if (!window) return "not a time (e.g. 32, 500ms, 2m; a bare number is seconds)";
    if (*window > late_window_max) return "must be at most 1 hour";
    config.late_window = *window;
    return {};
}

std::string set_resolve_every(Value value, Ping& config) {
    if (value == "never") return config.resolve_every = Duration::zero(), std::string{};
    const auto time = parse_duration(value, 1s);
    if (!time || *time < 1s || *time > interval_max)
        return "must be 1 s to 1 day, or never (e.g. 30, 5m, 1h; a bare number is seconds)";
    config.resolve_every = *time;
    return {};
}

std::string set_csv(Value value, Ping& config) {
    static constexpr Choices<CsvForm, 2> choices{
        {{"full", CsvForm::full}, {"classic", CsvForm::classic}}};
    return read_choice(value, choices, config.csv);
}

std::string set_color(Value value, Ping& config) {
    static constexpr Choices<ColorMode, 3> choices{{{"auto", ColorMode::automatic},
                                                    {"always", ColorMode::always},
                                                    {"never", ColorMode::never}}};
    return read_choice(value, choices, config.color);
}

std::string set_no_color(Value, Ping& config) {
    if (config.color == ColorMode::always) return "excludes --color always, give one or none";
    config.color = ColorMode::never;
    return {};
}

// Setters run in this order, so of two that exclude each other the later one complains.
constexpr std::array options = std::to_array<Option<Ping>>({
    // The original's.
    {'I', "interval", Takes::value, set_interval},
    {'u', "user", Takes::value, set_checked<&Ping::user, check_uri_user>},
    {'i', "via-address", Takes::value, set_via_address},
    {'d', "domain", Takes::value, set_checked<&Ping::domain, check_uri_host>},
    {'p', "port", Takes::value, [](Value v, Ping& c) { return read_port(v, c.port); }},
    {'\0', "ttl", Takes::value,
     [](Value v, Ping& c) { return read_count(v, 0, 255, c.max_forwards); }},
    {'w', "log", Takes::value, set_log},
    {'t', "timeout", Takes::value, [](Value v, Ping& c) { return read_timeout(v, c.timeout); }},
    {'c', "count", Takes::value,
     [](Value v, Ping& c) { return read_count(v, 1, count_max, c.count); }},
    {'x', "print-sent", Takes::nothing, set_flag<&Ping::print_sent>},
    {'X', "print-received", Takes::nothing, set_flag<&Ping::print_received>},
    {'q', "quiet", Takes::nothing, set_flag<&Ping::quiet>},
    {'S', "no-statistics", Takes::nothing, set_flag<&Ping::no_statistics>},
    // Targets and names.
    {'f', "file", Takes::value, set_target_file},
    {'\0', "all-addresses", Takes::nothing, set_flag<&Ping::all_addresses>},
    {'\0', "resolve-every", Takes::value, set_resolve_every},
    {'4', "", Takes::nothing, [](Value, Ping& c) { return set_family(Family::v4, c); }},
    {'6', "", Takes::nothing, [](Value, Ping& c) { return set_family(Family::v6, c); }},
    // Pace.
    {'\0', "rate", Takes::value,
     [](Value v, Ping& c) { return read_rate(v, c.rate_per_s.emplace()); }},
    {'\0', "flood", Takes::nothing, set_flag<&Ping::flood>},
    {'\0', "window", Takes::value, set_window},
    {'\0', "duration", Takes::value, [](Value v, Ping& c) { return read_run_time(v, c.duration); }},
    {'\0', "spin", Takes::nothing, [](Value, Ping& c) { return c.spin = Spin::on, std::string{}; }},
    {'\0', "no-spin", Takes::nothing, set_no_spin},
    {'\0', "mine", Takes::nothing, set_flag<&Ping::mine>},
    // The request.
    {'\0', "user-agent", Takes::value,
     [](Value v, Ping& c) { return c.user_agent = v, std::string{}; }},
    {'\0', "header", Takes::values,
     [](Value v, Ping& c) { return c.headers.emplace_back(v), std::string{}; }},
    {'\0', "request-uri", Takes::value, set_checked<&Ping::request_uri, check_uri>},
    {'\0', "from", Takes::value, set_text<&Ping::from>},
    {'\0', "to", Takes::value, set_text<&Ping::to>},
    {'\0', "contact", Takes::value, set_text<&Ping::contact>},
    {'\0', "site", Takes::value, set_checked<&Ping::site, check_site>},
    // Ports and path.
    {'\0', "ports", Takes::value, set_ports},
    {'\0', "port-policy", Takes::value, set_port_policy},
    {'\0', "port-range", Takes::value,
     [](Value v, Ping& c) { return read_port_range(v, c.port_low, c.port_high); }},
    {'\0', "bind", Takes::value, [](Value v, Ping& c) { return read_bind(v, c.bind); }},
    {'\0', "device", Takes::value, set_checked<&Ping::device, check_device>},
    {'\0', "dscp", Takes::value, [](Value v, Ping& c) { return read_dscp(v, c.dscp); }},
    {'\0', "io", Takes::value, [](Value v, Ping& c) { return read_io(v, c.io); }},
    {'\0', "answer", Takes::value, set_answer},
    // Judging and telling.
    {'\0', "late-window", Takes::value, set_late_window},
    {'\0', "identities", Takes::value,
     [](Value v, Ping& c) { return read_count(v, identities_min, identities_max, c.identities); }},
    {'\0', "fall", Takes::value,
     [](Value v, Ping& c) { return read_count(v, 1, run_max, c.fall); }},
    {'\0', "rise", Takes::value,
     [](Value v, Ping& c) { return read_count(v, 1, run_max, c.rise); }},
    {'\0', "down-codes", Takes::value,
     [](Value v, Ping& c) { return read_codes(v, c.codes.down); }},
    {'\0', "maintenance-codes", Takes::value,
     [](Value v, Ping& c) { return read_codes(v, c.codes.maintenance); }},
    {'\0', "max-loss", Takes::value,
     [](Value v, Ping& c) { return read_percent(v, c.max_loss_percent.emplace()); }},
    {'\0', "csv", Takes::value, set_csv},
    {'\0', "rotate", Takes::value,
     [](Value v, Ping& c) { return read_rotation(v, c.rotate_every, c.rotate_bytes); }},
    {'\0', "compress", Takes::nothing, set_flag<&Ping::compress>},
    {'\0', "json", Takes::nothing, set_flag<&Ping::json>},
    {'v', "verbose", Takes::nothing, set_flag<&Ping::verbose>},
    {'\0', "color", Takes::value, set_color},
    {'\0', "no-color", Takes::nothing, set_no_color},
    {'\0', "dry-run", Takes::nothing, set_flag<&Ping::dry_run>},
});

}  // namespace

std::span<const Option<PingConfig>> ping_options() noexcept {
    return options;
}

}  // namespace sipping::config
