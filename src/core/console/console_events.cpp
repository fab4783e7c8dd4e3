// Lines about what changed: states, statuses, falls in common, requests, how we are seen; and about
// datagrams that belong to no probe.
#include <algorithm>

#include "sipping/base/escape.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/console/colors.hpp"
#include "sipping/console/console.hpp"
#include "sipping/console/console_line.hpp"
#include "sipping/result/words.hpp"

namespace sipping::console {
namespace {

std::string_view color_of(stats::State state) noexcept {
    switch (state) {
        case stats::State::down: return bold_red;
        case stats::State::refusing: return red;
        case stats::State::maintenance:
        case stats::State::unknown: return yellow;
        case stats::State::up: break;
    }
    return green;
}

void some(LineWriter& line, std::uint64_t count, std::string_view what) noexcept {
    if (count > 0) line.print(", {} {}", count, what);
}

/// "198.51.100.7" and "[198.51.100.7]" and other spellings of one address are the same.
bool same_address(std::string_view a, std::string_view b) noexcept {
    const auto first = parse_sip_address(a);
    return first && first == parse_sip_address(b);
}

/// In the order of StrayReason.
constexpr std::array<std::string_view, stray_reason_count> stray_words{
    "a request",       "a response to no probe of ours",
    "our own request", "unreadable request",
    "not SIP",         "CRLF keep-alive",
    "NUL keep-alive",  "empty datagram",
    "STUN message"};

}  // namespace

void Console::at_time(LineWriter& line, std::string_view before, WallTime at) noexcept {
    std::array<char, LocalTime::size> text;
    line.put(before);
    line.put(time_.render(at, text));
}

void Console::event(const stats::StateEvent& event, std::string_view name,
                    TextBuffer& out) noexcept {
    if (options_.json) return;
    const stats::TargetStats& stats = *event.stats;
    const stats::Outage& outage = stats.current_outage();
    print_line(out, color_of(event.state), [&](LineWriter& line) {
        line.put(to_string(event.state));
        line.put(' ');
        write_escaped(line, name);
        if (event.state == stats::State::up) {
            line.put(" after ");
            line.seconds(outage.length());
            line.print(", {} lost", outage.lost);
            some(line, outage.refused, "refused");
            some(line, outage.maintenance, "in maintenance");
            some(line, outage.unsent, "not sent");
            at_time(line, ", at ", event.at);
        } else {
            at_time(line, " since ", stats.since());
        }
        if (event.state == stats::State::unknown) {
            line.put(": cannot send");
            if (stats.unsent_error() != 0) {
                line.put(" (");
                write_errno(line, stats.unsent_error());
                line.put(')');
            }
        }
        if (event.code != 0) line.print(" ({})", event.code);
        if (outage.all_perhaps_own()) perhaps_our_own(line, outage.self);
        if (event.state == stats::State::down && stats.unread_since_answer() > 0)
            line.print(" [unread: {}]", stats.unread_since_answer());
    });
}

void Console::event(const stats::StatusEvent& event, std::string_view name,
                    TextBuffer& out) noexcept {
    if (options_.json) return;
    print_line(out, yellow, [&](LineWriter& line) {
        line.put("STATUS ");
        write_escaped(line, name);
        line.put(' ');
        write_escaped(line, event.from);
        if (event.from == event.to) {
            line.put(" again");
        } else {
            line.put(" -> ");
            write_escaped(line, event.to);
        }
        at_time(line, " at ", event.at);
        if (event.hidden > 0)
            line.print(" ({} {} in between not shown)", event.hidden,
                       for_count(event.hidden, "change", "changes"));
    });
}

void Console::event(const stats::UnresolvedEvent& event, std::string_view name,
                    TextBuffer& out) noexcept {
    if (options_.json) return;
    print_line(out, color_of(stats::State::unknown), [&](LineWriter& line) {
        line.put(to_string(stats::State::unknown));
        line.put(' ');
        write_escaped(line, name);
        at_time(line, " since ", event.since);
        line.put(": ");
        write_escaped(line, event.why);
    });
}

void Console::event(const stats::ResolvedEvent& event, std::string_view name,
                    TextBuffer& out) noexcept {
    if (options_.json) return;
    print_line(out, no_color, [&](LineWriter& line) {
        line.put("! ");
        stamp(line, event.at);
        line.put(' ');
        write_escaped(line, name);
        line.put(" is at ");
        line.address(event.address);
        line.put(" now (UNKNOWN for ");
        line.seconds(event.after);
        line.put(')');
    });
}

void Console::event(const stats::CommonEvent& event, TextBuffer& out) noexcept {
    if (options_.json) return;
    print_line(out, bold_red, [&](LineWriter& line) {
        line.print("{} of {} {} within ", event.targets, event.of,
                   event.state == stats::State::down ? "lost contact" : "cannot be asked, all");
        line.print("{} ms", std::chrono::round<std::chrono::milliseconds>(event.within).count());
        at_time(line, ", since ", event.begin);
        line.put(": look on our side");
    });
}

void Console::event(const stats::RequestEvent& event, TextBuffer& out) noexcept {
    if (options_.json) return;
    print_line(out, no_color, [&](LineWriter& line) {
        line.put("! ");
        stamp(line, event.at);
        line.put(" Request from ");
        line.endpoint(event.from);
        line.put(": ");
        write_escaped(line, event.method);
        if (!event.user_agent.empty()) {
            line.put(", User-Agent ");
            write_escaped(line, event.user_agent);
        }
        line.put(event.answered ? ", answered" : ", not answered");
    });
}

void Console::event(const stats::SeenEvent& event, std::string_view name,
                    TextBuffer& out) noexcept {
    if (options_.json) return;
    print_line(out, no_color, [&](LineWriter& line) {
        const bool as_we_are =
            event.received.empty() || same_address(event.received, event.sent_by);
        write_escaped(line, name);
        line.put(" sees us as ");
        write_escaped(line, as_we_are ? event.sent_by : event.received);
        if (!as_we_are) {
            line.put(", our Via says ");
            write_escaped(line, event.sent_by);
            line.put(": NAT");
        }
        if (!event.port_told) return line.put(as_we_are ? ", as we are" : "");
        if (as_we_are)
            line.put(event.port_kept ? ", as we are: no NAT" : ", but ports are rewritten: NAT");
        else
            line.put(event.port_kept ? ", ports are kept" : ", ports are rewritten");
    });
}

void Console::stray(const Stray& stray, TextBuffer& out) noexcept {
    if (options_.json) return;
    const bool shown = options_.per_ping && stray.unread();
    if (!shown && !options_.print_received) return;
    if (!options_.print_received && !admit(strays_, stray.at, out)) return;
    print_line(out, no_color, [&](LineWriter& line) {
        line.put("? ");
        stamp(line, stray.at);
        line.put(" From ");
        line.endpoint(stray.from);
        line.print(" to port {}: {}, {} bytes", stray.port,
                   stray_words[static_cast<std::size_t>(stray.reason)], stray.raw.size());
    });
    if (options_.print_received && !stray.raw.empty()) raw(stray.raw, out);
}

}  // namespace sipping::console
