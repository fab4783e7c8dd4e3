// A console whose output is text in memory, and the events that the console's tests feed it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "sipping/console/console.hpp"

namespace sipping::console {

inline std::int32_t two_hours_east(std::int64_t) noexcept {
    return 7200;
}

inline constexpr WallTime sent_wall{1'778'803'687s + 230'895us};  // 15 May 2026, 00:08:07 UTC
inline constexpr WallTime a_second_later = sent_wall + 1s;
inline const Endpoint target{*parse_address("203.0.113.5"), 5060};

/// A console and what it printed; the text is taken out by printed().
struct Screen {
    explicit Screen(ConsoleOptions options = {}, std::size_t size = 1 << 16)
        : console(std::move(options), two_hours_east), out(size) {}

    std::string printed() {
        std::string text(out.view());
        out.clear();
        return text;
    }
    std::string result(const ProbeResult& result, WallTime at = a_second_later) {
        console.on_result(result, target, at, out);
        return printed();
    }

    /// Tells a state if there is one to be told, a second after sent_wall.
    void state(const stats::TargetStats& stats, std::optional<stats::State> changed,
               std::string_view name = "x", std::uint16_t code = 0) {
        if (!changed) return;
        console.event(
            stats::StateEvent{
                .state = *changed, .stats = &stats, .code = code, .at = a_second_later},
            name, out);
    }

    Console console;
    TextBuffer out;
};

inline ProbeResult result_of(Kind kind) {
    ProbeResult result;
    result.kind = kind;
    result.call_id = 6142922627;
    result.source_port = 40111;
    result.sent_wall = sent_wall;
    result.from = target;
    result.raw = "SIP/2.0 403 Forbidden\r\nVia: x\r\n\r\n";
    if (has_answer(kind)) {
        result.latency = 37'580us;
        result.status_line = "SIP/2.0 403 Forbidden";
        result.status = 403;
    }
    return result;
}

inline SentProbe sent_probe() {
    SentProbe probe;
    probe.call_id = 9437147350;
    probe.to = target;
    probe.sent_wall = sent_wall;
    probe.raw = "OPTIONS sip:x SIP/2.0\r\nVia: y\r\n\r\n";
    return probe;
}

inline Settled settled(bool lost, Duration at) {
    Settled settled;
    settled.lost = lost;
    settled.sent = Instant{at};
    settled.sent_wall = sent_wall + at;
    return settled;
}

}  // namespace sipping::console
