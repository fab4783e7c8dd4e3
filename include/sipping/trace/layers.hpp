// What IP packets are wrapped in: link layers, tags and labels below them, tunnels in others of
// their kind. A step a layer; who takes the steps (unpacker.hpp) counts them. Pure bytes to views;
// hostile input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sipping/trace/frame.hpp"
#include "sipping/trace/skipped.hpp"

namespace sipping::trace {

/// The next layer, and its bytes from its first one on.
struct Layer {
    enum class Kind : std::uint8_t {
        other,  ///< nothing with IP in it, or broken
        ethernet,
        typed,  ///< what the EtherType `type` says
        mpls,
        ppp,
        nsh,
        ip,
        skipped,  ///< `why` says what
    };
    Kind kind = Kind::other;
    std::uint16_t type = 0;
    Skipped why{};
    Bytes bytes{};

    [[nodiscard]] static Layer skip(Skipped why) noexcept {
        return {.kind = Kind::skipped, .why = why};
    }
};

/// Link types as capture files number them (tcpdump.org/linktypes.html).
[[nodiscard]] bool reads_link(int link) noexcept;
/// "Ethernet", "Linux cooked v1", "802.11 (link type 105)", "link type 4711".
[[nodiscard]] std::string link_words(int link);

/// The outermost one of a frame.
[[nodiscard]] Layer first_layer(int link, Bytes frame) noexcept;
/// What is in a layer that is neither ip nor skipped.
[[nodiscard]] Layer next_layer(const Layer& layer) noexcept;
/// What is in a whole packet that is a tunnel: IP in IP, GRE, and those over UDP, told by their
/// ports and their headers. `other` of one that is none.
[[nodiscard]] Layer inside(const IpPacket& packet) noexcept;
/// What it is if there may be SIP in it that is not read: over TCP, encrypted.
[[nodiscard]] Skipped why_skipped(const IpPacket& packet) noexcept;

// For the files of layers alone. What nothing names is told by its looks; `exact`: it is also as
// long as it says.
[[nodiscard]] bool is_ip(Bytes bytes, bool exact) noexcept;
/// An Ethernet header with IP, or one more layer, behind it.
[[nodiscard]] bool is_ethernet(Bytes bytes, bool exact) noexcept;
[[nodiscard]] Layer ip_or_ethernet(Bytes bytes, bool exact) noexcept;
/// Exactly if there is such a one.
[[nodiscard]] Layer ip_or_ethernet(Bytes bytes) noexcept;
inline constexpr std::uint16_t ether_pppoe = 0x8864;

}  // namespace sipping::trace
