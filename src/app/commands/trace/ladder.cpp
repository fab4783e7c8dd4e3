// The message flow of one probe, drawn: prober, near capture and far capture as columns, time from
// above, each packet where and when it was captured.
#include <fmt/format.h>

#include <algorithm>

#include "commands/trace/view.hpp"
#include "sipping/trace/words.hpp"
#include "text/safe_text.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using trace::Event;
using trace::Side;
using trace::Verdict;

constexpr std::size_t column_width = 26;

struct Signs {
    std::string_view line, dash, left, right, lost;
};
constexpr Signs ascii{"|", "-", "<", ">", "x"};
constexpr Signs unicode{"│", "─", "◀", "▶", "✗"};

/// Which columns an arrow joins, from left to right, and how it looks.
struct Arrow {
    std::size_t from = 0;
    std::size_t to = 0;
    bool leftwards = false;
    bool lost = false;  ///< ends before the other column
    std::string label;
};

class Drawing {
public:
    Drawing(bool utf8, bool has_near)
        : signs_(utf8 ? unicode : ascii), columns_(has_near ? 3 : 2) {}

    [[nodiscard]] std::size_t last() const noexcept { return columns_ - 1; }
    [[nodiscard]] std::size_t near() const noexcept { return columns_ == 3 ? 1 : 0; }

    void heading() {
        text_ += fmt::format("{:>14}  ", "our clock");
        for (std::size_t i = 0; i < columns_; ++i) {
            const std::string_view name = i == 0 ? "prober" : i == last() ? "far" : "near";
            text_ += i == last() ? std::string{name} : fmt::format("{:<{}}", name, column_width);
        }
        text_ += '\n';
    }
    void arrow(const std::string& time, const Arrow& arrow, std::string_view note) {
        text_ += fmt::format("{:>14}  ", time);
        for (std::size_t i = 0; i + 1 < columns_; ++i) {
            text_ += signs_.line;
            if (i == arrow.from)
                text_ += shaft(arrow, (arrow.to - arrow.from) * column_width - 1);
            else if (i < arrow.from || i >= arrow.to)
                text_ += std::string(column_width - 1, ' ');
            if (i == arrow.from) i = arrow.to - 1;
        }
        text_ += signs_.line;
        if (!note.empty()) text_ += fmt::format("  {}", note);
        text_ += '\n';
    }
    void note(const std::string& time, std::string_view what) {
        text_ += fmt::format("{:>14}  {} {}\n", time, signs_.line, what);
    }
    void add(std::string_view line) { text_ += line; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    [[nodiscard]] std::string shaft(const Arrow& arrow, std::size_t width) const {
        const std::string label = ' ' + arrow.label.substr(0, width - 8) + ' ';
        const std::size_t dashes = width - 1 - label.size();
        std::string out;
        const auto put = [&](std::size_t count) {
            for (; count > 0; --count)
                out += signs_.dash;
        };
        const std::string_view head =
            arrow.lost ? signs_.lost : (arrow.leftwards ? signs_.left : signs_.right);
        if (arrow.leftwards) out += head;
        put(dashes / 2);
        out += label;
        put(dashes - dashes / 2);
        if (!arrow.leftwards) out += head;
        return out;
    }

    Signs signs_;
    std::size_t columns_;
    std::string text_;
};

std::string label_of(const Event& event) {
    if (event.is_icmp) {
        std::array<char, 32> scratch{};
        return fmt::format("ICMP {}", icmp_name(event.icmp, scratch));
    }
    return event.is_request ? safe(event.method) : fmt::format("{}", event.status);
}

Arrow arrow_of(const Drawing& drawing, const Event& event, const trace::Probe& probe,
               Verdict verdict) {
    Arrow arrow;
    arrow.label = label_of(event);
    const bool at_far = event.side == Side::far;
    arrow.from = at_far ? drawing.near() : 0;
    arrow.to = at_far ? drawing.last() : drawing.near();
    // An error comes back from where what it quotes went to; where it was seen, is what is known.
    arrow.leftwards = event.is_icmp || !event.is_request;
    if (!arrow.leftwards || event.is_icmp) return arrow;
    const bool final = event.status >= 200;
    const bool on_the_way = verdict == Verdict::lost_back || verdict == Verdict::misdirected;
    arrow.lost =
        final && (at_far ? on_the_way && probe.near.finals == 0 : verdict == Verdict::not_received);
    return arrow;
}

}  // namespace

std::string trace_ladder(const TraceView& view, const Judged& judged, bool utf8) {
    const trace::Probe& probe = *judged.probe;
    Drawing drawing(utf8, view.has_near());
    drawing.add(fmt::format("Call-ID {} to {}, sent {}\n", safe(view.book.call_id_text(probe)),
                            safe(view.book.text(probe.target)), local_moment(probe.sent)));
    drawing.heading();
    const auto since = [&](WallTime ours) {
        return fmt::format("{:+.3f} ms", static_cast<double>((ours - probe.sent).count()) / 1e6);
    };
    const auto ours = [&](const Event& event) {
        return view.judge.offset(event.side).ours(event.at);
    };
    std::vector<Event> events = view.join.events();
    std::stable_sort(events.begin(), events.end(),
                     [&](const Event& a, const Event& b) { return ours(a) < ours(b); });
    drawing.note(since(probe.sent), "sent (log)");
    for (const Event& event : events)
        drawing.arrow(
            since(ours(event)), arrow_of(drawing, event, probe, judged.judgement.verdict),
            fmt::format("{} to {}", to_string(event.source), to_string(event.destination)));
    if (judged.judgement.verdict == Verdict::lost_there)
        drawing.arrow("",
                      {.from = probe.near.requests > 0 ? drawing.near() : 0,
                       .to = drawing.last(),
                       .leftwards = false,
                       .lost = true,
                       .label = "OPTIONS"},
                      "");
    if (probe.latency)
        drawing.note(since(probe.sent + *probe.latency),
                     probe.answered() ? "answer received (log)" : "answer received, late (log)");
    else
        drawing.note("", fmt::format("{} (log)", to_string(probe.kind)));
    const std::string detail = detail_words(probe, judged.judgement, view.has_near());
    drawing.add(fmt::format("Verdict: {}{}{}\n", verdict_words(judged.judgement.verdict),
                            detail.empty() ? "" : "; ", safe(detail)));
    drawing.add(
        fmt::format("Clock: {}\n", trace::offset_words(Side::far, view.judge.offset(Side::far))));
    return drawing.text();
}

}  // namespace sipping::app
