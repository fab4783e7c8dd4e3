// Values of the headers that carry a probe's identity, read as far as they can be. Each is first
// read as the grammar has it. For the forgiving reader alone (lenient.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/wire/via.hpp"

namespace sipping::wire {

// All are false when the value has a fault; what can be read of it is then read all the same.
// Parameters that are empty are no fault.

/// The top entry of a Via.
[[nodiscard]] bool read_via(std::string_view value, Via& via) noexcept;
/// The tag of a From.
[[nodiscard]] bool read_tag(std::string_view value, std::string_view& tag) noexcept;
/// The first word of a Call-ID.
[[nodiscard]] bool read_call_id(std::string_view value, std::string_view& call_id) noexcept;
/// `number` is 0 when there is none below 2^31, `method` perhaps empty.
[[nodiscard]] bool read_cseq(std::string_view value, std::uint32_t& number,
                             std::string_view& method) noexcept;

}  // namespace sipping::wire
