#include "sipping/sink/line_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

namespace sipping::sink {

void LineWriter::number(std::uint64_t value) noexcept {
    const auto done = std::to_chars(at_, end_, value);
    fits_ = fits_ && done.ec == std::errc{};
    if (fits_) at_ = done.ptr;
}

void LineWriter::digits(std::uint64_t value, int width) noexcept {
    std::array<char, 20> text;
    assert(width >= 1 && static_cast<std::size_t>(width) <= text.size());
    for (auto i = static_cast<std::size_t>(width); i-- > 0; value /= 10)
        text[i] = static_cast<char>('0' + value % 10);
    assert(value == 0);
    put({text.data(), static_cast<std::size_t>(width)});
}

void LineWriter::milliseconds(Duration duration) noexcept {
    if (duration < Duration::zero()) put('-');
    // Unsigned, so that the most negative duration has a magnitude too.
    const auto raw = static_cast<std::uint64_t>(duration.count());
    const std::uint64_t ns = duration < Duration::zero() ? 0 - raw : raw;
    const std::uint64_t us = (ns + 500) / 1000;
    number(us / 1000);
    put('.');
    digits(us % 1000, 3);
}

void LineWriter::seconds(Duration duration) noexcept {
    const bool whole = duration >= 10s;
    const Duration unit = whole ? Duration{1s} : Duration{1ms};
    auto value = static_cast<std::uint64_t>((std::max(duration, Duration{}) + unit / 2) / unit);
    int decimals = whole ? 0 : 3;
    std::uint64_t scale = whole ? 1 : 1000;
    for (; decimals > 0 && value % 10 == 0; value /= 10, scale /= 10)
        --decimals;
    number(value / scale);
    if (decimals > 0) {
        put('.');
        digits(value % scale, decimals);
    }
    put(" s");
}

void LineWriter::unix_time(WallTime time) noexcept {
    const auto us = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
    if (us < 0) put('-');
    const auto raw = static_cast<std::uint64_t>(us);
    const std::uint64_t magnitude = us < 0 ? 0 - raw : raw;
    number(magnitude / 1'000'000);
    put('.');
    digits(magnitude % 1'000'000, 6);
}

void LineWriter::address(const Address& address) noexcept {
    if (address.family == Family::v4) {
        for (std::size_t i = 0; i < 4; ++i) {
            if (i > 0) put('.');
            number(address.bytes[i]);
        }
        return;
    }
    std::array<char, address_text_max> text;
    put(write_address(address, text));
}

void LineWriter::endpoint(const Endpoint& endpoint) noexcept {
    const bool brackets = endpoint.address.family == Family::v6;
    if (brackets) put('[');
    address(endpoint.address);
    if (brackets) put(']');
    put(':');
    number(endpoint.port);
}

}  // namespace sipping::sink
