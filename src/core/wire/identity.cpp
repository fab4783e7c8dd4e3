#include "sipping/wire/identity.hpp"

#include <cassert>

namespace sipping::wire {
namespace {

// A Call-ID less call_id_first is a pair (left, right); each half has digits of its own.
constexpr std::uint32_t left_count = 90'000;
constexpr std::uint32_t right_count = 100'000;
static_assert(std::uint64_t{left_count} * right_count == call_id_count);

// Ten digits, so that requests do not differ in length, below 2^31 (RFC 3261 section 8.1.1.5).
constexpr std::uint32_t cseq_first = 1'000'000'000;
constexpr std::uint64_t cseq_end = std::uint64_t{1} << 31;

struct Halves {
    std::uint32_t left;
    std::uint32_t right;
};

/// A keyed hash of one half, in [0, count).
std::uint32_t mix(const Key& key, std::uint32_t half, std::uint64_t round,
                  std::uint32_t count) noexcept {
    const std::uint64_t hash = keyed_hash(key, round << 32 | half);
    return static_cast<std::uint32_t>((hash >> 32) * count >> 32);
}

std::uint32_t add(std::uint32_t a, std::uint32_t b, std::uint32_t count) noexcept {
    const std::uint32_t sum = a + b;
    return sum >= count ? sum - count : sum;
}

std::uint32_t subtract(std::uint32_t a, std::uint32_t b, std::uint32_t count) noexcept {
    return a >= b ? a - b : a + count - b;
}

// Four rounds of a Feistel network over two halves of different size (Black, Rogaway: "Ciphers with
// Arbitrary Finite Domains", 2002): a permutation of exactly call_id_count values.
Halves permute(const Key& key, Halves halves) noexcept {
    for (std::uint64_t round = 0; round < 4; round += 2) {
        halves.left = add(halves.left, mix(key, halves.right, round, left_count), left_count);
        halves.right =
            add(halves.right, mix(key, halves.left, round + 1, right_count), right_count);
    }
    return halves;
}

Halves permute_back(const Key& key, Halves halves) noexcept {
    for (std::uint64_t round = 4; round > 0; round -= 2) {
        halves.right =
            subtract(halves.right, mix(key, halves.left, round - 1, right_count), right_count);
        halves.left =
            subtract(halves.left, mix(key, halves.right, round - 2, left_count), left_count);
    }
    return halves;
}

Halves split(std::uint64_t value) noexcept {
    return {static_cast<std::uint32_t>(value / right_count),
            static_cast<std::uint32_t>(value % right_count)};
}

std::uint64_t joined(const Halves& halves) noexcept {
    return std::uint64_t{halves.left} * right_count + halves.right;
}

}  // namespace

IdentitySource::IdentitySource(Key key) noexcept
    : permutation_{keyed_hash(key, 1, 0), keyed_hash(key, 2, 0)},
      proof_{keyed_hash(key, 3, 0), keyed_hash(key, 4, 0)} {}

Identity IdentitySource::next() noexcept {
    const std::uint64_t number = counter_;
    counter_ = counter_ + 1 == call_id_count ? 0 : counter_ + 1;
    return of(call_id(number));
}

std::uint64_t IdentitySource::next_unsent() noexcept {
    unsent_ = unsent_ == 0 ? call_id_count - 1 : unsent_ - 1;
    return call_id(unsent_);
}

std::uint64_t IdentitySource::call_id(std::uint64_t number) const noexcept {
    return call_id_first + joined(permute(permutation_, split(number)));
}

std::uint64_t IdentitySource::number_of(std::uint64_t call_id) const noexcept {
    assert(call_id >= call_id_first && call_id - call_id_first < call_id_count);
    return joined(permute_back(permutation_, split(call_id - call_id_first)));
}

Identity IdentitySource::of(std::uint64_t call_id) const noexcept {
    constexpr std::uint64_t second = std::uint64_t{1} << 63;  // a Call-ID has 34 bits
    const std::uint64_t other = keyed_hash(proof_, call_id | second);
    Identity identity;
    identity.call_id = call_id;
    identity.branch = keyed_hash(proof_, call_id);
    identity.from_tag = static_cast<std::uint32_t>(other >> 32);
    identity.cseq = cseq_first + static_cast<std::uint32_t>(
                                     (other & 0xffffffff) * (cseq_end - cseq_first) >> 32);
    return identity;
}

}  // namespace sipping::wire
