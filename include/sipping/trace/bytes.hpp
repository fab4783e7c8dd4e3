// Bytes of a packet and the numbers in them, in network order. For the files of this module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sipping::trace {

using Bytes = std::span<const std::uint8_t>;

/// Of bytes that are there.
[[nodiscard]] constexpr std::uint16_t u16(Bytes bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

[[nodiscard]] constexpr std::uint32_t u32(Bytes bytes, std::size_t at) noexcept {
    return std::uint32_t{u16(bytes, at)} << 16 | u16(bytes, at + 2);
}

/// What is behind the first `size` bytes; nothing where there are fewer.
[[nodiscard]] constexpr Bytes behind(Bytes bytes, std::size_t size) noexcept {
    return bytes.size() < size ? Bytes{} : bytes.subspan(size);
}

}  // namespace sipping::trace
