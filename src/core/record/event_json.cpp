#include "sipping/record/event_json.hpp"

#include <array>

#include "sipping/base/escape.hpp"
#include "sipping/result/words.hpp"

namespace sipping::record {
namespace {

/// `key` comes with its comma and colon: ",\"target\":".
void text(LineWriter& line, std::string_view key, std::string_view value) noexcept {
    line.put(key);
    line.put('"');
    write_json_string(line, value);
    line.put('"');
}

void number(LineWriter& line, std::string_view key, std::uint64_t value) noexcept {
    line.put(key);
    line.number(value);
}

void flag(LineWriter& line, std::string_view key, bool value) noexcept {
    line.put(key);
    line.put(value ? "true" : "false");
}

void moment(LineWriter& line, std::string_view key, WallTime value) noexcept {
    line.put(key);
    line.unix_time(value);
}

void milliseconds(LineWriter& line, std::string_view key, Duration value) noexcept {
    line.put(key);
    line.milliseconds(value);
}

/// {"200":95,"503":5}; what was not told apart is "other".
template <class Counts, class WriteKey>
void counts(LineWriter& line, std::string_view key, const Counts& all,
            const WriteKey& write_key) noexcept {
    line.put(key);
    line.put('{');
    bool first = true;
    const auto entry = [&](const auto& write, std::uint64_t count) {
        if (count == 0) return;
        line.put(first ? "\"" : ",\"");
        first = false;
        write();
        line.put("\":");
        line.number(count);
    };
    for (const auto& one : all.entries())
        entry([&] { write_key(one.key); }, one.count);
    entry([&] { line.put("other"); }, all.other());
    line.put('}');
}

void outage(LineWriter& line, const stats::Outage& outage) noexcept {
    number(line, ",\"lost\":", outage.lost);
    number(line, ",\"refused\":", outage.refused);
    number(line, ",\"maintenance\":", outage.maintenance);
    number(line, ",\"unsent\":", outage.unsent);
}

}  // namespace

void EventWriter::begin(LineWriter& line, std::string_view event, WallTime at) noexcept {
    std::array<char, LocalTime::size> time;
    line.put("{\"event\":\"");
    line.put(event);
    line.put("\",\"time\":\"");
    line.put(time_.render(at, time));
    moment(line, "\",\"timestamp\":", at);
}

bool EventWriter::write(const stats::StateEvent& event, std::string_view name,
                        TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        const stats::TargetStats& stats = *event.stats;
        const stats::Outage& run = stats.current_outage();
        begin(line, to_string(event.state), event.at);
        text(line, ",\"target\":", name);
        moment(line, ",\"since\":", event.state == stats::State::up ? run.end : stats.since());
        if (event.state == stats::State::up) {
            line.put(",\"after_s\":");
            line.print("{:.6f}", std::chrono::duration<double>(run.length()).count());
        }
        outage(line, run);
        if (event.code != 0) number(line, ",\"code\":", event.code);
        if (event.state == stats::State::unknown) {
            line.put(",\"errno\":\"");
            if (stats.unsent_error() != 0) write_errno(line, stats.unsent_error());
            line.put('"');
        }
        number(line, ",\"unread\":", stats.unread_since_answer());
        line.put(",\"self\":");
        if (run.all_perhaps_own()) {
            line.put('"');
            write_self(line, run.self);
            line.put('"');
        } else {
            line.put("null");
        }
        line.put("}\n");
    });
}

bool EventWriter::write(const stats::StatusEvent& event, std::string_view name,
                        TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "STATUS", event.at);
        text(line, ",\"target\":", name);
        text(line, ",\"from\":", event.from);
        text(line, ",\"to\":", event.to);
        number(line, ",\"hidden\":", event.hidden);
        line.put("}\n");
    });
}

bool EventWriter::write(const stats::UnresolvedEvent& event, std::string_view name,
                        TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, to_string(stats::State::unknown), event.at);
        text(line, ",\"target\":", name);
        moment(line, ",\"since\":", event.since);
        text(line, ",\"reason\":", event.why);
        line.put("}\n");
    });
}

bool EventWriter::write(const stats::ResolvedEvent& event, std::string_view name,
                        TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "RESOLVED", event.at);
        text(line, ",\"target\":", name);
        line.put(",\"address\":\"");
        line.address(event.address);
        line.put("\",\"after_s\":");
        line.print("{:.6f}", std::chrono::duration<double>(event.after).count());
        line.put("}\n");
    });
}

bool EventWriter::write(const stats::CommonEvent& event, WallTime at, TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "COMMON", at);
        text(line, ",\"state\":", to_string(event.state));
        number(line, ",\"targets\":", event.targets);
        number(line, ",\"of\":", event.of);
        milliseconds(line, ",\"within_ms\":", event.within);
        moment(line, ",\"since\":", event.begin);
        line.put("}\n");
    });
}

bool EventWriter::write(const stats::RequestEvent& event, TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "REQUEST", event.at);
        line.put(",\"from\":\"");
        line.endpoint(event.from);
        line.put('"');
        text(line, ",\"method\":", event.method);
        text(line, ",\"user_agent\":", event.user_agent);
        flag(line, ",\"answered\":", event.answered);
        line.put("}\n");
    });
}

bool EventWriter::write(const stats::SeenEvent& event, std::string_view name,
                        TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "SEEN", event.at);
        text(line, ",\"target\":", name);
        text(line, ",\"received\":", event.received);
        text(line, ",\"sent_by\":", event.sent_by);
        if (event.port_told)
            flag(line, ",\"port_kept\":", event.port_kept);
        else
            line.put(",\"port_kept\":null");
        line.put("}\n");
    });
}

bool EventWriter::summary(const stats::TargetStats& stats, std::string_view name, WallTime at,
                          TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "SUMMARY", at);
        text(line, ",\"target\":", name);
        text(line, ",\"state\":", to_string(stats.state()));
        number(line, ",\"sent\":", stats.sent());
        number(line, ",\"received\":", stats.received());
        number(line, ",\"lost\":", stats.lost());
        line.put(",\"loss_percent\":");
        line.print("{:.2f}", stats.loss_percent());
        number(line, ",\"refused\":", stats.refused());
        number(line, ",\"maintenance\":", stats.maintenance());
        number(line, ",\"late\":", stats.count(Kind::late));
        number(line, ",\"duplicate\":", stats.count(Kind::duplicate));
        number(line, ",\"unread\":", stats.unread());
        counts(line, ",\"codes\":", stats.codes(), [&](std::uint16_t code) { line.number(code); });
        counts(line, ",\"syntax\":", stats.syntax(),
               [&](const SyntaxFault& fault) { write_syntax(line, fault); });
        if (stats.received() > 0) {
            milliseconds(line, ",\"min_ms\":", stats.latency_min());
            milliseconds(line, ",\"avg_ms\":", stats.latency_mean());
            milliseconds(line, ",\"max_ms\":", stats.latency_max());
        }
        line.put("}\n");
    });
}

bool EventWriter::sources(const stats::RequestSources& sources, WallTime at,
                          TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& line) {
        begin(line, "REQUESTS", at);
        line.put(",\"sources\":[");
        bool first = true;
        for (const stats::RequestSources::Source& source : sources.sources()) {
            line.put(first ? "{\"from\":\"" : ",{\"from\":\"");
            first = false;
            line.endpoint(source.from);
            line.put('"');
            text(line, ",\"method\":", source.method());
            text(line, ",\"user_agent\":", source.user_agent());
            number(line, ",\"requests\":", source.requests);
            number(line, ",\"answered\":", source.answered);
            line.put('}');
        }
        number(line, "],\"others\":", sources.others());
        line.put("}\n");
    });
}

}  // namespace sipping::record
