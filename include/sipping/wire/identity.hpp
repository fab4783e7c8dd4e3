// One probe's identity, written four times into a request: Call-ID, Via branch, From tag, CSeq.
// Not a registry: which identities are in use is `match`'s business.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sipping/base/prng.hpp"

namespace sipping::wire {

/// Call-IDs are ten decimal digits, the first never 0.
inline constexpr std::uint64_t call_id_first = 1'000'000'000;
inline constexpr std::uint64_t call_id_count = 9'000'000'000;
inline constexpr std::size_t call_id_digits = 10;

struct Identity {
    std::uint64_t call_id = 0;   ///< [call_id_first, call_id_first + call_id_count)
    std::uint64_t branch = 0;    ///< proof in the branch, after the Call-ID's digits
    std::uint32_t from_tag = 0;  ///< RFC 3261 section 19.3: at least 32 random bits
    std::uint32_t cseq = 0;      ///< ten digits too, below 2^31 (RFC 3261 section 8.1.1.5)

    friend bool operator==(const Identity&, const Identity&) = default;
};

/// Call-IDs are a keyed permutation of a counter: no repeat before 9 * 10^9 probes, none can be
/// guessed from earlier ones without the key, and whoever has the key gets the counter back, so
/// that no map from Call-IDs to probes is needed. The other three fields are a keyed hash of the
/// Call-ID, so a reply can be checked without storing them.
class IdentitySource {
public:
    explicit IdentitySource(Key key) noexcept;

    /// The next identity; its number is how many came before it, modulo call_id_count.
    [[nodiscard]] Identity next() noexcept;
    /// A Call-ID for a probe that did not leave. Counted from the other end: numbers without gaps
    /// are for those that may be answered.
    [[nodiscard]] std::uint64_t next_unsent() noexcept;
    /// The number of this Call-ID, which has ten digits: whether it was given out, the caller
    /// knows.
    [[nodiscard]] std::uint64_t number_of(std::uint64_t call_id) const noexcept;
    /// The identity that belongs to this Call-ID.
    [[nodiscard]] Identity of(std::uint64_t call_id) const noexcept;

private:
    [[nodiscard]] std::uint64_t call_id(std::uint64_t number) const noexcept;

    Key permutation_;
    Key proof_;
    std::uint64_t counter_ = 0;
    std::uint64_t unsent_ = 0;  ///< the last one; 0: none yet
};

}  // namespace sipping::wire
