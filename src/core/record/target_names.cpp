#include "sipping/record/target_names.hpp"

#include <algorithm>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/letters.hpp"

namespace sipping::record {
namespace {

constexpr std::size_t compared_max = 64;  // letters of a name: more do not make it more similar

}  // namespace

std::string plain_target(std::string_view name) {
    if (const auto address = parse_address(name)) return to_string(*address);
    const std::size_t close = name.find(']');
    if (name.starts_with('[') && close != name.npos)
        if (const auto address = parse_address(name.substr(1, close - 1))) {
            const std::string_view behind = name.substr(close + 1);
            if (behind.empty()) return to_string(*address);
            return '[' + to_string(*address) + ']' + std::string{behind};
        }
    return lower_case(name);
}

TargetNames::TargetNames(std::span<const std::string> wanted) {
    for (const std::string& name : wanted)
        wanted_.push_back({.written = name, .plain = plain_target(name)});
}

bool TargetNames::has(std::string_view target, std::string_view host) {
    if (all()) return true;
    const std::string plain = plain_target(target);
    const std::string address = plain_target(host);
    bool found = false;
    for (Wanted& one : wanted_)
        if (one.plain == plain || one.plain == address) one.found = found = true;
    for (const std::string_view name : {target, host})
        if (!name.empty() && seen_.size() < seen_max && seen_.find(name) == seen_.end())
            seen_.emplace(name);
    return found;
}

std::vector<std::string> TargetNames::missing() const {
    std::vector<std::string> names;
    if (seen_.empty()) return names;
    for (const Wanted& one : wanted_)
        if (!one.found) names.push_back(one.written);
    return names;
}

std::vector<std::string> TargetNames::near(std::string_view name) const {
    const std::string wanted = plain_target(name).substr(0, compared_max);
    std::vector<std::pair<std::size_t, std::string>> by_distance;
    for (const std::string& seen : seen_) {
        const std::string plain = plain_target(seen).substr(0, compared_max);
        const bool part = !wanted.empty() && plain.find(wanted) != plain.npos;
        const std::size_t off = part ? 0 : edit_distance(wanted, plain);
        const bool similar = off * 2 <= std::max(wanted.size(), plain.size());
        if (similar || seen_.size() <= near_max) by_distance.emplace_back(off, seen);
    }
    std::ranges::sort(by_distance);
    std::vector<std::string> names;
    for (const auto& [off, seen] : by_distance)
        if (names.size() < near_max) names.push_back(seen);
    return names;
}

}  // namespace sipping::record
