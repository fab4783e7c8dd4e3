#include <array>

#include "sipping/base/values.hpp"
#include "sipping/config/options.hpp"
#include "sipping/config/words.hpp"

namespace sipping::config {
namespace {

using Value = std::string_view;
using Respond = RespondConfig;

constexpr Duration delay_max = 1min;  // an answer held longer is late for every prober
constexpr std::size_t reason_max = 128;
constexpr std::uint64_t capacity_max = 1'000'000;  // answers a second; more than anybody asks
constexpr std::uint64_t retry_after_max = 86'400;  // seconds, a day

std::string read_delay(Value value, Respond& config) {
    const auto delay = parse_duration(value, 1ms);
    if (!delay) return "not a time (e.g. 20, 250us, 1.5s; a bare number is milliseconds)";
    if (*delay > delay_max) return "must be at most 1 minute";
    config.delay = *delay;
    return {};
}

std::string read_reason(Value value, Respond& config) {
    if (value.empty()) return "must not be empty";
    if (value.size() > reason_max) return "too long (128 characters at most)";
    config.reason = value;
    return {};
}

std::string read_beyond(Value value, Respond& config) {
    static constexpr Choices<Beyond, 2> choices{
        {{"drop", Beyond::drop}, {"503", Beyond::unavailable}}};
    return read_choice(value, choices, config.beyond.emplace());
}

constexpr std::array<Option<Respond>, 17> options{{
    {'p', "port", Takes::value, [](Value v, Respond& c) { return read_port(v, c.port); }},
    {'\0', "bind", Takes::value, [](Value v, Respond& c) { return read_bind(v, c.bind); }},
    {'4', "", Takes::nothing, [](Value, Respond& c) { return c.v6 = false, std::string{}; }},
    {'6', "", Takes::nothing, [](Value, Respond& c) { return c.v4 = false, std::string{}; }},
    {'\0', "code", Takes::value,
     [](Value v, Respond& c) { return read_count(v, 100, 699, c.code); }},
    {'\0', "reason", Takes::value, read_reason},
    {'\0', "delay", Takes::value, read_delay},
    {'\0', "drop", Takes::value,
     [](Value v, Respond& c) { return read_percent(v, c.drop_percent); }},
    {'\0', "seed", Takes::value,
     [](Value v, Respond& c) { return read_count(v, 0, UINT64_MAX, c.seed.emplace()); }},
    {'\0', "capacity", Takes::value,
     [](Value v, Respond& c) { return read_count(v, 1, capacity_max, c.capacity_per_s); }},
    {'\0', "beyond", Takes::value, read_beyond},
    {'\0', "retry-after", Takes::value,
     [](Value v, Respond& c) {
         return read_count(v, 0, retry_after_max, c.retry_after_s.emplace());
     }},
    {'\0', "max-rate", Takes::value,
     [](Value v, Respond& c) { return read_count(v, 1, capacity_max, c.max_rate_per_s); }},
    {'\0', "duration", Takes::value,
     [](Value v, Respond& c) { return read_run_time(v, c.duration); }},
    {'q', "quiet", Takes::nothing, [](Value, Respond& c) { return c.quiet = true, std::string{}; }},
    {'\0', "spin", Takes::nothing, [](Value, Respond& c) { return c.spin = true, std::string{}; }},
    {'\0', "io", Takes::value, [](Value v, Respond& c) { return read_io(v, c.io); }},
}};

}  // namespace

std::span<const Option<RespondConfig>> respond_options() noexcept {
    return options;
}

}  // namespace sipping::config
