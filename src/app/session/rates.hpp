// How many probes a second may go to somebody else's box, and what is said before it bans us.
#pragma once

#include <string>

#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::app {

inline constexpr double rate_refused_per_s = 50;  ///< above this --mine is needed
inline constexpr double rate_noted_per_s = 5;     ///< above this SBCs are known to ban

/// Probes a second.
[[nodiscard]] double rate_of(const target::Target& target);

/// Why so many a second may not go to this address; empty: they may.
[[nodiscard]] std::string rate_refused(const config::PingConfig& config, const Address& address,
                                       double rate);

/// Of all targets, added up by address, since ports share one box. Throws UsageError when one may
/// not be; returns a note about the first one that may ban us, or nothing.
[[nodiscard]] std::string check_rates(const config::PingConfig& config,
                                      const target::TargetTable& targets);

}  // namespace sipping::app
