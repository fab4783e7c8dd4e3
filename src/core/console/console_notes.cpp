// What stands below the table: responses that are not correct SIP, datagrams that belong to no
// probe, who sent requests.
#include <algorithm>

#include "sipping/base/escape.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/console/console.hpp"
#include "sipping/console/console_line.hpp"
#include "sipping/result/words.hpp"

namespace sipping::console {
namespace {

constexpr std::size_t targets_named = 20;  ///< of each note; the others are counted

void write_syntax_counts(LineWriter& line, const stats::SyntaxCounts& syntax) noexcept {
    std::string_view glue = "";
    for (const auto& entry : syntax.entries()) {
        line.put(glue);
        write_syntax(line, entry.key);
        line.print(" x {}", entry.count);
        glue = ", ";
    }
    if (syntax.other() > 0) line.print("{}others x {}", glue, syntax.other());
}

}  // namespace

template <class Has, class Render>
void Console::notes_of(std::span<const TableRow> rows, TextBuffer& out, const Has& has,
                       const Render& render) noexcept {
    std::size_t count = 0;
    for (const TableRow& row : rows) {
        if (!has(*row.stats) || ++count > targets_named) continue;
        print_line(out, {}, [&](LineWriter& line) {
            write_escaped(line, row.name);
            line.put(": ");
            render(line, *row.stats);
        });
    }
    if (count > targets_named)
        print_line(out, {}, [&](LineWriter& line) {
            line.print("... and {} more {}", count - targets_named,
                       for_count(count - targets_named, "target", "targets"));
        });
}

void Console::notes(std::span<const TableRow> rows, const stats::RequestSources& sources,
                    TextBuffer& out) noexcept {
    notes_of(
        rows, out, [](const stats::TargetStats& stats) { return !stats.syntax().empty(); },
        [](LineWriter& line, const stats::TargetStats& stats) {
            line.put("responses that are not correct SIP, read all the same: ");
            write_syntax_counts(line, stats.syntax());
        });
    notes_of(
        rows, out, [](const stats::TargetStats& stats) { return stats.unread() > 0; },
        [](LineWriter& line, const stats::TargetStats& stats) {
            line.print("{} {} from it to no probe of ours (rows of kind unread)", stats.unread(),
                       for_count(stats.unread(), "datagram", "datagrams"));
        });
    for (const stats::RequestSources::Source& source : sources.sources())
        print_line(out, {}, [&](LineWriter& line) {
            line.print("{} {} from ", source.requests,
                       for_count(source.requests, "request", "requests"));
            line.endpoint(source.from);
            line.put(" (");
            write_escaped(line, source.method());
            if (!source.user_agent().empty()) {
                line.put(", User-Agent ");
                write_escaped(line, source.user_agent());
            }
            line.print("), {} answered", source.answered);
        });
    if (sources.others() > 0)
        print_line(out, {}, [&](LineWriter& line) {
            line.print("{} {} from others", sources.others(),
                       for_count(sources.others(), "request", "requests"));
        });
}

}  // namespace sipping::console
