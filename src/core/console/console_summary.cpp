#include <algorithm>

#include "sipping/console/console.hpp"
#include "sipping/console/console_line.hpp"
#include "sipping/result/words.hpp"

namespace sipping::console {
namespace {

/// A short value of its own, so that its width is known before it is placed.
class Cell {
public:
    template <class Render>
    explicit Cell(const Render& render) noexcept {
        LineWriter writer(text_);
        render(writer);
        size_ = writer.view().size();
    }
    [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

private:
    std::array<char, 96> text_;
    std::size_t size_ = 0;
};

Cell count(std::uint64_t value) noexcept {
    return Cell([&](LineWriter& cell) { cell.number(value); });
}

/// "2 (0.20%)"
Cell loss(const SecondSummary& second) noexcept {
    const std::uint64_t decided = second.received + second.lost;
    const double share =
        decided == 0 ? 0.0
                     : static_cast<double>(second.lost) * 100.0 / static_cast<double>(decided);
    return Cell([&](LineWriter& cell) { cell.print("{} ({:.2f}%)", second.lost, share); });
}

/// "0.412/1.203/4.100"; nothing to measure: "-/-/-"
Cell latencies(const SecondSummary& second) noexcept {
    return Cell([&](LineWriter& cell) {
        if (second.received == 0) {
            cell.put("-/-/-");
            return;
        }
        // The middle of a histogram bucket may lie beyond the exact worst value.
        cell.milliseconds(std::min(second.p50, second.worst));
        cell.put('/');
        cell.milliseconds(std::min(second.p99, second.worst));
        cell.put('/');
        cell.milliseconds(second.worst);
    });
}

}  // namespace

void Console::stamp_second(LineWriter& line, WallTime at) noexcept {
    std::array<char, LocalTime::size> text;
    constexpr std::size_t to_the_second = 17;
    line.put(time_.render(at, text).substr(0, to_the_second));
}

void Console::summary_cell(LineWriter& line, std::size_t column, std::string_view label,
                           std::string_view value, std::string_view unit) noexcept {
    std::size_t& width = summary_widths_[column];
    width = std::max(width, value.size());
    line.put(column == 0 ? ") " : " | ");
    line.print("{} {:>{}}{}", label, value, width, unit);
}

void Console::summary(const SecondSummary& second, TextBuffer& out) noexcept {
    if (options_.json || !options_.summaries) return;
    tell_hidden(out);
    print_line(out, {}, [&](LineWriter& line) {
        line.put('(');
        stamp_second(line, second.at);
        summary_cell(line, 0, "sent", count(second.sent).view(), "");
        summary_cell(line, 1, "recd", count(second.received).view(), "");
        summary_cell(line, 2, "lost", loss(second).view(), "");
        summary_cell(line, 3, "late", count(second.late).view(), "");
        if (second.duplicate > 0)
            summary_cell(line, 4, "duplicate", count(second.duplicate).view(), "");
        summary_cell(line, 5, "p50/p99/max", latencies(second).view(), " ms");
        summary_cell(line, 6, "in flight", count(second.in_flight).view(), "");
        const Cell down(
            [&](LineWriter& cell) { cell.print("{}/{}", second.targets_down, second.targets); });
        summary_cell(line, 7, "down", down.view(), "");
        if (second.targets_unknown > 0)
            summary_cell(line, 11, "unknown", count(second.targets_unknown).view(), "");
        const Cell lateness([&](LineWriter& cell) { cell.milliseconds(second.lateness_p99); });
        summary_cell(line, 8, "own lateness p99", lateness.view(), " ms");
        if (second.skipped > 0) summary_cell(line, 9, "skipped", count(second.skipped).view(), "");
        if (second.not_sent > 0)
            summary_cell(line, 10, "not sent", count(second.not_sent).view(), "");
        // Of statuses, what is out of the ordinary: the usual ones are in the table.
        std::string_view glue = " | ";
        for (const auto& entry : second.other_codes.entries()) {
            line.put(glue);
            write_code_count(line, entry.key, entry.count);
            glue = ", ";
        }
        if (second.other_codes.other() > 0)
            line.print("{}others x {}", glue, second.other_codes.other());
    });
}

}  // namespace sipping::console
