#include "sipping/base/prng.hpp"

#include <bit>

namespace sipping {
namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

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
};

}  // namespace

std::uint64_t keyed_hash(const Key& key, std::uint64_t first, std::uint64_t second) noexcept {
    State state{key.low ^ 0x736f6d6570736575U, key.high ^ 0x646f72616e646f6dU,
                key.low ^ 0x6c7967656e657261U, key.high ^ 0x7465646279746573U};
    state.absorb(first);
    state.absorb(second);
    state.absorb(std::uint64_t{16} << 56);  // the message length closes a SipHash
    state.v2 ^= 0xff;
    state.round();
    state.round();
    state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace sipping
