// The zone of a link-local address (RFC 4007) as this box knows it.
#pragma once

#include <cstdint>
#include <string>

namespace sipping::net {

/// Index of the interface of that name or number; 0: there is none.
[[nodiscard]] std::uint32_t interface_index(const std::string& zone) noexcept;

}  // namespace sipping::net
