#include "sipping/wire/identity.hpp"

namespace sipping::wire {
namespace {

// The smallest even-width binary domain that holds call_id_count; values outside it are walked on
// (cycle walking), on average 1.9 steps.
constexpr unsigned half_bits = 17;
constexpr std::uint64_t half_mask = (std::uint64_t{1} << half_bits) - 1;
static_assert(std::uint64_t{1} << (2 * half_bits) >= call_id_count);

// Four Feistel rounds with a keyed hash: a permutation (Luby, Rackoff 1988).
std::uint64_t permute(const Key& key, std::uint64_t value) noexcept {
    std::uint64_t left = value >> half_bits;
    std::uint64_t right = value & half_mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
        const std::uint64_t mixed = left ^ (keyed_hash(key, right, round) & half_mask);
        left = right;
        right = mixed;
    }
    return left << half_bits | right;
}

}  // namespace

IdentitySource::IdentitySource(Key key) noexcept
    : permutation_{keyed_hash(key, 1, 0), keyed_hash(key, 2, 0)},
      proof_{keyed_hash(key, 3, 0), keyed_hash(key, 4, 0)} {}

Identity IdentitySource::next() noexcept {
    std::uint64_t value = counter_;
    counter_ = counter_ + 1 == call_id_count ? 0 : counter_ + 1;
    do {
        value = permute(permutation_, value);
    } while (value >= call_id_count);
    return of(call_id_first + value);
}

Identity IdentitySource::of(std::uint64_t call_id) const noexcept {
    const std::uint64_t other = keyed_hash(proof_, call_id, 1);
    Identity identity;
    identity.call_id = call_id;
    identity.branch = keyed_hash(proof_, call_id, 0);
    identity.from_tag = static_cast<std::uint32_t>(other >> 32);
    identity.cseq = static_cast<std::uint32_t>(other & 0x7fffffff);
    if (identity.cseq == 0) identity.cseq = 1;
    return identity;
}

}  // namespace sipping::wire
