#include "sipping/record/rows.hpp"

#include <array>

#include "sipping/base/escape.hpp"
#include "sipping/record/row_details.hpp"
#include "sipping/result/words.hpp"

namespace sipping::record {
namespace {

constexpr bool several_bits(unsigned set) noexcept {
    return (set & (set - 1)) != 0;
}

void write_details(const ProbeResult& result, const RowContext& context, Details details) noexcept {
    if (result.mangled != 0)
        details.pair("mangled", [&](LineWriter& row) { write_mangled(row, result.mangled); });
    if (result.syntax)
        details.pair("syntax", [&](LineWriter& row) { write_syntax(row, result.syntax); });
    if (result.from_elsewhere)
        details.pair("from", [&](LineWriter& row) { row.endpoint(result.from); });
    if (result.arrival_port != 0) details.number("port", result.arrival_port);
    if (result.icmp) {
        details.pair("icmp", [&](LineWriter& row) { write_icmp(row, *result.icmp); });
        details.pair("icmp_from", [&](LineWriter& row) { row.address(result.icmp->from); });
    }
    if (result.kind == Kind::send_error)
        details.pair("errno", [&](LineWriter& row) { write_errno(row, result.error); });
    if (result.kind == Kind::local && result.local_reason != LocalReason::none)
        details.word("reason", to_string(result.local_reason));
    if (result.rx_user) details.word("rx", "user");
    if (result.retry_after_s >= 0)
        details.number("retry_after", static_cast<std::uint64_t>(result.retry_after_s));
    if (result.truncated) details.word("truncated", "1");
    if (result.unread != 0) details.number("unread", result.unread);
    if (result.self != 0)
        details.pair("self", [&](LineWriter& row) { write_self(row, result.self); });
    if (!context.run.empty()) details.word("run", context.run);
}

void write_details(const Gap& gap, const RowContext& context, Details details) noexcept {
    details.pair("from", [&](LineWriter& row) { row.unix_time(gap.from); });
    details.pair("until", [&](LineWriter& row) { row.unix_time(gap.until); });
    details.word("reason", to_string(gap.reason));
    details.number("count", gap.count);
    if (gap.reason == GapReason::moved)
        details.pair("was", [&](LineWriter& row) { row.address(gap.was); });
    if (!context.run.empty()) details.word("run", context.run);
}

/// The address that answered; for rows without an answer the one asked.
void write_host(LineWriter& row, const ProbeResult& result, const RowContext& context) noexcept {
    const bool as_asked = !has_answer(result.kind) || !result.from_elsewhere;
    if (as_asked && !result.moved && !context.host.empty())
        row.put(context.host);
    else
        row.address(result.from.address);
}

/// "digits@site", put together so that it can be escaped as one text.
class CallIdText {
public:
    CallIdText(std::uint64_t call_id, std::string_view site) noexcept {
        LineWriter writer(text_);
        writer.number(call_id);
        if (!site.empty()) {
            writer.put('@');
            writer.put(cut_utf8(site, row_text_max));
        }
        size_ = writer.view().size();
    }
    [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

private:
    std::array<char, row_text_max + 24> text_;
    std::size_t size_;
};

void csv_call_id(LineWriter& row, std::uint64_t call_id, std::string_view site) noexcept {
    if (call_id == 0) return;
    if (site.empty())
        row.number(call_id);
    else
        write_csv_field(row, CallIdText(call_id, site).view(), row_text_max + 24);
}

void json_call_id(LineWriter& row, std::uint64_t call_id, std::string_view site) noexcept {
    if (call_id == 0) {
        row.put("null");
        return;
    }
    row.put('"');
    write_json_string(row, CallIdText(call_id, site).view(), row_text_max + 24);
    row.put('"');
}

void json_string(LineWriter& row, std::string_view key, std::string_view text) noexcept {
    row.put(key);
    row.put('"');
    write_json_string(row, text, row_text_max);
    row.put('"');
}

}  // namespace

void RowWriter::csv_begin(LineWriter& row, WallTime at) noexcept {
    if (LocalTime::has_ten_digits(at)) {
        std::array<char, LocalTime::both_size> text;
        row.put(time_.render_both(at, text));
    } else {
        std::array<char, LocalTime::size> text;
        row.put(time_.render(at, text));
        row.put(',');
        row.unix_time(at);
    }
    row.put(',');
}

void RowWriter::json_begin(LineWriter& row, WallTime at) noexcept {
    std::array<char, LocalTime::size> text;
    row.put("{\"time\":\"");
    row.put(time_.render(at, text));
    row.put("\",\"timestamp\":");
    row.unix_time(at);
    row.put(",\"host\":\"");
}

bool RowWriter::csv(const ProbeResult& result, const RowContext& context,
                    TextBuffer& out) noexcept {
    const bool further = result.kind == Kind::late || result.kind == Kind::duplicate;
    if (classic_ && further) return true;
    return append_rendered(out, [&](LineWriter& row) {
        const bool answered = has_answer(result.kind);
        csv_begin(row, result.sent_wall);
        write_host(row, result, context);
        row.put(',');
        if (answered)
            row.milliseconds(result.latency);
        else
            row.put("drop");
        row.put(',');
        csv_call_id(row, result.call_id, context.site);
        row.put(',');
        write_csv_field(row, answered ? result.status_line : "drop", row_text_max);
        if (!classic_) {
            row.put(',');
            write_csv_field(row, context.target_name, row_text_max);
            row.put(',');
            if (result.source_port != 0) row.number(result.source_port);
            row.put(',');
            row.put(to_string(result.kind));
            row.put(',');
            // Only a list of several words holds a comma.
            const bool quotes = several_bits(result.mangled) || several_bits(result.self);
            if (quotes) row.put('"');
            write_details(result, context, Details(row, false));
            if (quotes) row.put('"');
        }
        row.put('\n');
    });
}

bool RowWriter::csv(const Gap& gap, const RowContext& context, TextBuffer& out) noexcept {
    if (classic_) return true;
    return append_rendered(out, [&](LineWriter& row) {
        csv_begin(row, gap.from);
        row.put(context.host);
        row.put(",,,,");
        write_csv_field(row, context.target_name, row_text_max);
        row.put(",,gap,");
        write_details(gap, context, Details(row, false));
        row.put('\n');
    });
}

bool RowWriter::json(const ProbeResult& result, const RowContext& context,
                     TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& row) {
        json_begin(row, result.sent_wall);
        write_host(row, result, context);
        row.put("\",\"latency\":");
        if (has_answer(result.kind))
            row.milliseconds(result.latency);
        else
            row.put("null");
        row.put(",\"callid\":");
        json_call_id(row, result.call_id, context.site);
        if (has_answer(result.kind))
            json_string(row, ",\"response\":", result.status_line);
        else
            row.put(",\"response\":null");
        json_string(row, ",\"target\":", context.target_name);
        row.put(",\"source_port\":");
        if (result.source_port != 0)
            row.number(result.source_port);
        else
            row.put("null");
        row.put(",\"kind\":\"");
        row.put(to_string(result.kind));
        row.put("\",\"detail\":{");
        write_details(result, context, Details(row, true));
        row.put("}}\n");
    });
}

bool RowWriter::json(const Gap& gap, const RowContext& context, TextBuffer& out) noexcept {
    return append_rendered(out, [&](LineWriter& row) {
        json_begin(row, gap.from);
        row.put(context.host);
        row.put("\",\"latency\":null,\"callid\":null,\"response\":null");
        json_string(row, ",\"target\":", context.target_name);
        row.put(",\"source_port\":null,\"kind\":\"gap\",\"detail\":{");
        write_details(gap, context, Details(row, true));
        row.put("}}\n");
    });
}

}  // namespace sipping::record
