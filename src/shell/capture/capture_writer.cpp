#include "capture/capture_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sipping::capture {
namespace {

using Numbers = std::vector<std::uint32_t>;

constexpr std::uint32_t snap_length = 262144;  // what libpcap takes at most
constexpr std::uint64_t second = 1'000'000'000;

std::uint64_t ns_of(WallTime at) noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch().count(), 0));
}

/// Two halves of a word, as they stand in memory.
std::uint32_t pair(std::uint16_t first, std::uint16_t then) noexcept {
    const std::array<std::uint16_t, 2> halves{first, then};
    std::uint32_t word;
    std::memcpy(&word, halves.data(), sizeof word);
    return word;
}

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, std::optional<int> link)
    // Not by name: "-" would be standard output, where the verdicts go.
    : path_(path), file_(std::fopen(path.c_str(), "wbe")), is_pcapng_(!link) {
    if (!file_) fail();
    if (link) {
        put(Numbers{0xa1b23c4d, pair(2, 4), 0, 0, snap_length, static_cast<std::uint32_t>(*link)});
    } else {
        constexpr std::uint32_t unknown = 0xffffffff;  // the section's length, in two halves
        put(Numbers{0x0a0d0d0a, 28, 0x1a2b3c4d, pair(1, 0), unknown, unknown, 28});
    }
}

std::uint32_t CaptureWriter::interface_of(int link) {
    const auto known = std::ranges::find(interfaces_, link);
    const auto number = static_cast<std::uint32_t>(known - interfaces_.begin());
    if (known != interfaces_.end()) return number;
    interfaces_.push_back(link);
    constexpr std::uint16_t if_tsresol = 9;
    const std::array<std::uint8_t, 4> nanoseconds{9, 0, 0, 0};
    put(Numbers{1, 32, pair(static_cast<std::uint16_t>(link), 0), snap_length,
                pair(if_tsresol, 1)});
    put(nanoseconds);
    put(Numbers{0, 32});
    return number;
}

void CaptureWriter::write(const Frame& frame) {
    const std::uint64_t ns = ns_of(frame.at);
    const auto size = static_cast<std::uint32_t>(frame.bytes.size());
    if (!is_pcapng_) {
        put(Numbers{static_cast<std::uint32_t>(ns / second),
                    static_cast<std::uint32_t>(ns % second), size, frame.length});
        return put(frame.bytes);
    }
    constexpr std::array<std::uint8_t, 3> padding{};
    const std::uint32_t number = interface_of(frame.link);
    const std::uint32_t padded = (size + 3) / 4 * 4;
    const std::uint32_t all = 32 + padded;
    put(Numbers{6, all, number, static_cast<std::uint32_t>(ns >> 32),
                static_cast<std::uint32_t>(ns), size, frame.length});
    put(frame.bytes);
    put(std::span{padding}.first(padded - size));
    put(Numbers{all});
}

void CaptureWriter::put(std::span<const std::uint32_t> numbers) {
    std::fwrite(numbers.data(), sizeof(std::uint32_t), numbers.size(), file_.get());
}

void CaptureWriter::put(std::span<const std::uint8_t> bytes) {
    std::fwrite(bytes.data(), 1, bytes.size(), file_.get());
}

void CaptureWriter::close() {
    const bool failed = std::ferror(file_.get()) != 0 || std::fflush(file_.get()) != 0;
    if (failed) fail();
    file_.reset();
}

void CaptureWriter::fail() const {
    throw std::runtime_error(fmt::format("--write-pcap '{}': {}", path_, std::strerror(errno)));
}

}  // namespace sipping::capture
