// What a capture may hold of SIP, or with SIP in it, that is not read: each kind has a name, so
// that a trace which finds nothing says why.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipping::trace {

enum class Skipped : std::uint8_t {
    nothing,
    link_type,  ///< of the capture itself
    no_time,    ///< pcapng's simple packets: when they were captured is not known
    too_deep,   ///< more layers than layers_max
    sip_tcp,
    sip_tls,  ///< TLS on port 5061
    sip_sctp,
    esp,
    ip_compressed,
    macsec,
    trill,
    capwap,
    wireguard,
    hep,
    gre_other,
    mpls_other,
    ppp_other,
    tunnel_other,
};
inline constexpr std::size_t skipped_count = 18;

/// "SIP over TCP", "encrypted IPsec (ESP)", ...: what follows "7 packets of".
[[nodiscard]] std::string_view skipped_words(Skipped what) noexcept;

/// Packets by kind.
class SkippedCounts {
public:
    void add(Skipped what, std::uint64_t packets = 1) noexcept {
        counts_[static_cast<std::size_t>(what)] += packets;
    }
    [[nodiscard]] std::uint64_t of(Skipped what) const noexcept {
        return counts_[static_cast<std::size_t>(what)];
    }

private:
    std::array<std::uint64_t, skipped_count> counts_{};
};

}  // namespace sipping::trace
