// A datagram that came to a probe port and is no answer to a probe of ours: what it was, and which
// target sent it. Views live for the call that hands it over only; hostile text.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping {

enum class StrayReason : std::uint8_t {
    request,      ///< a request that can be answered (whether it was: Stray::answered)
    foreign,      ///< a SIP response to no probe of ours
    echo,         ///< a request of our own that came back
    bad_request,  ///< a request that cannot be answered
    not_sip,      ///< neither a status line nor a request line
    crlf,         ///< keep-alives: line ends only (RFC 5626 section 3.5.1) ...
    nul,          ///< ... NUL bytes among them ...
    empty,        ///< ... nothing at all ...
    stun,         ///< ... a STUN message (RFC 8489)
};
inline constexpr int stray_reason_count = 9;
/// "request", "foreign", "echo", "bad-request", "not-sip", ...
[[nodiscard]] std::string_view to_string(StrayReason reason) noexcept;
/// For people: "response to no probe of ours", "responses to no probe of ours".
[[nodiscard]] std::string_view stray_words(StrayReason reason, std::uint64_t count) noexcept;
[[nodiscard]] constexpr bool is_keep_alive(StrayReason reason) noexcept {
    return reason >= StrayReason::crlf;
}

struct Stray {
    StrayReason reason{};
    std::uint32_t target = every_target;  ///< who sent it; every_target: nobody whom we ask
    bool other_port = false;              ///< from a port of its host that is not asked
    Endpoint from;
    std::uint16_t port = 0;  ///< ours, to which it came
    WallTime at{};
    std::string_view raw;         ///< the whole datagram
    std::string_view method;      ///< of a request
    std::string_view user_agent;  ///< of a request; empty: none
    bool answered = false;        ///< of a request: a response was made for it

    /// It came from a host that we ask and cannot be attributed: a row of kind `unread`.
    [[nodiscard]] bool unread() const noexcept {
        return target != every_target && reason != StrayReason::request;
    }
};

}  // namespace sipping
