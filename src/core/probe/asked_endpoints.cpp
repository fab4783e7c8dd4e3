#include "sipping/probe/asked_endpoints.hpp"

#include <algorithm>

namespace sipping::probe {

void AskedEndpoints::moved(std::uint32_t target, const Endpoint& before, Instant now,
                           Instant read_until) {
    std::erase_if(earlier_, [&](const Earlier& past) { return past.forget_at <= read_until; });
    earlier_.push_back({.target = target,
                        .generation = generation_[target]++,
                        .endpoint = before,
                        .forget_at = now + kept_});
}

const Endpoint& AskedEndpoints::earlier(std::uint32_t target, std::uint8_t generation,
                                        const Endpoint& newest) const noexcept {
    const auto found = std::find_if(earlier_.rbegin(), earlier_.rend(), [&](const Earlier& past) {
        return past.target == target && past.generation == generation;
    });
    return found == earlier_.rend() ? newest : found->endpoint;
}

}  // namespace sipping::probe
