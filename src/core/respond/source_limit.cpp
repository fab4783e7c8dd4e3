#include "sipping/respond/source_limit.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace sipping::respond {

bool SourceLimit::take(const Address& source, Instant at) noexcept {
    static_assert(capacity % ways == 0);
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), source.bytes.data(), sizeof words);
    const bool v4 = source.family == Family::v4;
    const std::uint64_t hash = keyed_hash(key_, words[0], v4 ? 4 : 6) | 1;
    const auto places = std::span{places_}.subspan((hash >> 32) % (capacity / ways) * ways, ways);
    auto place = std::ranges::find(places, hash, &Place::source);
    if (place == places.end()) {
        place = std::ranges::min_element(places, {}, &Place::next_at);
        *place = {.source = hash, .next_at = at};
    }
    if (place->next_at > at + burst_) return false;
    place->next_at = std::max(place->next_at, at) + step_;
    return true;
}

}  // namespace sipping::respond
