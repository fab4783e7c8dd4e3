#include "sipping/trace/fragments.hpp"

#include <algorithm>

namespace sipping::trace {

std::list<Fragments::Partial>::iterator Fragments::find(const IpPacket& piece) {
    return std::find_if(partials_.begin(), partials_.end(), [&](const Partial& partial) {
        return partial.head.id == piece.id && partial.head.source == piece.source &&
               partial.head.destination == piece.destination;
    });
}

std::optional<IpPacket> Fragments::add(const IpPacket& piece, WallTime at, Bytes frame,
                                       std::uint32_t length) {
    while (!partials_.empty() &&
           (at - partials_.front().first > patience || partials_.size() > datagrams_max)) {
        partials_.pop_front();
        ++given_up_;
    }
    if (piece.cut || piece.fragment_at + piece.payload.size() > size_max) return std::nullopt;
    auto found = find(piece);
    if (found == partials_.end()) {
        found = partials_.insert(partials_.end(), Partial{});
        found->head = piece;
        found->first = at;
    }
    Partial& partial = *found;
    if (piece.fragment_at == 0) {
        partial.head.protocol = piece.protocol;  // IPv6: later pieces may name another header
        partial.header.assign(piece.whole.begin(), piece.whole.end() - std::ssize(piece.payload));
    }
    if (!piece.more_fragments)
        partial.size = piece.fragment_at + static_cast<std::uint32_t>(piece.payload.size());
    partial.pieces.push_back({piece.fragment_at, {piece.payload.begin(), piece.payload.end()}});
    partial.frames.push_back({at, length, {frame.begin(), frame.end()}});
    if (!join(partial)) {
        if (partial.pieces.size() < pieces_max) return std::nullopt;
        partials_.erase(found);
        ++given_up_;
        return std::nullopt;
    }
    done_ = std::move(partial);
    partials_.erase(found);
    IpPacket whole = done_.head;
    whole.fragment = whole.more_fragments = whole.cut = false;
    whole.fragment_at = 0;
    whole.whole = joined_;
    whole.payload = Bytes{joined_}.subspan(done_.header.size());
    return whole;
}

/// Fills joined_ when there is no hole left. Where pieces overlap, the one that came first counts.
bool Fragments::join(Partial& partial) {
    if (partial.size == 0) return false;
    std::vector<const Piece*> order;
    for (const Piece& piece : partial.pieces)
        order.push_back(&piece);
    std::stable_sort(order.begin(), order.end(),
                     [](const Piece* a, const Piece* b) { return a->at < b->at; });
    joined_ = partial.header;
    const std::size_t header = joined_.size();
    for (const Piece* piece : order) {
        const std::size_t have = joined_.size() - header;
        if (piece->at > have) return false;
        const std::size_t known = have - piece->at;
        if (known < piece->bytes.size())
            joined_.insert(joined_.end(), piece->bytes.begin() + static_cast<std::ptrdiff_t>(known),
                           piece->bytes.end());
    }
    const std::size_t have = joined_.size() - header;
    if (have < partial.size || partial.header.empty()) return false;
    joined_.resize(header + partial.size);
    return true;
}

}  // namespace sipping::trace
