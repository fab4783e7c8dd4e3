// Layers below IP: Ethernet and its tags, MPLS, PPP, NSH.
#include <algorithm>
#include <array>

#include "sipping/trace/layers.hpp"

namespace sipping::trace {
namespace {

using Kind = Layer::Kind;

constexpr std::uint16_t ether_ipv4 = 0x0800;
constexpr std::uint16_t ether_vlan = 0x8100;
constexpr std::uint16_t ether_ipv6 = 0x86dd;
constexpr std::uint16_t ether_bridged = 0x6558;  // RFC 1701: transparent Ethernet bridging
constexpr std::uint16_t ether_ppp = 0x880b;
constexpr std::uint16_t ether_mpls = 0x8847;
constexpr std::uint16_t ether_mpls_multicast = 0x8848;
constexpr std::uint16_t ether_stag = 0x88a8;
constexpr std::uint16_t ether_macsec = 0x88e5;
constexpr std::uint16_t ether_backbone = 0x88e7;  // MAC in MAC, 802.1ah
constexpr std::uint16_t ether_vntag = 0x8926;
constexpr std::uint16_t ether_etag = 0x893f;  // 802.1BR
constexpr std::uint16_t ether_nsh = 0x894f;
constexpr std::uint16_t ether_old_stag = 0x9100;  // before 802.1ad
constexpr std::uint16_t ether_trill = 0x22f3;
constexpr std::uint16_t lowest_type = 0x0600;  // below are lengths
constexpr std::size_t ethernet_size = 14;

Layer of_type(std::uint16_t type, Bytes bytes) noexcept {
    return {.kind = Kind::typed, .type = type, .bytes = bytes};
}

/// The type is `at`, what it is about `then`.
Layer typed(Bytes bytes, std::size_t at, std::size_t then) noexcept {
    if (bytes.size() < then) return {};
    return of_type(u16(bytes, at), bytes.subspan(then));
}

Layer in_ethernet(Bytes frame) noexcept {
    if (frame.size() < ethernet_size) return {};
    if (u16(frame, 12) >= lowest_type) return typed(frame, 12, ethernet_size);
    constexpr std::array<std::uint8_t, 6> snap{0xaa, 0xaa, 3, 0, 0, 0};  // 802.2: RFC 1042
    const Bytes rest = frame.subspan(ethernet_size);
    const bool is_snap = rest.size() >= 8 && std::equal(snap.begin(), snap.end(), rest.begin());
    return is_snap ? typed(rest, 6, 8) : Layer{};
}

/// The tag tells whether what it protects is encrypted as well (802.1AE section 9.5).
Layer in_macsec(Bytes tag) noexcept {
    constexpr std::uint8_t encrypted = 0x08, changed = 0x04, has_channel = 0x20;
    if (tag.empty()) return {};
    if ((tag[0] & (encrypted | changed)) != 0) return Layer::skip(Skipped::macsec);
    const std::size_t size = (tag[0] & has_channel) != 0 ? 14 : 6;
    return typed(tag, size, size + 2);
}

Layer in_pppoe(Bytes bytes) noexcept {
    constexpr std::size_t header_size = 6;
    if (bytes.size() < header_size || bytes[0] != 0x11 || bytes[1] != 0) return {};
    const Bytes rest = bytes.subspan(header_size);
    return {.kind = Kind::ppp,
            .bytes = rest.first(std::min<std::size_t>(u16(bytes, 4), rest.size()))};
}

Layer in_typed(std::uint16_t type, Bytes bytes) noexcept {
    switch (type) {
        case ether_ipv4:
        case ether_ipv6: return {.kind = Kind::ip, .bytes = bytes};
        case ether_vlan:
        case ether_stag:
        case ether_old_stag: return typed(bytes, 2, 4);
        case ether_vntag: return typed(bytes, 4, 6);
        case ether_etag: return typed(bytes, 6, 8);
        case ether_mpls:
        case ether_mpls_multicast: return {.kind = Kind::mpls, .bytes = bytes};
        case ether_bridged: return {.kind = Kind::ethernet, .bytes = bytes};
        case ether_backbone: return {.kind = Kind::ethernet, .bytes = behind(bytes, 4)};
        case ether_pppoe: return in_pppoe(bytes);
        case ether_ppp: return {.kind = Kind::ppp, .bytes = bytes};
        case ether_nsh: return {.kind = Kind::nsh, .bytes = bytes};
        case ether_macsec: return in_macsec(bytes);
        case ether_trill: return Layer::skip(Skipped::trill);
        default: return {};
    }
}

/// Behind the last label nothing says what follows: IP has its version in front, a pseudowire a
/// control word (RFC 4385) or nothing, and the addresses of Ethernet may look like any of these.
Layer behind_labels(Bytes bytes) noexcept {
    constexpr std::size_t control_word = 4;
    constexpr std::uint8_t associated_channel = 1;  // about a pseudowire, not in it (RFC 4385)
    const std::uint8_t first = bytes.empty() ? associated_channel : bytes[0] >> 4;
    for (const bool exact : {true, false}) {
        if (const Bytes rest = behind(bytes, control_word); first == 0 && is_ethernet(rest, exact))
            return {.kind = Kind::ethernet, .bytes = rest};
        if (const Layer plain = ip_or_ethernet(bytes, exact); plain.kind != Kind::other)
            return plain;
    }
    return first == associated_channel ? Layer{} : Layer::skip(Skipped::mpls_other);
}

Layer in_mpls(Bytes bytes) noexcept {
    constexpr int labels_max = 16;
    constexpr std::uint8_t bottom = 1;
    constexpr std::size_t label_size = 4;
    for (int labels = 0; labels < labels_max; ++labels) {
        if (bytes.size() < label_size) return {};
        const bool last = (bytes[2] & bottom) != 0;
        bytes = bytes.subspan(label_size);
        if (last) return behind_labels(bytes);
    }
    return Layer::skip(Skipped::too_deep);
}

/// Bridged frames (RFC 3518 section 4.2), without the check sum that may be behind them.
Layer in_bridged(Bytes bytes) noexcept {
    constexpr std::uint8_t ethernet = 1, has_lan = 0x40;
    if (bytes.size() < 2 || bytes[1] != ethernet) return {};
    return {.kind = Kind::ethernet, .bytes = behind(bytes, (bytes[0] & has_lan) != 0 ? 6 : 2)};
}

Layer in_ppp(Bytes bytes) noexcept {
    if (bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 3) bytes = bytes.subspan(2);
    if (bytes.size() < 2) return {};
    const bool short_form = (bytes[0] & 1) != 0;  // RFC 1661 section 6.5
    const std::uint16_t protocol = short_form ? bytes[0] : u16(bytes, 0);
    const Bytes rest = bytes.subspan(short_form ? 1 : 2);
    switch (protocol) {
        case 0x0021:
        case 0x0057: return {.kind = Kind::ip, .bytes = rest};
        case 0x0281:
        case 0x0283: return {.kind = Kind::mpls, .bytes = rest};
        case 0x0031: return in_bridged(rest);
        case 0x003d:
        case 0x0053:
        case 0x0055:
        case 0x00fb:
        case 0x00fd: return Layer::skip(Skipped::ppp_other);
        default: return {};
    }
}

/// Network service header (RFC 8300 section 2.2).
Layer in_nsh(Bytes bytes) noexcept {
    if (bytes.size() < 8) return {};
    const std::size_t size = (bytes[1] & 0x3fU) * std::size_t{4};
    if (size < 8) return {};
    const Bytes rest = behind(bytes, size);
    switch (bytes[3]) {
        case 1:
        case 2: return {.kind = Kind::ip, .bytes = rest};
        case 3: return {.kind = Kind::ethernet, .bytes = rest};
        case 4: return {.kind = Kind::nsh, .bytes = rest};
        case 5: return {.kind = Kind::mpls, .bytes = rest};
        default: return {};
    }
}

}  // namespace

Layer next_layer(const Layer& layer) noexcept {
    switch (layer.kind) {
        case Kind::ethernet: return in_ethernet(layer.bytes);
        case Kind::typed: return in_typed(layer.type, layer.bytes);
        case Kind::mpls: return in_mpls(layer.bytes);
        case Kind::ppp: return in_ppp(layer.bytes);
        case Kind::nsh: return in_nsh(layer.bytes);
        case Kind::other:
        case Kind::ip:
        case Kind::skipped: break;
    }
    return layer;
}

bool is_ip(Bytes bytes, bool exact) noexcept {
    const auto packet = read_ip(bytes);
    if (!packet || !exact) return packet.has_value();
    constexpr std::size_t padding_max = 64;  // of a short frame, and its check sum
    const bool has_length = u16(bytes, bytes[0] >> 4 == 4 ? 2 : 4) != 0;
    return has_length && !packet->cut && bytes.size() - packet->whole.size() <= padding_max;
}

bool is_ethernet(Bytes bytes, bool exact) noexcept {
    Layer layer = in_ethernet(bytes);
    constexpr int tags_max = 4;
    for (int tags = 0; layer.kind == Kind::typed && tags < tags_max; ++tags) {
        layer = in_typed(layer.type, layer.bytes);
        if (layer.kind == Kind::ip) return is_ip(layer.bytes, exact);
    }
    return layer.kind != Kind::typed && layer.kind != Kind::other;
}

Layer ip_or_ethernet(Bytes bytes, bool exact) noexcept {
    if (is_ethernet(bytes, exact)) return {.kind = Kind::ethernet, .bytes = bytes};
    if (is_ip(bytes, exact)) return {.kind = Kind::ip, .bytes = bytes};
    return {};
}

Layer ip_or_ethernet(Bytes bytes) noexcept {
    const Layer exact = ip_or_ethernet(bytes, true);
    return exact.kind != Kind::other ? exact : ip_or_ethernet(bytes, false);
}

}  // namespace sipping::trace
