#include "sipping/trace/fragments.hpp"

#include <algorithm>

namespace sipping::trace {

std::list<Fragments::Partial>::iterator Fragments::find(const IpPacket& piece) {
    return std::find_if(partials_.begin(), partials_.end(), [&](const Partial& partial) {
        const IpPacket& head = partial.head;
        // IPv6: later pieces may name another protocol than the first.
        return head.id == piece.id && head.source == piece.source &&
               head.destination == piece.destination &&
               (head.protocol == piece.protocol || head.source.family == Family::v6);
    });
}

void Fragments::erase(std::list<Partial>::iterator partial) {
    kept_ -= partial->kept;
    partials_.erase(partial);
}

void Fragments::forget_old(WallTime now) {
    while (!partials_.empty() && (now - partials_.front().first > patience ||
                                  partials_.size() > datagrams_max || kept_ > kept_max)) {
        erase(partials_.begin());
        ++given_up_;
    }
}

void Fragments::keep(Partial& partial, const IpPacket& piece, std::span<const FrameView> frames) {
    if (piece.fragment_at == 0) {
        partial.head.protocol = piece.protocol;
        partial.header.assign(piece.whole.begin(), piece.whole.end() - std::ssize(piece.payload));
    }
    if (!piece.more_fragments)
        partial.size = piece.fragment_at + static_cast<std::uint32_t>(piece.payload.size());
    partial.pieces.push_back({piece.fragment_at, {piece.payload.begin(), piece.payload.end()}});
    for (const FrameView& frame : frames) {
        partial.views.push_back(frame);
        partial.views.back().bytes =
            partial.frames.emplace_back(frame.bytes.begin(), frame.bytes.end());
        partial.kept += frame.bytes.size();
        kept_ += frame.bytes.size();
    }
}

std::optional<IpPacket> Fragments::add(const IpPacket& piece, std::span<const FrameView> frames) {
    const WallTime at = frames.back().at;
    forget_old(at);
    if (piece.cut || piece.fragment_at + piece.payload.size() > size_max) return std::nullopt;
    auto found = find(piece);
    if (found == partials_.end()) {
        found = partials_.insert(partials_.end(), Partial{});
        found->head = piece;
        found->first = at;
    }
    keep(*found, piece, frames);
    if (!join(*found)) {
        if (found->pieces.size() >= pieces_max || found->views.size() >= frames_max) {
            erase(found);
            ++given_up_;
        }
        return std::nullopt;
    }
    at_ = 1 - at_;
    done_[at_] = std::move(*found);
    erase(found);
    const Partial& done = done_[at_];
    IpPacket whole = done.head;
    whole.fragment = whole.more_fragments = whole.cut = false;
    whole.fragment_at = 0;
    whole.whole = done.joined;
    whole.payload = Bytes{done.joined}.subspan(done.header.size());
    if (!take_headers(whole) || whole.fragment) return std::nullopt;
    return whole;
}

/// True when there is no hole left. Where pieces overlap, the one that came first counts.
bool Fragments::join(Partial& partial) {
    if (partial.size == 0) return false;
    std::vector<const Piece*> order;
    for (const Piece& piece : partial.pieces)
        order.push_back(&piece);
    std::stable_sort(order.begin(), order.end(),
                     [](const Piece* a, const Piece* b) { return a->at < b->at; });
    Buffer& joined = partial.joined;
    joined = partial.header;
    const std::size_t header = joined.size();
    for (const Piece* piece : order) {
        const std::size_t have = joined.size() - header;
        if (piece->at > have) return false;
        const std::size_t known = have - piece->at;
        if (known < piece->bytes.size())
            joined.insert(joined.end(), piece->bytes.begin() + static_cast<std::ptrdiff_t>(known),
                          piece->bytes.end());
    }
    const std::size_t have = joined.size() - header;
    if (have < partial.size || partial.header.empty()) return false;
    joined.resize(header + partial.size);
    return true;
}

}  // namespace sipping::trace
