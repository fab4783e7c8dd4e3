// What came from a host that is no answer in time: ICMP errors, late answers, datagrams to no
// probe. So that nobody who sent something is called silent.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "sipping/result/probe_result.hpp"
#include "sipping/result/stray.hpp"

namespace sipping::stats {

struct Heard {
    std::uint64_t late = 0;
    std::uint64_t icmp = 0;  ///< probes that an error named
    IcmpError last_icmp;
    std::array<std::uint64_t, stray_reason_count> strays{};  ///< by StrayReason

    void add(const ProbeResult& result) noexcept;
    /// Of a host that is asked; others are not heard.
    void add(const Stray& stray) noexcept;
    /// Nothing but silence, apart from answers.
    [[nodiscard]] bool nothing() const noexcept;
    [[nodiscard]] std::uint64_t unread() const noexcept;
};

/// " An ICMP error (port-unreachable from 192.0.2.1) named 3 of the probes. From its host came 2
/// datagrams that are not SIP." Nothing when there was neither; late answers have words of their
/// own.
[[nodiscard]] std::string heard_words(const Heard& heard);

}  // namespace sipping::stats
