#include "sipping/base/line_writer.hpp"

#include <algorithm>
#include <array>

namespace sipping {

void LineWriter::milliseconds(Duration duration) noexcept {
    if (duration < Duration::zero()) put('-');
    // Unsigned, so that the most negative duration has a magnitude too.
    const auto raw = static_cast<std::uint64_t>(duration.count());
    const std::uint64_t ns = duration < Duration::zero() ? 0 - raw : raw;
    const std::uint64_t us = (ns + 500) / 1000;
    number(us / 1000);
    put('.');
    digits<3>(us % 1000);
}

void LineWriter::seconds(Duration duration) noexcept {
    const bool whole = duration >= 10s;
    const Duration unit = whole ? Duration{1s} : Duration{1ms};
    const auto value =
        static_cast<std::uint64_t>((std::max(duration, Duration{}) + unit / 2) / unit);
    number(whole ? value : value / 1000);
    if (const std::uint64_t ms = whole ? 0 : value % 1000; ms > 0) {
        put('.');
        std::array<char, 3> decimals;
        write_digits<3>(decimals.data(), ms);
        put(std::string_view{decimals.data(), ms % 100 == 0 ? 1U : ms % 10 == 0 ? 2U : 3U});
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
    digits<6>(magnitude % 1'000'000);
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

}  // namespace sipping
