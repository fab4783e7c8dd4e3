// From what the user named to what is probed: target lists read, names resolved, one request
// template per endpoint. All before the first probe; may block.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_table.hpp"
#include "sipping/wire/request_template.hpp"

namespace sipping::app {

/// Something the user has to put right; main prints it and exits with 3.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Targets {
    target::TargetTable table;
    std::vector<wire::RequestTemplate> requests;
    std::vector<std::string> unresolved;  ///< messages; the other targets run
    std::optional<Address> source;        ///< the address that all of them see, if it is one

    [[nodiscard]] bool uses(Family family) const noexcept;
};

/// Throws UsageError for a malformed target, an unreadable file, or a request that cannot be made.
[[nodiscard]] Targets load_targets(const config::PingConfig& config);

/// Refuses more than 50 probes a second to one address off loopback without --mine (UsageError);
/// returns a note for the user when more than 5 go to one, else an empty string.
[[nodiscard]] std::string check_rates(const config::PingConfig& config,
                                      const target::TargetTable& targets);

}  // namespace sipping::app
