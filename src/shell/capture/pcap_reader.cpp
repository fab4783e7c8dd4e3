#include "capture/pcap_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace sipping::capture {
namespace {

constexpr std::size_t file_header_size = 24;
constexpr std::uint32_t microseconds = 0xa1b2c3d4;
constexpr std::uint32_t nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t modified = 0xa1b2cd34;
constexpr std::size_t modified_header_size = 24;
// The other bits say how long the frames' check sums are, behind all that is looked at.
constexpr std::uint32_t link_mask = 0x03ffffff;

}  // namespace

WallTime wall_time(std::uint64_t seconds, std::uint64_t nanoseconds) noexcept {
    constexpr std::uint64_t second = 1'000'000'000;
    constexpr std::uint64_t most = static_cast<std::uint64_t>(Duration::max().count()) / second - 1;
    return WallTime{Duration{static_cast<std::int64_t>(std::min(seconds, most) * second +
                                                       std::min(nanoseconds, second - 1))}};
}

std::unique_ptr<PcapReader> PcapReader::open(FileBytes& file) {
    const std::span<const std::uint8_t> header = file.peek(file_header_size);
    if (header.size() < sizeof(std::uint32_t)) return nullptr;
    std::unique_ptr<PcapReader> reader;
    for (const bool big_endian : {false, true}) {
        const ByteOrder order(big_endian);
        const std::uint32_t magic = order.u32(header, 0);
        if (magic != microseconds && magic != nanoseconds && magic != modified) continue;
        reader.reset(new PcapReader(file));
        reader->order_ = order;
        if (magic == nanoseconds) reader->unit_ns_ = 1;
        if (magic == modified) reader->header_size_ = modified_header_size;
    }
    if (!reader) return nullptr;
    if (header.size() < file_header_size) throw std::runtime_error("its header is cut");
    if (const std::uint16_t major = reader->order_.u16(header, 4); major != 2)
        throw std::runtime_error(fmt::format("version {} of pcap is not read", major));
    reader->minor_ = reader->order_.u16(header, 6);
    reader->link_ = static_cast<int>(reader->order_.u32(header, 20) & link_mask);
    reader->links_.insert(reader->link_);
    reader->begin_span();
    file.skip(file_header_size);
    return reader;
}

bool PcapReader::next(Frame& frame) {
    const std::span<const std::uint8_t> header = file_.peek(header_size_);
    if (header.empty()) return false;
    if (header.size() < header_size_) throw std::runtime_error("the file ends within it");
    std::uint32_t kept = order_.u32(header, 8);
    std::uint32_t length = order_.u32(header, 12);
    // Before 2.3 they stood the other way round, and in 2.3 with some writers.
    if (minor_ < 3 || (minor_ == 3 && kept > length)) std::swap(kept, length);
    if (kept > packet_max)
        throw std::runtime_error(
            fmt::format("it says that it has {} bytes, so the file is damaged", kept));
    frame.at = wall_time(order_.u32(header, 0), std::uint64_t{order_.u32(header, 4)} * unit_ns_);
    frame.length = length;
    frame.link = link_;
    const std::span<const std::uint8_t> all = file_.peek(header_size_ + kept);
    if (all.size() < header_size_ + kept) throw std::runtime_error("the file ends within it");
    frame.bytes = all.subspan(header_size_);
    // The views stay: skip() moves nothing that is in the buffer.
    file_.skip(all.size());
    span().add(frame.at);
    return true;
}

}  // namespace sipping::capture
