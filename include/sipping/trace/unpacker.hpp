// The captured frames of one side, each unwrapped down to the innermost IP packet; fragments are
// put together on the way, of a tunnel's packets and of those within. Counts what it could not
// read. Hostile input: each layer takes bytes off the front, and there are at most layers_max.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sipping/trace/fragments.hpp"
#include "sipping/trace/layers.hpp"

namespace sipping::trace {

class Unpacker {
public:
    static constexpr int layers_max = 32;

    /// The innermost packet, whole; nothing when there is none, or not yet. Its views are valid
    /// until the next call.
    [[nodiscard]] std::optional<IpPacket> take(const FrameView& frame);
    /// The first fragment of a datagram, when take() gave nothing for it; cut, as it were. Nobody
    /// knows yet whether the others come. Valid as long.
    [[nodiscard]] const std::optional<IpPacket>& first_piece() const noexcept { return piece_; }
    /// The frames that this packet came in.
    [[nodiscard]] std::span<const FrameView> frames() const noexcept { return frames_; }

    /// A packet that take() gave out and in which there was no SIP over UDP.
    void note_unread(const IpPacket& packet) noexcept;
    /// Some that were not given to take().
    void note_unread(Skipped why, std::uint64_t packets) noexcept { skipped_.add(why, packets); }
    [[nodiscard]] const SkippedCounts& skipped() const noexcept { return skipped_; }
    [[nodiscard]] const Fragments& fragments() const noexcept { return fragments_; }

private:
    [[nodiscard]] std::optional<IpPacket> unwrap(Layer layer, int depth) noexcept;

    Fragments fragments_;
    std::optional<IpPacket> piece_;
    std::vector<FrameView> frames_;
    SkippedCounts skipped_;
};

}  // namespace sipping::trace
