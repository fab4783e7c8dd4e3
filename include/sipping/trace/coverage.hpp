// Which time the captures of one side cover, and how far they can be believed: a packet that they
// lack proves something only if they would have it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sipping/base/instant.hpp"

namespace sipping::trace {

class Coverage {
public:
    /// Between files of a capture that changes files, it is not known that it went on. A longer
    /// silence than that counts as a hole.
    static constexpr Duration bridged = 60s;

    /// One file: its first and last packet.
    void add_file(WallTime first, WallTime last);
    /// Packets that the capture says it lost.
    void add_dropped(std::uint64_t packets) noexcept { dropped_ += packets; }

    enum class Where : std::uint8_t { inside, before, after, hole };
    /// Of a moment of the captures' clock.
    [[nodiscard]] Where where(WallTime at) const noexcept;
    [[nodiscard]] bool covers(WallTime from, WallTime to) const noexcept;

    [[nodiscard]] bool empty() const noexcept { return spans_.empty(); }
    [[nodiscard]] WallTime first() const noexcept { return spans_.front().first; }
    [[nodiscard]] WallTime last() const noexcept { return spans_.back().last; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    struct Span {
        WallTime first;
        WallTime last;
    };
    std::vector<Span> spans_;  ///< in order, apart
    std::uint64_t dropped_ = 0;
};

}  // namespace sipping::trace
