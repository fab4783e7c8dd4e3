// Seeded randomness: a keyed hash (SipHash-1-3) and a generator built on a counter and that hash.
// Same key, same sequence. Entropy comes from the shell as a Key.
#pragma once

#include <cstdint>

namespace sipping {

/// 128 secret bits; the whole run's randomness hangs on one of these.
struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

/// SipHash-1-3 of the two words. (Aumasson, Bernstein: "SipHash: a fast short-input PRF".)
[[nodiscard]] std::uint64_t keyed_hash(const Key& key, std::uint64_t first,
                                       std::uint64_t second) noexcept;

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
