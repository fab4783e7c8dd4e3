// What a PingConfig means for each part of a run: the options structs of network, engine and
// console. Values in, values out.
#pragma once

#include "net/network.hpp"
#include "session/targets.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/console/console.hpp"
#include "sipping/probe/engine.hpp"

namespace sipping::app {

/// The original's way of showing things suits: one target, at up to 20 probes a second.
[[nodiscard]] bool slow_and_single(const config::PingConfig& config, const Targets& targets);

[[nodiscard]] net::NetworkOptions network_options(const config::PingConfig& config,
                                                  const Targets& targets);
[[nodiscard]] probe::EngineOptions engine_options(const config::PingConfig& config,
                                                  const Targets& targets, const Key& key);
/// Looks at the terminal and at NO_COLOR.
[[nodiscard]] console::ConsoleOptions console_options(const config::PingConfig& config,
                                                      const Targets& targets);
/// Burn a core for exact send times?
[[nodiscard]] bool shall_spin(const config::PingConfig& config, const Targets& targets);

}  // namespace sipping::app
