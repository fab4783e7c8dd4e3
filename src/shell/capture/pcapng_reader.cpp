#include "capture/pcapng_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace sipping::capture {
namespace {

constexpr std::uint32_t section_block = 0x0a0d0d0a;  // the same in either byte order
constexpr std::uint32_t interface_block = 1;
constexpr std::uint32_t old_packet_block = 2;
constexpr std::uint32_t simple_packet_block = 3;
constexpr std::uint32_t statistics_block = 5;
constexpr std::uint32_t packet_block = 6;
constexpr std::uint32_t magic_number = 0x1a2b3c4d;
constexpr std::size_t head_size = 8;   // type and length
constexpr std::size_t tail_size = 4;   // the length once more
constexpr std::size_t magic_size = 4;  // behind the head of a section
constexpr Duration from_packets_max = std::chrono::hours{24 * 7};
constexpr std::uint64_t second = 1'000'000'000;

constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t if_tsresol = 9;
constexpr std::uint16_t if_tsoffset = 14;
constexpr std::uint16_t isb_starttime = 2;
constexpr std::uint16_t isb_endtime = 3;
constexpr std::uint16_t isb_ifdrop = 5;
constexpr std::uint16_t isb_osdrop = 7;
constexpr std::uint16_t epb_dropcount = 4;
constexpr std::uint16_t drops_unknown = 0xffff;  // of an old packet

__extension__ using Wide = unsigned __int128;

/// Of 64 bits at most, else the largest.
std::uint64_t narrow(Wide value) noexcept {
    return value > std::numeric_limits<std::uint64_t>::max()
               ? std::numeric_limits<std::uint64_t>::max()
               : static_cast<std::uint64_t>(value);
}

/// Nanoseconds of so many units.
Wide in_ns(std::uint64_t ticks, std::uint8_t resolution) noexcept {
    constexpr std::uint8_t base_two = 0x80;
    const Wide all = Wide{ticks} * second;
    if ((resolution & base_two) != 0) return all >> (resolution & 0x7f);
    Wide unit = 1;
    for (int i = 0; i < resolution; ++i) {
        unit *= 10;
        if (unit > all) return 0;
    }
    return all / unit;
}

WallTime time_of(std::uint64_t ticks, std::uint8_t resolution, std::int64_t offset_s) noexcept {
    const Wide ns = in_ns(ticks, resolution);
    std::uint64_t seconds = narrow(ns / second);
    const auto part = static_cast<std::uint64_t>(ns % second);
    const auto offset = static_cast<std::uint64_t>(offset_s);
    if (offset_s < 0)
        seconds = seconds < std::uint64_t{0} - offset ? 0 : seconds + offset;
    else
        seconds = narrow(Wide{seconds} + offset);
    return wall_time(seconds, part);
}

}  // namespace

std::unique_ptr<PcapngReader> PcapngReader::open(FileBytes& file) {
    const Bytes head = file.peek(head_size + magic_size);
    if (head.size() < head_size + magic_size || ByteOrder(false).u32(head, 0) != section_block)
        return nullptr;
    return std::unique_ptr<PcapngReader>(new PcapngReader(file));
}

bool PcapngReader::next(Frame& frame) {
    for (;;) {
        Bytes head = file_.peek(head_size);
        if (head.empty()) return false;
        if (head.size() < head_size) throw std::runtime_error("the file ends within its block");
        const std::uint32_t type = order_.u32(head, 0);
        if (type == section_block) begin_section();
        head = file_.peek(head_size);
        const std::uint32_t length = order_.u32(head, 4);
        if (length < head_size + tail_size)
            throw std::runtime_error(
                fmt::format("a block says that it has {} bytes, so the file is damaged", length));
        const std::uint64_t padded = (std::uint64_t{length} + 3) / 4 * 4;
        const bool wanted = type == interface_block || type == packet_block ||
                            type == old_packet_block || type == statistics_block;
        if (type == simple_packet_block) ++untimed_;
        if (!wanted) {
            if (!file_.skip(padded)) throw std::runtime_error("the file ends within its block");
            continue;
        }
        if (length > block_max)
            throw std::runtime_error(
                fmt::format("a block says that it has {} bytes, so the file is damaged", length));
        const Bytes block = file_.peek(padded);
        if (block.size() < padded) throw std::runtime_error("the file ends within its block");
        if (order_.u32(block, padded - tail_size) != length)
            throw std::runtime_error("its block has two lengths, so the file is damaged");
        const Bytes body = block.subspan(head_size, padded - head_size - tail_size);
        // The views stay: skip() moves nothing that is in the buffer.
        file_.skip(padded);
        if (type == interface_block) take_interface(body);
        if (type == statistics_block) take_statistics(body);
        if (type == packet_block && take_packet(body, frame)) return true;
        if (type == old_packet_block && take_old_packet(body, frame)) return true;
    }
}

void PcapngReader::begin_section() {
    const Bytes head = file_.peek(head_size + magic_size);
    if (head.size() < head_size + magic_size)
        throw std::runtime_error("the file ends within its block");
    const bool little = ByteOrder(false).u32(head, head_size) == magic_number;
    if (!little && ByteOrder(true).u32(head, head_size) != magic_number)
        throw std::runtime_error("a section says no byte order, so the file is damaged");
    order_ = ByteOrder(!little);
    interfaces_.clear();  // they are numbered anew
    begin_span();
}

bool PcapngReader::take_option(Bytes& options, Option& option) const noexcept {
    if (options.size() < 4) return false;
    option.code = order_.u16(options, 0);
    const std::size_t size = order_.u16(options, 2);
    if (option.code == option_end || options.size() < 4 + size) return false;
    option.value = options.subspan(4, size);
    options = options.subspan(std::min(options.size(), 4 + (size + 3) / 4 * 4));
    return true;
}

void PcapngReader::take_interface(Bytes body) {
    constexpr std::size_t fixed = 8;
    if (body.size() < fixed)
        throw std::runtime_error("an interface is cut, so the file is damaged");
    if (interfaces_.size() == interfaces_max)
        throw std::runtime_error(
            fmt::format("a section has more than {} interfaces", interfaces_max));
    Interface one;
    one.link = order_.u16(body, 0);
    Bytes options = body.subspan(fixed);
    for (Option option; take_option(options, option);) {
        if (option.code == if_tsresol && option.value.size() == 1) one.resolution = option.value[0];
        if (option.code == if_tsoffset && option.value.size() == 8)
            one.offset_s = static_cast<std::int64_t>(order_.u64(option.value, 0));
    }
    interfaces_.push_back(one);
    links_.insert(one.link);
}

PcapngReader::Interface& PcapngReader::interface(std::uint32_t number) {
    if (number >= interfaces_.size())
        throw std::runtime_error(
            fmt::format("it is of interface {}, of which nothing was said", number));
    return interfaces_[number];
}

std::uint64_t PcapngReader::ticks(Bytes body, std::size_t at) const noexcept {
    return std::uint64_t{order_.u32(body, at)} << 32 | order_.u32(body, at + 4);
}

/// What statistics say of losses are sums since the capture's begin, so what they say more than
/// those before was lost in between. They also say how long the capture ran, if their times can be
/// believed: some programs write them in other units than those of the packets.
void PcapngReader::take_statistics(Bytes body) {
    constexpr std::size_t fixed = 12;
    if (body.size() < fixed || order_.u32(body, 0) >= interfaces_.size() || span().empty()) return;
    Interface& one = interfaces_[order_.u32(body, 0)];
    const auto time_at = [&](Bytes bytes, std::size_t at) -> std::optional<WallTime> {
        const WallTime time = time_of(ticks(bytes, at), one.resolution, one.offset_s);
        if (time < span().first - from_packets_max || time > span().last + from_packets_max)
            return std::nullopt;
        return time;
    };
    const std::optional<WallTime> now = time_at(body, 4);
    std::optional<WallTime> start;
    std::optional<WallTime> end;
    Wide lost = 0;
    Bytes options = body.subspan(fixed);
    for (Option option; take_option(options, option);) {
        if (option.value.size() != 8) continue;
        if (option.code == isb_ifdrop || option.code == isb_osdrop)
            lost += order_.u64(option.value, 0);
        if (option.code == isb_starttime) start = time_at(option.value, 0);
        if (option.code == isb_endtime) end = time_at(option.value, 0);
    }
    for (const auto& time : {now, start, end})
        if (time) span().add(*time);
    const std::uint64_t all = narrow(lost);
    if (all > one.dropped) {
        note_loss(
            {one.counted.value_or(span().first), now.value_or(WallTime::max()), all - one.dropped});
        one.dropped = all;
    }
    one.counted = now;
}

bool PcapngReader::take_packet(Bytes body, Frame& frame) {
    constexpr std::size_t fixed = 20;
    if (body.size() < fixed) throw std::runtime_error("it is cut, so the file is damaged");
    Interface& from = interface(order_.u32(body, 0));
    const std::uint32_t kept = order_.u32(body, 12);
    frame.length = order_.u32(body, 16);
    const WallTime before = from.last.value_or(span().empty() ? WallTime{} : span().first);
    hand_out(frame, from, ticks(body, 4), body.subspan(fixed), kept);
    const std::size_t padded = (std::size_t{kept} + 3) / 4 * 4;
    Bytes options = body.subspan(std::min(body.size(), fixed + padded));
    for (Option option; take_option(options, option);)
        if (option.code == epb_dropcount && option.value.size() == 8)
            if (const std::uint64_t lost = order_.u64(option.value, 0); lost > 0)
                note_loss({std::min(before, frame.at), frame.at, lost});
    return true;
}

bool PcapngReader::take_old_packet(Bytes body, Frame& frame) {
    constexpr std::size_t fixed = 20;
    if (body.size() < fixed) throw std::runtime_error("it is cut, so the file is damaged");
    Interface& from = interface(order_.u16(body, 0));
    const std::uint16_t lost = order_.u16(body, 2);
    const WallTime before = from.last.value_or(span().empty() ? WallTime{} : span().first);
    frame.length = order_.u32(body, 16);
    hand_out(frame, from, ticks(body, 4), body.subspan(fixed), order_.u32(body, 12));
    if (lost > 0 && lost != drops_unknown) note_loss({std::min(before, frame.at), frame.at, lost});
    return true;
}

void PcapngReader::hand_out(Frame& frame, Interface& from, std::uint64_t ticks, Bytes data,
                            std::uint32_t kept) {
    if (kept > packet_max || kept > data.size())
        throw std::runtime_error(
            fmt::format("it says that it has {} bytes, so the file is damaged", kept));
    frame.bytes = data.first(kept);
    frame.link = from.link;
    frame.at = time_of(ticks, from.resolution, from.offset_s);
    from.last = frame.at;
    span().add(frame.at);
}

}  // namespace sipping::capture
