#include "sipping/ports/words.hpp"
#include "sipping/base/error_words.hpp"
#include "sipping/base/grouped.hpp"

#include <cmath>

#include <fmt/format.h>

namespace sipping::ports {
namespace {

std::string stop_words(const Holding& holding) {
    if (holding.stopped_by == Limit::refused) return "stopped by " + error_words(holding.error);
    std::string text = fmt::format("stopped by {}", limit_words(holding.stopped_by));
    if (holding.stopped_by == Limit::port_range && holding.left_free > 0)
        text += fmt::format(" ({} more are left to other programs; --exhaust takes them too)",
                            grouped(holding.left_free));
    return text;
}

}  // namespace

std::string in_seconds(Duration time) {
    std::string text = fmt::format("{:.3f}", std::chrono::duration<double>(time).count());
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + " s";
}

std::string probes_per_second(std::uint64_t ports, Duration held_for) {
    const double rate =
        static_cast<double>(ports) / std::chrono::duration<double>(held_for).count();
    if (rate >= 10) return grouped(static_cast<std::uint64_t>(rate));
    std::string text = fmt::format("{:.2f}", std::floor(rate * 100) / 100);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string holding_words(const Holding& holding) {
    const bool cut_short = holding.stopped_by == Limit::interrupted;
    std::string text =
        cut_short
            ? fmt::format("This box holds at least {} at once: Ctrl+C came before a limit did.",
                          counted(holding.ports, "source port"))
            : fmt::format("This box holds {} at once, {}.", counted(holding.ports, "source port"),
                          stop_words(holding));
    const std::string rate = probes_per_second(holding.ports, holding.timeout);
    text += fmt::format(
        " With a timeout of {} and a new port per probe that is {} a second; NATs and "
        "firewalls that keep a mapping {} allow {}.",
        in_seconds(holding.timeout), rate == "1" ? "1 probe" : rate + " probes",
        in_seconds(holding.mapping_time), probes_per_second(holding.ports, holding.mapping_time));
    return text;
}

}  // namespace sipping::ports
