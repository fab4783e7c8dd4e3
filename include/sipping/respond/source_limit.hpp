// How much each source may still get: a limit per address (IPv6: per /64, which is what one host
// can take its addresses from), in a table of fixed size. Time is an argument.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/base/prng.hpp"

namespace sipping::respond {

/// The generic cell rate algorithm (ITU-T I.371 Annex A): of a source one moment is kept, when its
/// next answer would be due at an even pace. When a place is needed the source that has been quiet
/// for longest loses its own, and begins anew when it comes back: a flood of many sources gets the
/// limit each, and no memory.
class SourceLimit {
public:
    static constexpr std::size_t capacity = 8192;  ///< sources kept
    static constexpr std::size_t ways = 8;         ///< places where one of them may be

    /// `key` keeps others from choosing sources that share their places. A burst of a tenth of a
    /// second's worth passes, of two answers at least.
    SourceLimit(std::uint32_t rate_per_s, Key key)
        : step_(Duration{1s} / rate_per_s),
          burst_(std::max<Duration>(100ms, 2 * step_) - step_),
          key_(key),
          places_(capacity) {}

    /// True when what came from there at `at` is within its limit. Times may go back a little.
    [[nodiscard]] bool take(const Address& source, Instant at) noexcept;

private:
    struct Place {
        std::uint64_t source = 0;  ///< keyed hash of the address; 0: free
        Instant next_at{};
    };

    Duration step_;
    Duration burst_;
    Key key_;
    std::vector<Place> places_;
};

}  // namespace sipping::respond
