// Probes counted by what became of them, and what of that is received, lost, and how much per cent:
// the same in the console's tables and in a look back.
#pragma once

#include <array>
#include <cstdint>

#include "sipping/result/probe_result.hpp"

namespace sipping::stats {

class KindCounts {
public:
    void add(Kind kind) noexcept { ++counts_[static_cast<std::size_t>(kind)]; }
    void merge(const KindCounts& other) noexcept {
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += other.counts_[i];
    }
    [[nodiscard]] std::uint64_t operator[](Kind kind) const noexcept {
        return counts_[static_cast<std::size_t>(kind)];
    }
    /// reply + provisional
    [[nodiscard]] std::uint64_t received() const noexcept {
        return (*this)[Kind::reply] + (*this)[Kind::provisional];
    }
    /// timeout + icmp
    [[nodiscard]] std::uint64_t lost() const noexcept {
        return (*this)[Kind::timeout] + (*this)[Kind::icmp];
    }
    /// lost / (received + lost) * 100; 0 when nothing is decided
    [[nodiscard]] double loss_percent() const noexcept {
        const std::uint64_t decided = received() + lost();
        if (decided == 0) return 0.0;
        return static_cast<double>(lost()) * 100.0 / static_cast<double>(decided);
    }

private:
    std::array<std::uint64_t, kind_count> counts_{};
};

}  // namespace sipping::stats
