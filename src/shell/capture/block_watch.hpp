// Looks over the bytes of a pcapng file on their way to libpcap, which hides what the capture says
// of its own losses: the interface statistics blocks. Takes any pieces; hostile input.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>

namespace sipping::capture {

class BlockWatch {
public:
    void take(std::span<const char> bytes) noexcept;

    /// Packets that were lost: by the kernel or the interface. Statistics are sums since the
    /// capture's begin, so the last ones of each interface count.
    [[nodiscard]] std::uint64_t dropped() const noexcept;
    [[nodiscard]] bool is_pcapng() const noexcept { return is_pcapng_; }

private:
    static constexpr std::size_t statistics_max = 1024;  ///< a longer block is looked at so far
    static constexpr std::size_t interfaces_max = 256;

    void end_block() noexcept;
    [[nodiscard]] std::uint32_t u32(std::size_t at) const noexcept;
    [[nodiscard]] std::uint16_t u16(std::size_t at) const noexcept;
    [[nodiscard]] std::uint64_t u64(std::size_t at) const noexcept;

    std::array<char, statistics_max> block_{};  ///< what is kept of the present one
    std::size_t kept_ = 0;
    std::uint64_t left_ = 0;  ///< of the present block
    bool in_block_ = false;
    bool over_ = false;  ///< no pcapng, or broken: nothing more to see
    bool first_ = true;
    bool is_pcapng_ = false;
    bool big_endian_ = false;
    std::array<std::uint64_t, interfaces_max> dropped_{};
    std::uint64_t dropped_before_ = 0;  ///< in the sections before this one
};

}  // namespace sipping::capture
