#include "session/targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "net/resolve.hpp"
#include "session/rates.hpp"
#include "session/requests.hpp"
#include "session/target_input.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/target/target_spec.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t names_told = 20;  // of those that do not resolve; the rest is counted

/// Those to probe of what was found; with --all-addresses, all of them.
std::vector<Address> addresses_of(const config::PingConfig& config, const target::TargetSpec& spec,
                                  net::Resolved found) {
    if (spec.literal) return {*spec.literal};
    if (!config.all_addresses && found.addresses.size() > 1) found.addresses.resize(1);
    return std::move(found.addresses);
}

/// Where a target is asked; without an address one that is not known yet.
Endpoint endpoint_of(const config::PingConfig& config, const target::TargetSpec& spec,
                     const std::optional<Address>& address) {
    const Address unknown{.family = family_wanted(config).value_or(Family::v4)};
    return {address.value_or(unknown), port_of(config, spec)};
}

void check_request(const wire::RequestFields& fields) {
    if (const std::string error = wire::RequestTemplate::check(fields); !error.empty())
        throw UsageError(error);
}

}  // namespace

bool Targets::uses(Family family) const noexcept {
    return std::any_of(table.begin(), table.end(), [family](const target::Target& target) {
        return !target.unknown && target.endpoint.address.family == family;
    });
}

bool Targets::any_known() const noexcept {
    return !std::all_of(table.begin(), table.end(),
                        [](const target::Target& target) { return target.unknown; });
}

bool Targets::any_unknown() const noexcept {
    return std::any_of(table.begin(), table.end(),
                       [](const target::Target& target) { return target.unknown; });
}

// A socket with an address is found sooner by the kernel (2 % of the cost of a probe); one without
// survives it when the box changes its address, which a flood need not.
std::optional<Address> Targets::bound_to(const config::PingConfig& config) const {
    return config.flood && !config.bind ? source : config.bind;
}

namespace {

/// The number of the policy that judges this target's responses.
std::uint32_t policy_of(const config::PingConfig& config, const target::TargetSpec& spec,
                        std::vector<CodePolicy>& policies) {
    const CodePolicy own{.down = spec.down_codes.value_or(config.codes.down),
                         .maintenance = spec.maintenance_codes.value_or(config.codes.maintenance)};
    const auto known = std::find(policies.begin(), policies.end(), own);
    const auto index = static_cast<std::uint32_t>(known - policies.begin());
    if (known == policies.end()) policies.push_back(own);
    return index;
}

void add_endpoint(const config::PingConfig& config, const target::TargetSpec& spec,
                  const std::optional<Address>& address, std::string name, Targets& targets) {
    const Endpoint endpoint = endpoint_of(config, spec, address);
    std::optional<Address> source;
    if (address) source = net::source_address(endpoint, config.bind, config.device);
    if (targets.table.empty())
        targets.source = source;
    else if (targets.source != source)
        targets.source.reset();
    const wire::RequestFields fields = request_fields(config, spec, endpoint, source);
    check_request(fields);
    targets.requests.emplace_back(fields);
    targets.table.push_back({.endpoint = endpoint,
                             .interval = spec.interval.value_or(config.interval),
                             .timeout = spec.timeout.value_or(config.timeout),
                             .policy = policy_of(config, spec, targets.policies),
                             .name = std::move(name),
                             .unknown = !address});
}

Targets load_targets(const config::PingConfig& config, Lookups& lookups, Await await) {
    Targets targets;
    // What the user has to put right is told before a name server is waited for.
    const std::vector<target::TargetSpec> specs = read_targets(config);
    std::vector<net::Resolved> found = first_lookups(config, specs, lookups, await);
    for (std::uint32_t i = 0; i < specs.size(); ++i) {
        const target::TargetSpec& spec = specs[i];
        std::string error = std::move(found[i].error);
        const std::vector<Address> addresses = addresses_of(config, spec, std::move(found[i]));
        if (!spec.literal && (addresses.empty() || !config.all_addresses))
            targets.names.push_back({.target = static_cast<std::uint32_t>(targets.table.size()),
                                     .spec = spec,
                                     .lookup = i,
                                     .error = std::move(error)});
        if (addresses.empty()) add_endpoint(config, spec, std::nullopt, spec.name, targets);
        for (const Address& address : addresses)
            add_endpoint(config, spec, address,
                         addresses.size() > 1
                             ? fmt::format("{} ({})", spec.name, to_string(address))
                             : spec.name,
                         targets);
    }
    if (config.rate_per_s) {
        const double interval_ns =
            1e9 * static_cast<double>(targets.table.size()) / *config.rate_per_s;
        for (target::Target& target : targets.table)
            target.interval =
                Duration{std::max<std::int64_t>(1, static_cast<std::int64_t>(interval_ns))};
    }
    return targets;
}

}  // namespace

Targets open_targets(const config::PingConfig& config, Lookups& lookups, Await await) {
    Targets targets = load_targets(config, lookups, await);
    if (const std::string note = check_rates(config, targets.table); !note.empty())
        tell(fmt::format("note: {}", note));
    return targets;
}

Targets open_host(const config::PingConfig& config) {
    Lookups lookups;
    Targets targets = open_targets(config, lookups, Await::all);
    if (targets.any_known()) return targets;
    tell_unresolved(config, targets);
    return {};
}

void tell_unresolved(const config::PingConfig& config, const Targets& targets) {
    std::size_t failed = 0;
    for (const NamedTarget& named : targets.names)
        if (!named.error.empty() && ++failed <= names_told)
            tell(cannot_resolve(config, named.spec.host, named.error));
    if (failed > names_told)
        tell(fmt::format("and {} not resolve",
                         counted(failed - names_told, "more name does", "more names do")));
}

std::string give_address(const config::PingConfig& config, Targets& targets,
                         const NamedTarget& named, const Address& address) {
    target::Target& target = targets.table[named.target];
    const Endpoint endpoint{address, target.endpoint.port};
    // In mid-run, perhaps among 100,000 targets: no table of all rates as at the start.
    double rate = rate_of(target);
    for (const target::Target& other : targets.table)
        if (&other != &target && !other.unknown && other.endpoint.address == address)
            rate += rate_of(other);
    if (std::string wrong = rate_refused(config, address, rate); !wrong.empty()) return wrong;
    const auto source = net::source_address(endpoint, targets.bound_to(config), config.device);
    const auto fields = request_fields(config, named.spec, endpoint, source);
    if (std::string wrong = wire::RequestTemplate::check(fields); !wrong.empty()) return wrong;
    targets.requests[named.target] = wire::RequestTemplate(fields);
    target.endpoint = endpoint;
    target.unknown = false;
    return {};
}

}  // namespace sipping::app
