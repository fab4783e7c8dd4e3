// Puts IP fragments together (RFC 791 section 3.2, RFC 8200 section 4.5), within bounds: what is
// incomplete for too long, or too much of it at once, is forgotten, oldest first. Keeps the frames
// they came in, so that they can be written down as they were captured.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/trace/frame.hpp"

namespace sipping::trace {

/// A frame as it was captured.
struct FrameView {
    WallTime at{};
    std::uint32_t length = 0;  ///< on the wire
    int link = 0;
    Bytes bytes;
};

class Fragments {
public:
    static constexpr std::size_t datagrams_max = 256;
    static constexpr std::size_t pieces_max = 128;  ///< of one datagram
    static constexpr std::size_t frames_max = 512;  ///< that one datagram came in
    static constexpr std::size_t size_max = 65535;
    static constexpr std::size_t kept_max = 64 * 1024 * 1024;  ///< bytes of frames waiting
    static constexpr Duration patience = 30s;  ///< RFC 1122 section 3.3.2: 60 s; losses come sooner

    /// A fragment, and the frames it came in: more than one when it was in fragments itself, the
    /// last one the newest. Returns the whole packet when this was the last piece of it; its views,
    /// and frames(), are valid until the next but one call.
    [[nodiscard]] std::optional<IpPacket> add(const IpPacket& piece,
                                              std::span<const FrameView> frames);
    /// Those that the packet came in.
    [[nodiscard]] std::span<const FrameView> frames() const noexcept { return done_[at_].views; }
    /// Datagrams given up, for lack of a piece or of room.
    [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }
    /// These, and those that still lack a piece.
    [[nodiscard]] std::uint64_t incomplete() const noexcept { return given_up_ + partials_.size(); }

private:
    using Buffer = std::vector<std::uint8_t>;
    struct Piece {
        std::uint32_t at = 0;
        Buffer bytes;
    };
    struct Partial {
        IpPacket head;  ///< its views are of no use
        WallTime first{};
        std::uint32_t size = 0;  ///< of the whole; 0: its end has not come
        Buffer header;           ///< of the first piece
        std::vector<Piece> pieces;
        std::size_t kept = 0;          ///< bytes in `frames`
        std::vector<FrameView> views;  ///< of `frames`
        std::list<Buffer> frames;
        Buffer joined;
    };

    [[nodiscard]] std::list<Partial>::iterator find(const IpPacket& piece);
    [[nodiscard]] static bool join(Partial& partial);
    void keep(Partial& partial, const IpPacket& piece, std::span<const FrameView> frames);
    void forget_old(WallTime now);
    void erase(std::list<Partial>::iterator partial);

    std::list<Partial> partials_;  ///< oldest first
    Partial done_[2];              ///< a packet in fragments may be in one that was in fragments
    std::size_t at_ = 0;
    std::size_t kept_ = 0;
    std::uint64_t given_up_ = 0;
};

}  // namespace sipping::trace
