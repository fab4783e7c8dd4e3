#include <algorithm>

#include "sipping/base/escape.hpp"
#include "sipping/console/console.hpp"
#include "sipping/console/console_line.hpp"
#include "sipping/result/words.hpp"

namespace sipping::console {
namespace {

constexpr std::size_t name_columns = 40;

constexpr std::array<std::string_view, 17> headings{
    "target",      "sent",   "received",  "lost",   "loss %",        "refused",
    "maintenance", "late",   "duplicate", "min ms", "avg ms",        "p50 ms",
    "p95 ms",      "p99 ms", "max ms",    "codes",  "longest outage"};
constexpr std::size_t refused_column = 5;  // these two only where there is something in them
constexpr std::size_t maintenance_column = 6;
constexpr std::size_t codes_column = 15;

/// Terminal columns of a character. No locale: the blocks of wide and of combining characters that
/// names are likely to be made of (Unicode UAX #11).
std::size_t columns_of(char32_t code) noexcept {
    if (code >= 0x300 && code <= 0x36f) return 0;
    const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                      (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                      (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
                      (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1faff) ||
                      (code >= 0x20000 && code <= 0x3fffd);
    return wide ? 2 : 1;
}

std::size_t columns_of(std::string_view text) noexcept {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Utf8 character = first_utf8(text);
        columns += columns_of(character.code);
        text.remove_prefix(std::max(character.length, std::size_t{1}));
    }
    return columns;
}

/// The beginning of `text` that is at most this many columns wide.
std::string_view cut_columns(std::string_view text, std::size_t columns) noexcept {
    std::size_t bytes = 0;
    std::size_t used = 0;
    while (bytes < text.size()) {
        const Utf8 character = first_utf8(text.substr(bytes));
        used += columns_of(character.code);
        if (used > columns) break;
        bytes += std::max(character.length, std::size_t{1});
    }
    return text.substr(0, bytes);
}

void write_name(LineWriter& cell, std::string_view name) noexcept {
    // Room for 256 bytes of which each becomes \xNN, and the "..." of a longer name.
    std::array<char, 256 * 4 + 3> escaped;
    LineWriter writer(escaped);
    write_escaped(writer, name);
    const std::string_view shown = writer.view();
    if (columns_of(shown) <= name_columns) {
        cell.put(shown);
        return;
    }
    cell.put(cut_columns(shown, name_columns - 3));
    cell.put("...");
}

}  // namespace

/// One row as text, column by column.
struct TableCells {
    std::array<std::array<char, 256>, headings.size()> text;
    std::array<std::size_t, headings.size()> size{};
    std::size_t used = 0;

    template <class Render>
    void add(Render&& render) noexcept {
        LineWriter cell(text[used]);
        render(cell);
        size[used++] = cell.view().size();
    }
    void add(std::uint64_t value) noexcept {
        add([&](LineWriter& cell) { cell.number(value); });
    }
    [[nodiscard]] std::string_view view(std::size_t column) const noexcept {
        return {text[column].data(), size[column]};
    }
};

namespace {

using Widths = std::array<std::size_t, headings.size()>;

void widen(Widths& widths, const TableCells& cells) noexcept {
    for (std::size_t i = 0; i < widths.size(); ++i)
        widths[i] = std::max(widths[i], columns_of(cells.view(i)));
}

/// Which columns there are.
struct Shown {
    bool refused = false;
    bool maintenance = false;

    [[nodiscard]] bool operator()(std::size_t column) const noexcept {
        if (column == refused_column) return refused;
        return column != maintenance_column || maintenance;
    }
};

/// "200 x 95, 503 x 5"
void write_codes(LineWriter& cell, const stats::CodeCounts& codes) noexcept {
    std::string_view glue = "";
    for (const auto& entry : codes.entries()) {
        cell.put(glue);
        write_code_count(cell, entry.key, entry.count);
        glue = ", ";
    }
    if (codes.other() > 0) cell.print("{}others x {}", glue, codes.other());
    if (codes.empty()) cell.put('-');
}

/// First and last column begin at their left edge, numbers end at their right one.
void write_cell(LineWriter& line, std::size_t column, std::string_view text,
                const Widths& widths) noexcept {
    const bool left = column == 0 || column == codes_column;
    const bool last = column == widths.size() - 1;
    const std::size_t blanks = widths[column] - columns_of(text);
    if (column != 0) line.put("  ");
    for (std::size_t i = 0; i < blanks && !left && !last; ++i)
        line.put(' ');
    line.put(text);
    for (std::size_t i = 0; i < blanks && left; ++i)
        line.put(' ');
}

}  // namespace

void Console::table_row(const TableRow& row, TableCells& cells) noexcept {
    const stats::TargetStats& stats = *row.stats;
    cells.used = 0;
    cells.add([&](LineWriter& cell) { write_name(cell, row.name); });
    cells.add(stats.sent());
    cells.add(stats.received());
    cells.add(stats.lost());
    cells.add([&](LineWriter& cell) { cell.print("{:.2f}", stats.loss_percent()); });
    cells.add(stats.refused());
    cells.add(stats.maintenance());
    cells.add(stats.count(Kind::late));
    cells.add(stats.count(Kind::duplicate));
    const auto latency = [&](Duration value) {
        cells.add([&](LineWriter& cell) {
            if (stats.received() == 0)
                cell.put('-');
            else
                cell.milliseconds(value);
        });
    };
    latency(stats.latency_min());
    latency(stats.latency_mean());
    // The middle of a bucket may lie outside of what was measured.
    for (double share : {0.50, 0.95, 0.99})
        latency(
            std::clamp(stats.latency().quantile(share), stats.latency_min(), stats.latency_max()));
    latency(stats.latency_max());
    cells.add([&](LineWriter& cell) { write_codes(cell, stats.codes()); });
    cells.add([&](LineWriter& cell) {
        if (row.unknown) return cell.put("unknown: no address");
        const stats::Outage& outage = stats.longest_outage();
        if (outage.failed() == 0) {
            cell.put('-');
            return;
        }
        stamp_second(cell, outage.begin);
        cell.put(" - ");
        stamp_second(cell, outage.end);
        cell.put(", ");
        cell.seconds(outage.length());
        if (outage.lost > 0 || outage.refused + outage.maintenance == 0)
            cell.print(", {} lost", outage.lost);
        if (outage.refused > 0) cell.print(", {} refused", outage.refused);
        if (outage.maintenance > 0) cell.print(", {} in maintenance", outage.maintenance);
    });
}

void Console::table(std::span<const TableRow> rows, TextBuffer& out) noexcept {
    if (!options_.json) tell_hidden(out);
    stats::TargetStats total;
    const TableRow total_row{"total", &total};
    const bool has_total = rows.size() > 1;
    TableCells cells;
    Widths widths{};
    for (std::size_t i = 0; i < headings.size(); ++i)
        widths[i] = headings[i].size();
    for (const TableRow& row : rows) {
        total.merge(*row.stats);
        table_row(row, cells);
        widen(widths, cells);
    }
    if (has_total) {
        table_row(total_row, cells);
        widen(widths, cells);
    }
    const Shown shown{.refused = total.refused() > 0, .maintenance = total.maintenance() > 0};
    const auto print_cells = [&](const auto& text_of) {
        print_line(out, {}, [&](LineWriter& line) {
            for (std::size_t i = 0; i < headings.size(); ++i)
                if (shown(i)) write_cell(line, i, text_of(i), widths);
        });
    };
    print_cells([](std::size_t i) { return headings[i]; });
    const auto print = [&](const TableRow& row) {
        table_row(row, cells);
        print_cells([&](std::size_t i) { return cells.view(i); });
    };
    for (const TableRow& row : rows)
        print(row);
    if (has_total) print(total_row);
}

}  // namespace sipping::console
