// From which endpoint to which packets went within the captures of one side. A NAT changes that
// from side to side, so it is compared within one only.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sipping/base/endpoint.hpp"

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

class Flows {
public:
    using Index = std::uint32_t;
    static constexpr Index none = 0;

    /// The same flow has the same index.
    [[nodiscard]] Index add(const Flow& flow);
    [[nodiscard]] const Flow& at(Index index) const { return *all_[index - 1]; }

private:
    struct Hash {
        [[nodiscard]] std::size_t operator()(const Flow& flow) const noexcept;
    };

    std::unordered_map<Flow, Index, Hash> index_;
    std::vector<const Flow*> all_;  ///< the keys, which stay where they are
};

}  // namespace sipping::trace
