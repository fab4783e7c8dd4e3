// The Via header (RFC 3261 sections 20.42 and 25.1; RFC 3581): the topmost entry is read, the
// others are only counted.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/wire/params.hpp"

namespace sipping::wire {

/// Topmost Via. Absent parameters are empty / 0.
struct Via {
    std::string_view transport;  ///< "UDP"
    std::string_view host;       ///< sent-by host, brackets kept
    std::uint16_t port = 0;      ///< sent-by port; 0 when absent
    std::string_view branch;
    std::string_view received;
    std::uint16_t rport = 0;
    bool has_rport = false;  ///< present, maybe without value
};

/// Reads "SIP/2.0/UDP host:port" off the front of `rest`, which then holds the parameters. False
/// when it is not that, or the port is not 1..65535.
[[nodiscard]] bool take_sent_by(std::string_view& rest, Via& via) noexcept;

/// One parameter behind it. The first of each name counts; an rport that is no port reads as 0.
void take_via_param(const Param& param, Via& via) noexcept;

/// The first entry of a Via header's value, up to its end or a comma.
[[nodiscard]] bool parse_via(std::string_view value, Via& via) noexcept;

/// How many entries the value lists, separated by commas outside quotes.
[[nodiscard]] std::uint32_t count_vias(std::string_view value) noexcept;

}  // namespace sipping::wire
