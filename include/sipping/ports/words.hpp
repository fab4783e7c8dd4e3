// What a number of source ports means for probing, in words that can be copied into a ticket.
#pragma once

#include <cstdint>
#include <string>

#include "sipping/base/instant.hpp"
#include "sipping/ports/limit.hpp"

namespace sipping::ports {

/// "1 s", "0.25 s", "90 s": seconds without idle zeros, to the millisecond.
[[nodiscard]] std::string in_seconds(Duration time);
/// Probes a second when each needs a port for `held_for`: rounded down, two decimals below ten.
[[nodiscard]] std::string probes_per_second(std::uint64_t ports, Duration held_for);

struct Holding {
    std::uint64_t ports = 0;  ///< at least 1
    Limit stopped_by = Limit::none;
    int error = 0;                ///< with Limit::refused
    std::uint64_t left_free = 0;  ///< to the rest of the host, though we could have had them
    Duration timeout = 1s;        ///< so long a probe keeps its port
    Duration mapping_time = 30s;  ///< so long a NAT or firewall keeps its mapping
};

/// "This box holds 19,843 source ports at once, stopped by RLIMIT_NOFILE. With a timeout of ..."
[[nodiscard]] std::string holding_words(const Holding& holding);

}  // namespace sipping::ports
