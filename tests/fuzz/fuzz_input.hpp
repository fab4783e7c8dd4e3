// A fuzzer's bytes as a script: small numbers and texts off the front, zeros and nothing when they
// are used up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

class FuzzInput {
public:
    FuzzInput(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::uint64_t number(int bytes = 8) noexcept {
        std::uint64_t value = 0;
        for (int i = 0; i < bytes; ++i)
            value = value << 8 | byte();
        return value;
    }
    std::uint64_t below(std::uint64_t bound) noexcept {
        return number(bound > 256 ? 8 : 1) % bound;
    }
    bool flag() noexcept { return (byte() & 1) != 0; }
    std::string_view text(std::size_t size_max) noexcept {
        const std::size_t size = std::min(size_max, rest_.size());
        const std::string_view text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return text;
    }
    /// Length first, in one byte.
    std::string_view text() noexcept {
        const std::size_t size = byte();
        return text(size);
    }

private:
    std::string_view rest_;
};
