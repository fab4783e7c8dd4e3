// The options of `sipping trace`.
#include <algorithm>
#include <array>

#include "sipping/base/parse.hpp"
#include "sipping/config/options.hpp"
#include "sipping/config/words.hpp"

namespace sipping::config {
namespace {

using Value = std::string_view;
using Trace = TraceConfig;

std::string set_call_id(Value value, std::optional<CallIdWord>& call_id) {
    const std::size_t at = value.find('@');
    const auto number = parse_count(value.substr(0, at), 0, 9'999'999'999);
    if (!number || value.substr(0, at).size() != 10)
        return "no Call-ID of ours (ten digits, as in the log)";
    call_id = {*number, at == value.npos ? std::string{} : std::string{value.substr(at + 1)}};
    return {};
}

constexpr std::array trace = std::to_array<Option<Trace>>({
    {'\0', "far", Takes::values, [](Value v, Trace& c) { return add_text(v, c.far); }},
    {'\0', "near", Takes::values, [](Value v, Trace& c) { return add_text(v, c.near); }},
    {'\0', "call-id", Takes::value, [](Value v, Trace& c) { return set_call_id(v, c.call_id); }},
    {'\0', "from", Takes::value, [](Value v, Trace& c) { return read_text(v, c.from); }},
    {'\0', "to", Takes::value, [](Value v, Trace& c) { return read_text(v, c.to); }},
    {'\0', "target", Takes::values, [](Value v, Trace& c) { return add_text(v, c.targets); }},
    {'\0', "tz", Takes::value, [](Value v, Trace& c) { return read_text(v, c.zone); }},
    {'\0', "ladder", Takes::value, [](Value v, Trace& c) { return set_call_id(v, c.ladder); }},
    {'\0', "write-pcap", Takes::value,
     [](Value v, Trace& c) { return read_text(v, c.write_pcap); }},
    {'\0', "json", Takes::nothing, [](Value, Trace& c) { return c.json = true, std::string{}; }},
    {'\0', "csv", Takes::nothing, [](Value, Trace& c) { return c.csv = true, std::string{}; }},
    {'q', "quiet", Takes::nothing, [](Value, Trace& c) { return c.quiet = true, std::string{}; }},
});

}  // namespace

std::span<const Option<TraceConfig>> trace_options() noexcept {
    return trace;
}

std::string check(const TraceConfig& config) {
    if (config.logs.empty()) return "trace needs a log: sipping trace sipping-logs --far FAR.pcap";
    if (config.far.empty())
        return "trace needs a capture of the far end: --far FAR.pcap (or -, standard input)";
    if (config.json && config.csv) return "--json and --csv exclude each other";
    if (config.ladder && (config.json || config.csv))
        return "--ladder is drawn, it goes without --json and --csv";
    if (config.ladder && config.call_id) return "--ladder names a Call-ID: leave out --call-id";
    std::ptrdiff_t inputs = 0;
    for (const auto* names : {&config.logs, &config.far, &config.near})
        inputs += std::count(names->begin(), names->end(), "-");
    if (inputs > 1) return "standard input (-) can be read once";
    return {};
}

}  // namespace sipping::config
