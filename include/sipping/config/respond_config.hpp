// What the user asked `sipping respond` to do, validated. Values only, like PingConfig.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/config/ping_config.hpp"

namespace sipping::config {

/// What a request beyond --capacity gets.
enum class Beyond : std::uint8_t { drop, unavailable };

struct RespondConfig {
    std::uint16_t port = 5060;
    std::optional<Address> bind;                 ///< empty: every address
    bool v4 = true;                              ///< -6 clears it, as does a v6 bind address
    bool v6 = true;                              ///< -4 clears it, as does a v4 bind address
    std::uint16_t code = 200;                    ///< 100..699
    std::string reason;                          ///< empty: the usual phrase of the code
    Duration delay{0};                           ///< at most 1 minute
    double drop_percent = 0;                     ///< 0..100
    std::optional<std::uint64_t> seed;           ///< of the drops; empty: a fresh one, printed
    std::uint32_t capacity_per_s = 0;            ///< 1..1,000,000; 0: no limit
    std::optional<Beyond> beyond;                ///< empty: drop
    std::optional<std::uint32_t> retry_after_s;  ///< 0..86400
    std::uint32_t max_rate_per_s = 0;            ///< to one source, 1..1,000,000; 0: no limit
    bool quiet = false;
    bool spin = false;
    std::optional<Duration> duration;  ///< empty: endless
    IoChoice io = IoChoice::automatic;
};

/// As check(PingConfig).
[[nodiscard]] std::string check(const RespondConfig& config);

/// Derives v4 and v6 from the bind address.
void settle(RespondConfig& config);

}  // namespace sipping::config
