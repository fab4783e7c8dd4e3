// Whose endpoint is this: from an address and port that something came from to the target that is
// asked there. Rare business (strays), so a sorted list. Several targets at one endpoint: the
// first.
#pragma once

#include <cstdint>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::probe {

class EndpointIndex {
public:
    /// Of all targets that have an address.
    explicit EndpointIndex(const target::TargetTable& targets);

    /// The target asked at this endpoint; every_target when there is none.
    [[nodiscard]] std::uint32_t target_at(const Endpoint& endpoint) const noexcept;
    /// Some target is asked at this address, whatever the port.
    [[nodiscard]] bool asks(const Address& address) const noexcept;
    /// This target has got its address.
    void join(std::uint32_t target, const Endpoint& endpoint);
    /// This target is asked at `now` from here on.
    void moved(std::uint32_t target, const Endpoint& before, const Endpoint& now);

private:
    struct Entry {
        Endpoint endpoint;
        std::uint32_t target = 0;
    };
    static bool before(const Entry& a, const Entry& b) noexcept;

    std::vector<Entry> entries_;
};

}  // namespace sipping::probe
