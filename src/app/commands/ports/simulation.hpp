// The original, played: a new socket per probe, closed at its timeout, at a rate that answers do
// not slow down. Sends nothing.
#pragma once

#include "commands/ports/report.hpp"
#include "io/signals.hpp"
#include "net/udp_socket.hpp"
#include "text/progress.hpp"

namespace sipping::app {

/// Sets the soft limit of descriptors to `soft_limit` while it plays: the original never raised it.
[[nodiscard]] SimulationReport play_original(const config::PortsConfig& config,
                                             const net::SocketSettings& settings, Family family,
                                             std::uint64_t soft_limit, io::Signals& signals,
                                             Progress& progress);
/// Takes one queued signal; true when it asks to end.
[[nodiscard]] bool asked_to_end(io::Signals& signals);

}  // namespace sipping::app
