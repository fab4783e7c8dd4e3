#include "commands/report/columns.hpp"

#include <algorithm>
#include <cmath>

namespace sipping::app {
namespace {

using Numbers = std::vector<std::uint16_t>;

constexpr double code_steps = 2048;  // per doubling; 16 bits reach 2^32 us

std::uint16_t latency_code(Duration latency) {
    const double us = std::max(1.0, std::chrono::duration<double, std::micro>(latency).count());
    return static_cast<std::uint16_t>(
        std::min(65'535.0, 1 + std::round(code_steps * std::log2(us))));
}

/// RFC 4648 section 4, of the numbers' bytes, low ones first.
std::string base64(const Numbers& numbers) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    std::uint32_t bits = 0;
    int held = 0;
    const auto put = [&](std::uint32_t byte) {
        bits = bits << 8 | byte;
        for (held += 8; held >= 6; held -= 6)
            text += letters[bits >> (held - 6) & 63];
    };
    for (const std::uint16_t number : numbers) {
        put(number & 0xff);
        put(number >> 8);
    }
    if (held > 0) text += letters[bits << (6 - held) & 63];
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

}  // namespace

Json columns_json(const std::vector<report::Period>& periods, std::uint32_t count) {
    std::uint64_t most = 0;
    for (const report::Period& period : periods)
        most = std::max(most, period.sent);
    const std::uint64_t unit = most / 65'535 + 1;
    Numbers sent(count);
    Numbers p50(count);
    Numbers max(count);
    Json lost = Json::array();
    for (const report::Period& period : periods) {
        if (period.number < 0 || period.number >= count) continue;
        const auto column = static_cast<std::size_t>(period.number);
        sent[column] = static_cast<std::uint16_t>((period.sent + unit - 1) / unit);
        if (period.has_latency()) {
            p50[column] = latency_code(period.p50);
            max[column] = latency_code(period.max);
        }
        if (period.lost > 0) lost.push_back({column, period.lost, period.longest_run});
    }
    return {{"sent", base64(sent)},
            {"sent_unit", unit},
            {"p50", base64(p50)},
            {"max", base64(max)},
            {"lost", std::move(lost)}};
}

}  // namespace sipping::app
