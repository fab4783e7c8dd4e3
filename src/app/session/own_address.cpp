#include "session/own_address.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "net/resolve.hpp"

namespace sipping::app {
namespace {

constexpr Duration look_every = 500ms;
// Four system calls each, which probes that are due meanwhile wait for.
constexpr std::size_t targets_at_once = 16;
constexpr Duration between = 1ms;

}  // namespace

OwnAddress::OwnAddress(const config::PingConfig& config, Targets& targets, Prober& prober,
                       Instant start)
    : config_(config), targets_(targets), prober_(prober) {
    if (config.via_address || targets.bound_to(config)) return;
    next_ = start;  // and something may have changed since the requests were made
}

void OwnAddress::tick(const ClockReading& reading) {
    if (reading.now < next_) return;
    const std::size_t all = targets_.table.size();
    if (target_ == all && routes_.changed()) {
        target_ = 0;
        told_.clear();
    }
    const std::size_t end = std::min(all, target_ + targets_at_once);
    while (target_ < end)
        look_at(target_++);
    next_ = reading.now + (target_ < all ? between : look_every);
}

void OwnAddress::look_at(std::size_t target) {
    if (targets_.table[target].unknown) return;
    const Endpoint& endpoint = targets_.table[target].endpoint;
    const auto source = net::source_address(endpoint, std::nullopt, config_.device);
    if (!source) return;  // no route: the sends say so, and Via stays as it was
    wire::RequestTemplate& request = targets_.requests[target];
    const std::string was(request.via_host());
    const std::string now = to_host(*source);
    if (was == now || !request.set_via_host(now)) return;
    std::string text = fmt::format("note: requests leave from {} now, not from {}", now, was);
    if (text == told_) return;
    prober_.tell(text);
    told_ = std::move(text);
}

}  // namespace sipping::app
