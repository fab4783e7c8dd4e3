#include "sipping/trace/unpacker.hpp"

namespace sipping::trace {

/// Down to a packet that holds no other, or to a fragment.
std::optional<IpPacket> Unpacker::unwrap(Layer layer, int depth) noexcept {
    for (; depth < layers_max; ++depth) {
        if (layer.kind == Layer::Kind::skipped) skipped_.add(layer.why);
        if (layer.kind == Layer::Kind::skipped || layer.kind == Layer::Kind::other)
            return std::nullopt;
        if (layer.kind != Layer::Kind::ip) {
            layer = next_layer(layer);
            continue;
        }
        auto packet = read_ip(layer.bytes);
        if (!packet) return std::nullopt;
        packet->depth = static_cast<std::uint8_t>(depth);
        if (packet->fragment) return packet;
        layer = inside(*packet);
        if (layer.kind == Layer::Kind::other) return packet;
    }
    skipped_.add(Skipped::too_deep);
    return std::nullopt;
}

std::optional<IpPacket> Unpacker::take(const FrameView& frame) {
    frames_.assign(1, frame);
    piece_.reset();
    auto packet = unwrap(first_layer(frame.link, frame.bytes), 0);
    while (packet && packet->fragment) {
        piece_.reset();
        if (packet->fragment_at == 0) {
            piece_ = packet;
            piece_->fragment = false;
            piece_->cut = true;
        }
        packet = fragments_.add(*packet, frames_);
        if (!packet) return std::nullopt;
        frames_.assign(fragments_.frames().begin(), fragments_.frames().end());
        const Layer layer = inside(*packet);
        if (layer.kind != Layer::Kind::other) packet = unwrap(layer, packet->depth + 1);
    }
    return packet;
}

void Unpacker::note_unread(const IpPacket& packet) noexcept {
    const Skipped why = why_skipped(packet);
    if (why != Skipped::nothing) skipped_.add(why);
}

}  // namespace sipping::trace
