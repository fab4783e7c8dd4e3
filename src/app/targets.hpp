// From what the user named to what is probed: target lists read, names resolved, one request
// template per endpoint. All before the first probe; may block.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_spec.hpp"
#include "sipping/target/target_table.hpp"
#include "sipping/wire/request_template.hpp"

namespace sipping::app {

/// Something the user has to put right; main prints it and exits with 3.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A line for people; stderr, so that stdout stays data. Before and after a run: within one use
/// Prober::tell().
void tell(std::string_view text);

/// A target whose address came from its name, which may point elsewhere one day.
struct NamedTarget {
    std::uint32_t target = 0;
    target::TargetSpec spec;
};

struct Targets {
    target::TargetTable table;
    std::vector<wire::RequestTemplate> requests;
    std::vector<NamedTarget> names;       ///< without --all-addresses
    std::vector<std::string> unresolved;  ///< messages; the other targets run
    std::optional<Address> source;        ///< the address that all of them see, if it is one

    [[nodiscard]] bool uses(Family family) const noexcept;
    /// The address that the ports get, if any: --bind, or in a flood the one all targets see.
    [[nodiscard]] std::optional<Address> bound_to(const config::PingConfig& config) const;
};

/// Reads, resolves, and tells on stderr which names did not resolve and that a rate may get us
/// banned. Throws UsageError for a malformed target, an unreadable file, a request that cannot be
/// made, and for more than 50 probes a second to one address off loopback without --mine. An empty
/// table: no name resolved.
[[nodiscard]] Targets open_targets(const config::PingConfig& config);

/// Gives a target another address of the same family, and the request that goes with it. Says why
/// not when it may not go there (a rate that needs --mine); then nothing has changed.
[[nodiscard]] std::string move_target(const config::PingConfig& config, Targets& targets,
                                      const NamedTarget& named, const Address& address);

}  // namespace sipping::app
