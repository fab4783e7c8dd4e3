// Lines about single probes and targets. The summary, the table and the health report have their
// own files.
#include "sipping/console/console.hpp"

#include "sipping/base/escape.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/console/colors.hpp"
#include "sipping/console/console_line.hpp"
#include "sipping/result/words.hpp"

namespace sipping::console {
namespace {

/// What is odd about an answer; nothing for an ordinary one.
void answer_notes(LineWriter& line, const ProbeResult& result) noexcept {
    if (result.syntax) {
        line.put(" [not correct SIP: ");
        write_syntax(line, result.syntax);
        line.put(']');
    }
    if (result.mangled != 0) {
        line.put(" [mangled: ");
        write_mangled(line, result.mangled);
        line.put(']');
    }
    if (result.from_elsewhere) {
        line.put(" [from ");
        line.endpoint(result.from);
        line.put(']');
    }
    if (result.arrival_port != 0) line.print(" [to port {}]", result.arrival_port);
    if (result.retry_after_s >= 0) line.print(" [Retry-After: {}]", result.retry_after_s);
}

std::string_view color_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::late:
        case Kind::duplicate: return yellow;
        case Kind::reply:
        case Kind::provisional:
        case Kind::pending: return no_color;
        default: return red;
    }
}

}  // namespace

/// Why the prober may have lost it itself; nothing where it has no reason to think so.
void Console::perhaps_our_own(LineWriter& line, std::uint8_t self) noexcept {
    if (self == 0) return;
    line.put(" [perhaps our own: ");
    write_self(line, self);
    line.put(']');
}

void Console::raw(std::string_view message, TextBuffer& out) noexcept {
    if (!append_escaped_message(out, message, "    ")) ++lines_lost_;
}

void Console::stamp(LineWriter& line, WallTime at) noexcept {
    std::array<char, LocalTime::size> text;
    line.put('(');
    line.put(time_.render(at, text));
    line.put(')');
}

void Console::id(LineWriter& line, std::uint64_t call_id) noexcept {
    if (call_id == 0) return;
    line.put(" [id: ");
    write_call_id(line, call_id, options_.site);
    line.put(']');
}

void Console::on_sent(const SentProbe& probe, TextBuffer& out) noexcept {
    if (options_.json) return;
    if (options_.per_ping) {
        print_line(out, no_color, [&](LineWriter& line) {
            line.put("> ");
            stamp(line, probe.sent_wall);
            line.put(" Sending to ");
            line.endpoint(probe.to);
            id(line, probe.call_id);
        });
    }
    if (options_.print_sent) raw(probe.raw, out);
}

void Console::answer_line(LineWriter& line, const ProbeResult& result) noexcept {
    line.put("< ");
    stamp(line, result.sent_wall + result.latency);
    switch (result.kind) {
        case Kind::late: line.put(" Late reply from "); break;
        case Kind::duplicate: line.put(" Duplicate reply from "); break;
        default: line.put(" Reply from "); break;
    }
    line.address(result.from.address);
    line.put(" (");
    line.milliseconds(result.latency);
    line.put("ms): ");
    write_escaped(line, result.status_line);
    // An ordinary reply's line is the original's, which has no id.
    if (result.kind == Kind::late || result.kind == Kind::duplicate) id(line, result.call_id);
    answer_notes(line, result);
}

void Console::drop_line(LineWriter& line, const ProbeResult& result, const Endpoint& target,
                        WallTime at) noexcept {
    line.put(result.kind == Kind::pending ? "? " : "X ");
    stamp(line, at);
    switch (result.kind) {
        case Kind::send_error: line.put(" Could not send to "); break;
        case Kind::local: line.put(" Not sent to "); break;
        case Kind::pending: line.put(" Ended while waiting for response from "); break;
        default: line.put(" Timed out waiting for response from "); break;
    }
    line.endpoint(target);
    if (result.kind == Kind::send_error) {
        line.put(": ");
        write_errno(line, result.error);
    }
    if (result.kind == Kind::local && result.local_reason == LocalReason::no_free_port)
        line.put(": no free source port");
    if (result.kind == Kind::local && result.local_reason == LocalReason::no_identity)
        line.put(": no room for its identity");
    id(line, result.call_id);
    if (result.icmp) {
        line.put(" (ICMP ");
        write_icmp(line, *result.icmp);
        line.put(" from ");
        line.address(result.icmp->from);
        line.put(')');
    }
    perhaps_our_own(line, result.self);
    if (result.unread > 0) line.print(" [unread: {}]", result.unread);
}

void Console::on_result(const ProbeResult& result, const Endpoint& target, WallTime at,
                        TextBuffer& out) noexcept {
    if (options_.json) return;
    const bool answered = has_answer(result.kind);
    if (options_.per_ping) {
        print_line(out, color_of(result.kind), [&](LineWriter& line) {
            if (answered)
                answer_line(line, result);
            else
                drop_line(line, result, target, at);
        });
    }
    if (options_.print_received && answered) raw(result.raw, out);
}

/// At most lines_per_s of a kind each second; what is left out is counted, and told with the next.
bool Console::admit(Limited& lines, WallTime at, TextBuffer& out) noexcept {
    const auto second = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
    if (second != lines.second) {
        tell_hidden(lines, out);
        lines.second = second;
        lines.shown = 0;
    }
    if (lines.shown >= lines_per_s) {
        ++lines.hidden;
        return false;
    }
    ++lines.shown;
    return true;
}

void Console::tell_hidden(Limited& lines, TextBuffer& out) noexcept {
    if (lines.hidden == 0) return;
    print_line(out, no_color, [&](LineWriter& line) {
        line.print("{} {} more {}, not shown", lines.mark, lines.hidden,
                   for_count(lines.hidden, lines.one, lines.many));
    });
    lines.hidden = 0;
}

void Console::tell_hidden(TextBuffer& out) noexcept {
    tell_hidden(icmp_, out);
    tell_hidden(strays_, out);
}

void Console::icmp(WallTime at, const IcmpError& error, std::string_view target_name,
                   std::uint64_t call_id, TextBuffer& out, std::uint64_t count) noexcept {
    if (options_.json || (!options_.per_ping && !admit(icmp_, at, out))) return;
    print_line(out, no_color, [&](LineWriter& line) {
        line.put("! ");
        stamp(line, at);
        line.put(" ICMP ");
        write_icmp(line, error);
        line.put(" from ");
        line.address(error.from);
        line.put(" for ");
        write_escaped(line, target_name);
        id(line, call_id);
        if (count > 1) line.print(", the last of {}", count);
    });
}

void Console::statistics(const stats::TargetStats& stats, TextBuffer& out) noexcept {
    if (options_.json || !options_.statistics) return;
    print_line(out, no_color, [&](LineWriter& line) {
        line.print(
            "        [Recd: {} | Lost: {}]     [loss stats: longest run: {}  length of last "
            "run: {}  length of current run: {}]",
            stats.received(), stats.lost(), stats.longest_run(), stats.last_run(),
            stats.current_run());
    });
    print_line(out, no_color, [&](LineWriter& line) {
        line.put("        [min/max/avg ");
        if (stats.received() == 0) {
            line.put("-/-/-]");
            return;
        }
        line.milliseconds(stats.latency_min());
        line.put('/');
        line.milliseconds(stats.latency_max());
        line.put('/');
        line.milliseconds(stats.latency_mean());
        line.put(']');
    });
}

void Console::moved(WallTime at, std::string_view target_name, const Address& was,
                    const Address& now, TextBuffer& out) noexcept {
    print_line(out, no_color, [&](LineWriter& line) {
        line.put("! ");
        stamp(line, at);
        line.put(" ");
        write_escaped(line, target_name);
        line.put(" is at ");
        line.address(now);
        line.put(" now (was ");
        line.address(was);
        line.put(")");
    });
}

}  // namespace sipping::console
