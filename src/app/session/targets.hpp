// From what the user named to what is probed: target lists read, names resolved as far as the start
// waits for that, one request template per endpoint. All before the first probe; may block.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/first_lookups.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_spec.hpp"
#include "sipping/target/target_table.hpp"
#include "sipping/wire/request_template.hpp"

namespace sipping::app {

/// A target that was named by a host name: it may point elsewhere one day, or nowhere yet.
struct NamedTarget {
    std::uint32_t target = 0;
    target::TargetSpec spec;
    std::uint32_t lookup = 0;  ///< the number of its first lookup, which may still be under way
    std::string error;         ///< non-empty: why that one failed
};

struct Targets {
    target::TargetTable table;
    std::vector<wire::RequestTemplate> requests;
    std::vector<CodePolicy> policies;  ///< by Target::policy; each one that there is, once
    std::vector<NamedTarget> names;    ///< with --all-addresses those alone that are unknown
    std::optional<Address> source;     ///< the address that all of them see, if it is one

    [[nodiscard]] bool uses(Family family) const noexcept;
    /// Some have an address; some have none (yet).
    [[nodiscard]] bool any_known() const noexcept;
    [[nodiscard]] bool any_unknown() const noexcept;
    /// The address that the ports get, if any: --bind, or in a flood the one all targets see.
    [[nodiscard]] std::optional<Address> bound_to(const config::PingConfig& config) const;
};

/// Reads and resolves, and tells on stderr that a rate may get us banned. Targets whose names do
/// not resolve, or have not yet, are in the table as unknown ones. Throws UsageError for a
/// malformed target, an unreadable file, a request that cannot be made, and for more than 50 probes
/// a second to one address off loopback without --mine.
[[nodiscard]] Targets open_targets(const config::PingConfig& config, Lookups& lookups, Await await);
/// For a command about a single host: an empty table when its name does not resolve, which is told.
[[nodiscard]] Targets open_host(const config::PingConfig& config);
/// A line for each name that failed; for the first twenty of many.
void tell_unresolved(const config::PingConfig& config, const Targets& targets);

/// Gives a target its address, or another one of the same family, and the request that goes with
/// it. Returns why it may not be probed there (a rate that needs --mine); then nothing has changed.
[[nodiscard]] std::string give_address(const config::PingConfig& config, Targets& targets,
                                       const NamedTarget& named, const Address& address);

}  // namespace sipping::app
