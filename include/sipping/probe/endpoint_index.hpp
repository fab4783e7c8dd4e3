// Who sent this: from an address and port that something came from to the target asked there.
// Rare business (strays), but at a forger's pace: a sorted list, searched by halves.
//
// From another port of an asked host it is that host's all the same: a far end may answer from
// where it was not asked. Several targets at one endpoint, or at a host whose other port sent it:
// nothing in it tells which was meant. The first one stands for all of them in rows, and a loss of
// any of them has it beside it.
#pragma once

#include <cstdint>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::probe {

struct Sender {
    std::uint32_t target = every_target;  ///< the first of those asked there; every_target: nobody
    bool other_port = false;              ///< no target is asked at this port of its host
};

class EndpointIndex {
public:
    /// Of all targets that have an address.
    explicit EndpointIndex(const target::TargetTable& targets);

    /// The target asked at this endpoint, else at this address.
    [[nodiscard]] Sender sender(const Endpoint& endpoint) const noexcept;
    /// The first target asked at this address, whatever the port; every_target when there is none.
    [[nodiscard]] std::uint32_t target_at(const Address& address) const noexcept;
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
