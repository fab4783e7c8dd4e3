// The prober's own health, gathered from everything that counts something.
#pragma once

#include "session/reporter.hpp"
#include "sipping/probe/engine.hpp"
#include "sipping/probe/transport.hpp"
#include "sipping/stats/health.hpp"

namespace sipping::app {

/// Reads /proc for the conntrack table, too. For the tables, not for every turn of the loop.
[[nodiscard]] stats::Health collect_health(const probe::Engine& engine, probe::Transport& network,
                                           const Reporter& reporter);

}  // namespace sipping::app
