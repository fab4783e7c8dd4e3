#include "sipping/probe/endpoint_index.hpp"

#include <algorithm>
#include <tuple>

namespace sipping::probe {
namespace {

auto key_of(const Address& address) noexcept {
    return std::tie(address.family, address.bytes, address.scope);
}

}  // namespace

bool EndpointIndex::before(const Entry& a, const Entry& b) noexcept {
    const auto x = key_of(a.endpoint.address);
    const auto y = key_of(b.endpoint.address);
    if (x != y) return x < y;
    return std::tie(a.endpoint.port, a.target) < std::tie(b.endpoint.port, b.target);
}

EndpointIndex::EndpointIndex(const target::TargetTable& targets) {
    entries_.reserve(targets.size() + 1);
    for (std::uint32_t i = 0; i < targets.size(); ++i)
        if (!targets[i].unknown) entries_.push_back({targets[i].endpoint, i});
    std::sort(entries_.begin(), entries_.end(), before);
}

Sender EndpointIndex::sender(const Endpoint& endpoint) const noexcept {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), Entry{endpoint, 0}, before);
    if (found != entries_.end() && found->endpoint == endpoint) return {found->target, false};
    return {target_at(endpoint.address), true};
}

std::uint32_t EndpointIndex::target_at(const Address& address) const noexcept {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), Entry{Endpoint{address, 0}, 0}, before);
    return found != entries_.end() && found->endpoint.address == address ? found->target
                                                                         : every_target;
}

void EndpointIndex::moved(std::uint32_t target, const Endpoint& old, const Endpoint& now) {
    const Entry gone{old, target};
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), gone, before);
    if (found != entries_.end() && found->endpoint == old && found->target == target)
        entries_.erase(found);
    join(target, now);
}

void EndpointIndex::join(std::uint32_t target, const Endpoint& endpoint) {
    const Entry entry{endpoint, target};
    entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry, before), entry);
}

}  // namespace sipping::probe
