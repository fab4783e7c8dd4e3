#include "capture/block_watch.hpp"

#include <algorithm>
#include <numeric>

namespace sipping::capture {
namespace {

// draft-ietf-opsawg-pcapng
constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_statistics = 5;
constexpr std::uint32_t byte_order = 0x1a2b3c4d;
constexpr std::uint32_t byte_order_swapped = 0x4d3c2b1a;
constexpr std::size_t head_size = 12;  // type, length, and the byte order of a section
constexpr std::size_t block_min = 12;
constexpr std::uint32_t block_max = 0x10000000;
constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_ifdrop = 5;
constexpr std::uint16_t option_osdrop = 7;

}  // namespace

std::uint16_t BlockWatch::u16(std::size_t at) const noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(block_[at + i]); };
    return static_cast<std::uint16_t>(big_endian_ ? byte(0) << 8 | byte(1)
                                                  : byte(1) << 8 | byte(0));
}

std::uint32_t BlockWatch::u32(std::size_t at) const noexcept {
    const std::uint32_t first = u16(at);
    const std::uint32_t second = u16(at + 2);
    return big_endian_ ? first << 16 | second : second << 16 | first;
}

std::uint64_t BlockWatch::u64(std::size_t at) const noexcept {
    const std::uint64_t first = u32(at);
    const std::uint64_t second = u32(at + 4);
    return big_endian_ ? first << 32 | second : second << 32 | first;
}

void BlockWatch::take(std::span<const char> bytes) noexcept {
    while (!bytes.empty() && !over_) {
        if (!in_block_) {
            const std::size_t size = std::min(bytes.size(), head_size - kept_);
            std::copy_n(bytes.begin(), size, block_.begin() + static_cast<std::ptrdiff_t>(kept_));
            kept_ += size;
            bytes = bytes.subspan(size);
            if (kept_ < head_size) return;
            const bool section = u32(0) == section_header;
            if (section) {
                big_endian_ = false;
                const std::uint32_t order = u32(8);
                big_endian_ = order == byte_order_swapped;
                if (order != byte_order && !big_endian_) over_ = true;
                is_pcapng_ = is_pcapng_ || !over_;
            }
            const std::uint32_t length = u32(4);
            if ((first_ && !section) || length < block_min || length > block_max) over_ = true;
            first_ = false;
            if (over_) return;
            left_ = (length + 3U) / 4 * 4 - head_size;
            in_block_ = true;
        }
        const std::size_t size = std::min<std::uint64_t>(bytes.size(), left_);
        const std::size_t keep = std::min(size, block_.size() - kept_);
        std::copy_n(bytes.begin(), keep, block_.begin() + static_cast<std::ptrdiff_t>(kept_));
        kept_ += keep;
        left_ -= size;
        bytes = bytes.subspan(size);
        if (left_ == 0) end_block();
    }
    if (in_block_ && left_ == 0) end_block();
}

void BlockWatch::end_block() noexcept {
    const std::uint32_t type = u32(0);
    if (type == section_header) {  // interfaces are numbered anew
        dropped_before_ = dropped();
        dropped_ = {};
    }
    constexpr std::size_t options_at = 20;  // behind the interface's number and the time
    if (type == interface_statistics && kept_ >= options_at && u32(8) < interfaces_max) {
        std::uint64_t lost = 0;
        for (std::size_t at = options_at; at + 4 <= kept_;) {
            const std::uint16_t code = u16(at);
            const std::size_t size = u16(at + 2);
            if (code == option_end || at + 4 + size > kept_) break;
            if ((code == option_ifdrop || code == option_osdrop) && size == 8) lost += u64(at + 4);
            at += 4 + (size + 3) / 4 * 4;
        }
        dropped_[u32(8)] = lost;
    }
    kept_ = 0;
    in_block_ = false;
}

std::uint64_t BlockWatch::dropped() const noexcept {
    return std::accumulate(dropped_.begin(), dropped_.end(), dropped_before_);
}

}  // namespace sipping::capture
