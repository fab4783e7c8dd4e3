#include "sipping/result/stray.hpp"

#include <array>

namespace sipping {

std::string_view to_string(StrayReason reason) noexcept {
    static constexpr std::array<std::string_view, stray_reason_count> names{
        "request", "foreign", "echo", "bad-request", "not-sip", "crlf", "nul", "empty", "stun"};
    static_assert(static_cast<int>(StrayReason::stun) == stray_reason_count - 1);
    return names[static_cast<std::size_t>(reason)];
}

}  // namespace sipping
