#include "sipping/trace/flows.hpp"

#include <functional>
#include <string_view>

namespace sipping::trace {

std::size_t AddressHash::operator()(const Address& address) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

std::size_t Flows::Hash::operator()(const Flow& flow) const noexcept {
    std::size_t hash = 0;
    for (const Endpoint* end : {&flow.source, &flow.destination}) {
        hash = hash * 31 + AddressHash{}(end->address);
        hash = hash * 31 + end->port;
    }
    return hash;
}

Flows::Index Flows::add(const Flow& flow) {
    const auto [found, added] = index_.try_emplace(flow, static_cast<Index>(all_.size() + 1));
    if (added) all_.push_back(&found->first);
    return found->second;
}

}  // namespace sipping::trace
