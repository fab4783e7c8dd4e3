// From which endpoint to which packets went within the captures of one side. A NAT changes that
// from side to side, so it is compared within one only.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::trace {

struct AddressHash {
    [[nodiscard]] std::size_t operator()(const Address& address) const noexcept;
};

struct Flow {
    Endpoint source;
    Endpoint destination;

    [[nodiscard]] Flow back() const noexcept { return {destination, source}; }
    friend bool operator==(const Flow&, const Flow&) = default;
};

/// Where an answer went, beside where its request came from.
enum class Return : std::uint8_t {
    unknown,       ///< one of the two was not captured
    straight,      ///< back, from where the request went to
    other_source,  ///< back, from another endpoint (RFC 3581 section 4 forbids it)
    astray,        ///< elsewhere (RFC 3261 section 18.2.2 forbids it)
};

/// What came back on the way of a request and belongs to no probe.
enum class Stray : std::uint8_t {
    none,
    whole,
    cut,  ///< before its Call-ID: nobody knows whether it belongs to one
};

class Flows {
public:
    using Index = std::uint32_t;
    static constexpr Index none = 0;
    /// Of all flows. Beyond that every flow is taken to have cut ones.
    static constexpr std::size_t strays_max = 1'000'000;

    /// The same flow has the same index.
    [[nodiscard]] Index add(const Flow& flow);
    [[nodiscard]] const Flow& at(Index index) const { return all_[index - 1]->first; }

    /// A probe's request on it. In order of time.
    void note_request(Index request, WallTime at, std::size_t probe);
    /// Of the last two probes that were sent on it, those up to `within` before: of one of them is
    /// an ICMP error that quotes little more than the ports.
    [[nodiscard]] std::vector<std::size_t> lately_sent(const Flow& flow, WallTime at,
                                                       Duration within) const;

    /// A datagram on that flow. Kept when its way back was added. In order of time.
    void note_stray(const Flow& flow, WallTime at, Stray what);
    /// The worst that came back on the way of that request in that time.
    [[nodiscard]] Stray stray(Index request, WallTime from, WallTime to) const;

private:
    struct Sent {
        WallTime at = WallTime::min();
        std::size_t probe = 0;
    };
    struct Came {
        WallTime at{};
        Stray what{};
    };
    struct Way {
        Index index = none;
        std::array<Sent, 2> sent;  ///< the last probe, and the one before
        std::vector<Came> strays;  ///< on the way back
    };
    struct Hash {
        [[nodiscard]] std::size_t operator()(const Flow& flow) const noexcept;
    };

    using Ways = std::unordered_map<Flow, Way, Hash>;
    Ways ways_;
    std::vector<const Ways::value_type*> all_;  ///< they stay where they are
    std::size_t strays_ = 0;
};

}  // namespace sipping::trace
