// Which targets are there twice.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "sipping/base/letters.hpp"
#include "sipping/base/values.hpp"
#include "sipping/target/target_list.hpp"

namespace sipping::target {
namespace {

constexpr std::size_t lines_told_max = 5;

/// What two targets have in common that are the same one: where it is asked, and for what.
std::string key_of(const TargetSpec& spec, const Defaults& defaults) {
    TargetSpec plain = spec;
    plain.host = lower_case(plain.host);
    if (plain.host.ends_with('.')) plain.host.pop_back();
    const Endpoint endpoint{spec.literal.value_or(Address{}),
                            spec.port != 0 ? spec.port : defaults.port};
    const std::string host = uri_host(plain, endpoint);
    const std::string own =
        plain.uri_user.empty() ? "sip:" + host : fmt::format("sip:{}@{}", plain.uri_user, host);
    const std::string_view uri =
        spec.request_uri
            ? std::string_view{*spec.request_uri}
            : (defaults.request_uri.empty() ? std::string_view{own} : defaults.request_uri);
    return fmt::format("{}%{} {}", host, endpoint.address.scope, uri);
}

/// Whether the words behind them make different requests, or call them by different names.
bool differ(const TargetSpec& one, const TargetSpec& other) {
    const auto words = [](const TargetSpec& spec) {
        return std::tie(spec.user, spec.domain, spec.from, spec.to, spec.contact, spec.headers,
                        spec.interval, spec.timeout, spec.down_codes, spec.maintenance_codes);
    };
    const bool both_named = one.name != one.text && other.name != other.text;
    return words(one) != words(other) || (both_named && one.name != other.name);
}

struct Repeated {
    std::size_t first;  ///< index of the one that stays
    std::vector<std::uint32_t> lines;
    std::uint32_t times = 1;
    bool differ = false;
};

/// " (lines 1, 3 of gw.txt)"; nothing when all are on the command line.
std::string places_of(const Repeated& repeated, const TargetList& list) {
    std::string lines;
    for (const std::uint32_t line : repeated.lines)
        if (line != 0) lines += fmt::format("{}{}", lines.empty() ? "" : ", ", line);
    if (lines.empty()) return {};
    if (repeated.times > repeated.lines.size()) lines += ", ...";
    return fmt::format(" ({}{} {} of {})", repeated.lines[0] == 0 ? "on the command line, " : "",
                       lines.find(',') == std::string::npos ? "line" : "lines", lines,
                       shown(list.file));
}

std::string note_on(const Repeated& repeated, const TargetList& list) {
    const std::string times =
        repeated.times == 2 ? "twice" : fmt::format("{} times", repeated.times);
    return fmt::format("'{}' is there {}{}; it is probed once{}",
                       shown(list.specs[repeated.first].text), times, places_of(repeated, list),
                       repeated.differ ? ", with the words of the first (another request-uri= "
                                         "would make it another target)"
                                       : "");
}

}  // namespace

void take_out_repeats(const Defaults& defaults, TargetList& list) {
    std::unordered_map<std::string, std::size_t> kept;  // key to index in the new list
    std::vector<Repeated> found;                        // of each index that stays
    std::vector<TargetSpec> specs;
    for (TargetSpec& spec : list.specs) {
        const auto [entry, is_new] = kept.emplace(key_of(spec, defaults), specs.size());
        if (is_new) {
            found.push_back({.first = specs.size(), .lines = {spec.line}});
            specs.push_back(std::move(spec));
            continue;
        }
        Repeated& repeated = found[entry->second];
        ++repeated.times;
        repeated.differ = repeated.differ || differ(specs[repeated.first], spec);
        if (repeated.lines.size() < lines_told_max) repeated.lines.push_back(spec.line);
    }
    list.specs = std::move(specs);
    for (const Repeated& repeated : found)
        if (repeated.times > 1) list.notes.add(note_on(repeated, list));
}

void tell_names_apart(TargetList& list) {
    std::unordered_map<std::string, std::uint32_t> times;
    for (const TargetSpec& spec : list.specs)
        ++times[spec.name];
    std::unordered_set<std::string> told;
    std::unordered_set<std::string> taken;
    for (TargetSpec& spec : list.specs) {
        const std::string name = spec.name;
        if (times[name] > 1) {
            if (spec.text != name) spec.name = fmt::format("{} ({})", name, spec.text);
            for (std::uint32_t number = 2; taken.contains(spec.name); ++number)
                spec.name = fmt::format("{} ({}, {})", name, spec.text, number);
            if (told.insert(name).second)
                list.notes.add(
                    fmt::format("{} targets are called '{}'; they are told apart as '{}' "
                                "and so on",
                                times[name], shown(name), shown(spec.name)));
        }
        taken.insert(spec.name);
    }
}

}  // namespace sipping::target
