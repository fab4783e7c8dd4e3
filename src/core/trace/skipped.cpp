#include "sipping/trace/skipped.hpp"

namespace sipping::trace {

std::string_view skipped_words(Skipped what) noexcept {
    static constexpr std::array<std::string_view, skipped_count> words{
        "nothing",
        "another link type",
        "pcapng's simple kind (without a time)",
        "more than 32 layers",
        "SIP over TCP",
        "TLS on port 5061",
        "SIP over SCTP",
        "encrypted IPsec (ESP)",
        "compressed IP (IPComp)",
        "encrypted MACsec",
        "TRILL",
        "CAPWAP",
        "WireGuard",
        "HEP (Homer)",
        "GRE with other protocols",
        "MPLS with other payloads",
        "compressed, encrypted or multilink PPP",
        "other tunnels",
    };
    return words[static_cast<std::size_t>(what)];
}

}  // namespace sipping::trace
