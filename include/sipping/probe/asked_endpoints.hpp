// Where each target's probes go, and where those that are still out went: a name may move to
// another address during a run. The address of a probe is told by a generation kept with it.
#pragma once

#include <cstdint>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::probe {

class AskedEndpoints {
public:
    /// `kept` is how long a probe is remembered; `targets` is where the newest endpoints are, and
    /// must outlive this.
    AskedEndpoints(const target::TargetTable& targets, Duration kept)
        : targets_(targets), kept_(kept), generation_(targets.size()) {}

    /// Of the probes that leave now.
    [[nodiscard]] std::uint8_t generation(std::uint32_t target) const noexcept {
        return generation_[target];
    }
    /// What a probe of that generation asked. (After 256 moves within `kept` a generation comes
    /// again.)
    [[nodiscard]] const Endpoint& of(std::uint32_t target, std::uint8_t generation) const noexcept {
        const Endpoint& newest = targets_[target].endpoint;
        return generation == generation_[target] ? newest : earlier(target, generation, newest);
    }
    /// The target table has just got another endpoint for this target, which was at `before`. What
    /// came until `read_until` has been read: answers that wait since then are to older probes.
    void moved(std::uint32_t target, const Endpoint& before, Instant now, Instant read_until);

private:
    struct Earlier {
        std::uint32_t target;
        std::uint8_t generation;
        Endpoint endpoint;
        Instant forget_at;
    };
    [[nodiscard]] const Endpoint& earlier(std::uint32_t target, std::uint8_t generation,
                                          const Endpoint& newest) const noexcept;

    const target::TargetTable& targets_;
    Duration kept_;
    std::vector<std::uint8_t> generation_;
    std::vector<Earlier> earlier_;  ///< the newest last
};

}  // namespace sipping::probe
