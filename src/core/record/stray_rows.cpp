// Rows of kind `unread`: what came from a target's host and belongs to no probe.
#include <algorithm>

#include "sipping/base/escape.hpp"
#include "sipping/record/row_details.hpp"
#include "sipping/record/rows.hpp"

namespace sipping::record {
namespace {

constexpr std::size_t bytes_shown = 32;

/// Nothing that ends a value, a field or a line, in CSV and JSON alike.
char harmless(char c) noexcept {
    const bool visible = c > ' ' && c < 0x7f;
    return visible && std::string_view{"\",;=\\"}.find(c) == std::string_view::npos ? c : '.';
}

void write_details(const Stray& stray, const RowContext& context, Details details) noexcept {
    details.word("reason", to_string(stray.reason));
    if (stray.other_port) details.pair("from", [&](LineWriter& row) { row.endpoint(stray.from); });
    details.number("length", stray.raw.size());
    details.pair("bytes", [&](LineWriter& row) {
        for (const char c : stray.raw.substr(0, bytes_shown))
            row.put(harmless(c));
    });
    if (!context.run.empty()) details.word("run", context.run);
}

void write_details(const stats::HiddenStrays& hidden, const RowContext& context,
                   Details details) noexcept {
    details.word("reason", "more");
    details.number("count", hidden.count);
    details.pair("until", [&](LineWriter& row) { row.unix_time(hidden.until); });
    if (!context.run.empty()) details.word("run", context.run);
}

}  // namespace

template <class WriteHost, class What>
bool RowWriter::unread_csv(WallTime at, std::uint16_t port, const What& what,
                           const RowContext& context, const WriteHost& write_host,
                           TextBuffer& out) noexcept {
    if (classic_) return true;
    return append_rendered(out, [&](LineWriter& row) {
        csv_begin(row, at);
        write_host(row);
        row.put(",,,,");
        write_csv_field(row, context.target_name, row_text_max);
        row.put(',');
        if (port != 0) row.number(port);
        row.put(",unread,");
        write_details(what, context, Details(row, false));
        row.put('\n');
    });
}

template <class WriteHost, class What>
bool RowWriter::unread_json(WallTime at, std::uint16_t port, const What& what,
                            const RowContext& context, const WriteHost& write_host,
                            TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& row) {
        json_begin(row, at);
        write_host(row);
        row.put("\",\"latency\":null,\"callid\":null,\"response\":null,\"target\":\"");
        write_json_string(row, context.target_name, row_text_max);
        row.put("\",\"source_port\":");
        if (port != 0)
            row.number(port);
        else
            row.put("null");
        row.put(",\"kind\":\"unread\",\"detail\":{");
        write_details(what, context, Details(row, true));
        row.put("}}\n");
    });
}

bool RowWriter::csv(const Stray& stray, const RowContext& context, TextBuffer& out) noexcept {
    return unread_csv(
        stray.at, stray.port, stray, context,
        [&](LineWriter& row) { row.address(stray.from.address); }, out);
}

bool RowWriter::json(const Stray& stray, const RowContext& context, TextBuffer& out) noexcept {
    return unread_json(
        stray.at, stray.port, stray, context,
        [&](LineWriter& row) { row.address(stray.from.address); }, out);
}

bool RowWriter::csv(const stats::HiddenStrays& hidden, const RowContext& context,
                    TextBuffer& out) noexcept {
    return unread_csv(
        hidden.from, 0, hidden, context, [&](LineWriter& row) { row.put(context.host); }, out);
}

bool RowWriter::json(const stats::HiddenStrays& hidden, const RowContext& context,
                     TextBuffer& out) noexcept {
    return unread_json(
        hidden.from, 0, hidden, context, [&](LineWriter& row) { row.put(context.host); }, out);
}

}  // namespace sipping::record
