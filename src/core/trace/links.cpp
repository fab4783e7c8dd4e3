// The link types of captures.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sipping/trace/layers.hpp"

namespace sipping::trace {
namespace {

using Kind = Layer::Kind;

/// netfilter's log: values of different kinds, one of which is the packet. Their sizes are in the
/// byte order of the box that wrote the file, which the file may have or not.
Layer netfilter_log(Bytes bytes) noexcept {
    constexpr std::uint16_t payload = 9;
    constexpr std::size_t header_size = 4;
    const auto packet_in = [](Bytes rest, bool swapped) -> Bytes {
        const auto number = [&](std::size_t at) {
            return static_cast<std::uint16_t>(swapped ? rest[at + 1] << 8 | rest[at]
                                                      : u16(rest, at));
        };
        while (rest.size() >= header_size) {
            const std::size_t size = number(0);
            if (size < header_size) return {};
            if ((number(2) & 0x7fffU) == payload)
                return rest.subspan(header_size, std::min(size, rest.size()) - header_size);
            rest = behind(rest, (size + 3) / 4 * 4);
        }
        return {};
    };
    const Bytes values = behind(bytes, header_size);
    for (const bool swapped : {true, false})
        if (const Bytes packet = packet_in(values, swapped); !packet.empty())
            return {.kind = Kind::ip, .bytes = packet};
    return {};
}

/// The EtherType stands `at`, the packet `then`.
template <std::size_t at, std::size_t then>
Layer typed(Bytes frame) noexcept {
    if (frame.size() < then) return {};
    return {.kind = Kind::typed, .type = u16(frame, at), .bytes = frame.subspan(then)};
}

template <Kind kind>
Layer whole(Bytes frame) noexcept {
    return {.kind = kind, .bytes = frame};
}

/// A family number is in front that each system has its own of: the IP header tells as well.
Layer loopback(Bytes frame) noexcept {
    return {.kind = Kind::ip, .bytes = behind(frame, 4)};
}

Layer pppoe(Bytes frame) noexcept {
    return {.kind = Kind::typed, .type = ether_pppoe, .bytes = frame};
}

/// PPP in HDLC-like framing, or what Cisco puts there.
Layer ppp_or_cisco(Bytes frame) noexcept {
    const bool cisco = !frame.empty() && (frame[0] == 0x0f || frame[0] == 0x8f);
    return cisco ? typed<2, 4>(frame) : whole<Kind::ppp>(frame);
}

/// A byte in front says in which direction.
Layer directed_ppp(Bytes frame) noexcept {
    return {.kind = Kind::ppp, .bytes = behind(frame, 1)};
}

/// pppd's: the direction stands where PPP has its address.
Layer pppd(Bytes frame) noexcept {
    const bool has_address = frame.size() >= 2 && frame[0] <= 1 && frame[1] == 3;
    return {.kind = Kind::ppp, .bytes = behind(frame, has_address ? 2 : 0)};
}

struct Link {
    int number;
    Layer (*read)(Bytes) noexcept;  ///< nullptr: not read
    std::string_view name;
};

constexpr auto links = std::to_array<Link>({
    {1, whole<Kind::ethernet>, "Ethernet"},
    {113, typed<14, 16>, "Linux cooked v1"},
    {276, typed<0, 20>, "Linux cooked v2"},
    {101, whole<Kind::ip>, "raw IP"},
    {12, whole<Kind::ip>, "raw IP"},  // 12 and 14: as some systems number it
    {14, whole<Kind::ip>, "raw IP"},
    {228, whole<Kind::ip>, "raw IPv4"},
    {229, whole<Kind::ip>, "raw IPv6"},
    {0, loopback, "BSD loopback"},
    {108, loopback, "BSD loopback"},
    {9, whole<Kind::ppp>, "PPP"},
    {50, ppp_or_cisco, "PPP"},
    {51, pppoe, "PPPoE"},
    {166, pppd, "PPP"},
    {204, directed_ppp, "PPP"},
    {104, typed<2, 4>, "Cisco HDLC"},
    {219, whole<Kind::mpls>, "MPLS"},
    {239, netfilter_log, "netfilter log"},
    {105, nullptr, "802.11"},
    {107, nullptr, "frame relay"},
    {127, nullptr, "802.11 with radiotap"},
    {192, nullptr, "PPI"},
    {252, nullptr, "Wireshark's upper PDUs"},
});

const Link* find(int number) noexcept {
    const auto* found = std::ranges::find(links, number, &Link::number);
    return found == links.end() ? nullptr : found;
}

}  // namespace

bool reads_link(int link) noexcept {
    const Link* known = find(link);
    return known != nullptr && known->read != nullptr;
}

std::string link_words(int link) {
    const Link* known = find(link);
    if (known == nullptr) return fmt::format("link type {}", link);
    if (known->read == nullptr) return fmt::format("{} (link type {})", known->name, link);
    return std::string{known->name};
}

Layer first_layer(int link, Bytes frame) noexcept {
    const Link* known = find(link);
    if (known == nullptr || known->read == nullptr) return Layer::skip(Skipped::link_type);
    return known->read(frame);
}

}  // namespace sipping::trace
