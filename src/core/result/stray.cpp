#include "sipping/result/stray.hpp"

#include "sipping/base/grouped.hpp"

#include <array>

namespace sipping {

std::string_view to_string(StrayReason reason) noexcept {
    static constexpr std::array<std::string_view, stray_reason_count> names{
        "request", "foreign", "echo", "bad-request", "not-sip", "crlf", "nul", "empty", "stun"};
    static_assert(static_cast<int>(StrayReason::stun) == stray_reason_count - 1);
    return names[static_cast<std::size_t>(reason)];
}

std::string_view stray_words(StrayReason reason, std::uint64_t count) noexcept {
    switch (reason) {
        case StrayReason::request: return for_count(count, "request", "requests");
        case StrayReason::foreign:
            return for_count(count, "response to no probe of ours",
                             "responses to no probe of ours");
        case StrayReason::echo:
            return for_count(count, "request of ours that came back",
                             "requests of ours that came back");
        case StrayReason::bad_request:
            return for_count(count, "unreadable request", "unreadable requests");
        case StrayReason::not_sip:
            return for_count(count, "datagram that is not SIP", "datagrams that are not SIP");
        case StrayReason::crlf: return for_count(count, "CRLF keep-alive", "CRLF keep-alives");
        case StrayReason::nul: return for_count(count, "NUL keep-alive", "NUL keep-alives");
        case StrayReason::empty: return for_count(count, "empty datagram", "empty datagrams");
        case StrayReason::stun: return for_count(count, "STUN message", "STUN messages");
    }
    return "";
}

}  // namespace sipping
