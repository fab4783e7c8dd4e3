// The reason phrases of RFC 3261 section 21, for answers whose user named only a code.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipping::respond {

/// "OK" for 200, "Forbidden" for 403 ...; for a code the RFC does not list, the phrase of its class
/// (section 8.1.3.2 treats it as x00 anyway). Never empty for 100..699.
[[nodiscard]] std::string_view reason_phrase(std::uint16_t status) noexcept;

}  // namespace sipping::respond
