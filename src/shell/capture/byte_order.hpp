// Numbers in capture files, which are in the byte order of the box that wrote them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace sipping::capture {

class ByteOrder {
public:
    ByteOrder() = default;
    explicit ByteOrder(bool big_endian) noexcept
        : swap_(big_endian != (std::endian::native == std::endian::big)) {}

    using Bytes = std::span<const std::uint8_t>;
    // Of bytes that are there.
    [[nodiscard]] std::uint16_t u16(Bytes bytes, std::size_t at) const noexcept {
        const auto value = raw<std::uint16_t>(bytes, at);
        return swap_ ? __builtin_bswap16(value) : value;
    }
    [[nodiscard]] std::uint32_t u32(Bytes bytes, std::size_t at) const noexcept {
        const auto value = raw<std::uint32_t>(bytes, at);
        return swap_ ? __builtin_bswap32(value) : value;
    }
    [[nodiscard]] std::uint64_t u64(Bytes bytes, std::size_t at) const noexcept {
        const auto value = raw<std::uint64_t>(bytes, at);
        return swap_ ? __builtin_bswap64(value) : value;
    }

private:
    template <class Number>
    [[nodiscard]] static Number raw(Bytes bytes, std::size_t at) noexcept {
        Number value;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return value;
    }

    bool swap_ = false;
};

}  // namespace sipping::capture
