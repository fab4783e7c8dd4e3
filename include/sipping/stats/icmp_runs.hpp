// Which ICMP errors are told where few lines are wanted: of each target the first one, and, when it
// answers again or the run ends, the last one with their number. A dead host sends one for each
// probe.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::stats {

struct IcmpTold {
    WallTime at{};
    Endpoint asked;
    std::uint64_t call_id = 0;
    IcmpError error;
    std::uint64_t count = 0;  ///< since the first one, which is among them
};

class IcmpRuns {
public:
    explicit IcmpRuns(std::size_t targets) : runs_(targets) {}

    /// True when this one is the first.
    [[nodiscard]] bool add(std::uint32_t target, const IcmpTold& error) noexcept {
        const std::uint64_t before = runs_[target].count;
        runs_[target] = error;
        runs_[target].count = before + 1;
        return before == 0;
    }
    /// The last one; its count is 0 or 1 when there is nothing more to tell. The next is a first.
    [[nodiscard]] IcmpTold end(std::uint32_t target) noexcept {
        return std::exchange(runs_[target], {});
    }

private:
    std::vector<IcmpTold> runs_;
};

}  // namespace sipping::stats
