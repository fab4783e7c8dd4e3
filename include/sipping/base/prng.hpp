// Seeded randomness: a keyed hash (SipHash-1-3) and a generator built on a counter and that hash.
// Same key, same sequence. Entropy comes from the shell as a Key. Inline: a probe takes a dozen.
#pragma once

#include <bit>
#include <cstdint>

namespace sipping {

/// 128 secret bits; the whole run's randomness hangs on one of these.
struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

namespace siphash {

struct State {
    std::uint64_t v0, v1, v2, v3;

    explicit State(const Key& key) noexcept
        : v0(key.low ^ 0x736f6d6570736575U),
          v1(key.high ^ 0x646f72616e646f6dU),
          v2(key.low ^ 0x6c7967656e657261U),
          v3(key.high ^ 0x7465646279746573U) {}
    void round() noexcept {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        v0 ^= word;
    }
    /// `bytes`: length of the message, which closes it.
    [[nodiscard]] std::uint64_t finish(std::uint64_t bytes) noexcept {
        absorb(bytes << 56);
        v2 ^= 0xff;
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

}  // namespace siphash

/// SipHash-1-3 of one word. (Aumasson, Bernstein: "SipHash: a fast short-input PRF".)
[[nodiscard]] inline std::uint64_t keyed_hash(const Key& key, std::uint64_t word) noexcept {
    siphash::State state(key);
    state.absorb(word);
    return state.finish(8);
}

/// SipHash-1-3 of the two words.
[[nodiscard]] inline std::uint64_t keyed_hash(const Key& key, std::uint64_t first,
                                              std::uint64_t second) noexcept {
    siphash::State state(key);
    state.absorb(first);
    state.absorb(second);
    return state.finish(16);
}

class Prng {
public:
    explicit Prng(Key key) noexcept : key_(key) {}

    [[nodiscard]] std::uint64_t next() noexcept { return keyed_hash(key_, counter_++, 0); }
    /// Uniform in [0, bound), 0 < bound <= 2^32; the bias is below 2^-32.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept {
        return (next() >> 32) * bound >> 32;
    }
    /// True `percent` times in a hundred.
    [[nodiscard]] bool chance(double percent) noexcept {
        return static_cast<double>(next() >> 11) * 0x1p-53 * 100.0 < percent;
    }

private:
    Key key_;
    std::uint64_t counter_ = 0;
};

}  // namespace sipping
