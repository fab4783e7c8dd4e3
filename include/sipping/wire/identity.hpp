// One probe's identity, written four times into a request: Call-ID, Via branch, From tag, CSeq.
// Not a registry: which identities are in use is `match`'s business.
#pragma once

#include <cstdint>

#include "sipping/base/prng.hpp"

namespace sipping::wire {

/// Call-IDs are ten decimal digits, the first never 0.
inline constexpr std::uint64_t call_id_first = 1'000'000'000;
inline constexpr std::uint64_t call_id_count = 9'000'000'000;

struct Identity {
    std::uint64_t call_id = 0;   ///< [call_id_first, call_id_first + call_id_count)
    std::uint64_t branch = 0;    ///< proof in the branch, after the Call-ID's digits
    std::uint32_t from_tag = 0;  ///< RFC 3261 section 19.3: at least 32 random bits
    std::uint32_t cseq = 0;      ///< 1 .. 2^31-1 (RFC 3261 section 8.1.1.5)

    friend bool operator==(const Identity&, const Identity&) = default;
};

/// Call-IDs are a keyed permutation of a counter: no repeat before 9 * 10^9 probes, and none can be
/// guessed from earlier ones without the key. The other three fields are a keyed hash of it, so a
/// reply can be checked without storing them.
class IdentitySource {
public:
    explicit IdentitySource(Key key) noexcept;

    /// The next identity. After call_id_count of them the sequence begins anew.
    [[nodiscard]] Identity next() noexcept;
    /// The identity that belongs to this Call-ID.
    [[nodiscard]] Identity of(std::uint64_t call_id) const noexcept;

private:
    Key permutation_;
    Key proof_;
    std::uint64_t counter_ = 0;
};

}  // namespace sipping::wire
