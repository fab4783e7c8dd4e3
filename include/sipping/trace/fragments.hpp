// Puts IP fragments together (RFC 791 section 3.2, RFC 8200 section 4.5), within bounds: what is
// incomplete for too long, or too much of it at once, is forgotten, oldest first. Keeps the frames
// they came in, so that they can be written down as they were captured.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/trace/frame.hpp"

namespace sipping::trace {

struct CapturedFrame {
    WallTime at{};
    std::uint32_t length = 0;  ///< on the wire
    std::vector<std::uint8_t> bytes;
};

class Fragments {
public:
    static constexpr std::size_t datagrams_max = 256;
    static constexpr std::size_t pieces_max = 128;  ///< of one datagram
    static constexpr std::size_t size_max = 65535;
    static constexpr Duration patience = 30s;  ///< RFC 1122 section 3.3.2: 60 s; losses come sooner

    /// A fragment as it was captured. Returns the whole packet when this was the last piece of it;
    /// its views, and frames(), are valid until the next call.
    [[nodiscard]] std::optional<IpPacket> add(const IpPacket& piece, WallTime at, Bytes frame,
                                              std::uint32_t length);
    /// Those that the packet came in.
    [[nodiscard]] const std::vector<CapturedFrame>& frames() const noexcept { return done_.frames; }
    /// Datagrams given up, for lack of a piece or of room.
    [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }

private:
    struct Piece {
        std::uint32_t at = 0;
        std::vector<std::uint8_t> bytes;
    };
    struct Partial {
        IpPacket head;  ///< its views are of no use
        WallTime first{};
        std::uint32_t size = 0;            ///< of the whole; 0: its end has not come
        std::vector<std::uint8_t> header;  ///< of the first piece
        std::vector<Piece> pieces;
        std::vector<CapturedFrame> frames;
    };

    [[nodiscard]] std::list<Partial>::iterator find(const IpPacket& piece);
    [[nodiscard]] bool join(Partial& partial);

    std::list<Partial> partials_;  ///< oldest first
    Partial done_;
    std::vector<std::uint8_t> joined_;
    std::uint64_t given_up_ = 0;
};

}  // namespace sipping::trace
