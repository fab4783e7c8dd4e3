// A trace's result for people.
#include <fmt/format.h>

#include <algorithm>

#include "commands/trace/view.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/trace/words.hpp"
#include "text/safe_text.hpp"
#include "text/table.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

using trace::Side;
using trace::Verdict;

std::string_view short_words(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::answered: return "answered in time";
        case Verdict::never_left: return "never left our host";
        case Verdict::lost_there: return "on the way there";
        case Verdict::turned_back: return "turned back by a box on the way";
        case Verdict::rejected: return "rejected by its host";
        case Verdict::unanswered: return "unanswered";
        case Verdict::misdirected: return "answered elsewhere";
        case Verdict::lost_back: return "on the way back";
        case Verdict::not_received: return "at our host";
        case Verdict::refused: return "refused by a strict reader";
        case Verdict::too_late: return "answered too late";
        case Verdict::undecided: return "undecided";
    }
    return "";
}

std::string capture_line(const TraceView& view, Side side) {
    const trace::Coverage& coverage = view.captures.coverage(side);
    const std::string_view name = side == Side::far ? "Far capture" : "Near capture";
    if (coverage.empty()) return fmt::format("{}: empty\n", name);
    std::string text =
        fmt::format("{}: {} to {}, {} packets, {} of them SIP", name,
                    local_moment(coverage.first()), local_moment(coverage.last()),
                    grouped(view.captures.packets(side)), grouped(view.join.messages(side)));
    if (coverage.cut() > 0)
        text += fmt::format("; {} packets are cut at {} bytes", grouped(coverage.cut()),
                            coverage.cut_at());
    if (coverage.cut_messages() > 0)
        text +=
            fmt::format(", {} SIP messages before their Call-ID", grouped(coverage.cut_messages()));
    for (const TraceCaptures::NotRead& one : view.captures.not_read(side))
        text += fmt::format("; {} packets of {} are not read", grouped(one.packets), one.what);
    if (coverage.dropped() > 0)
        text += fmt::format("; it lost {} packets itself", grouped(coverage.dropped()));
    const trace::Completeness sum = view.judge.completeness(side);
    const std::uint64_t missing = sum.answered - std::min(sum.requests, sum.answers);
    if (missing > 0 && coverage.cut_messages() == 0)
        text += fmt::format("; it lacks {} of {} answered probes of its time", grouped(missing),
                            grouped(sum.answered));
    return text + "\nClock: " + trace::offset_words(side, view.judge.offset(side)) + '\n';
}

std::string probes_table(const TraceView& view) {
    Table table({"time", "target", "Call-ID", "verdict", "detail"});
    for (std::size_t column = 0; column < 5; ++column)
        table.left(column);
    for (const Judged& one : view.probes)
        table.add({local_moment(one.probe->sent), safe(view.book.text(one.probe->target)),
                   safe(view.book.call_id_text(*one.probe)),
                   std::string{verdict_words(one.judgement.verdict)},
                   safe(detail_words(*one.probe, one.judgement, view.has_near()))});
    return table.text();
}

std::string rewritten(const TraceView& view, bool answer) {
    const trace::Rewrites& all = view.join.rewrites();
    std::string text;
    for (const trace::Rewrites::Sum& sum : all.sums()) {
        if (sum.answer != answer) continue;
        text += fmt::format("  {}, in {} of {}, first in {:010}\n", safe(sum.example.name),
                            grouped(sum.count), grouped(all.compared(answer)), sum.call_id);
        if (sum.example.has_before) text += fmt::format("    - {}\n", safe(sum.example.before));
        if (sum.example.has_after) text += fmt::format("    + {}\n", safe(sum.example.after));
    }
    if (text.empty()) return {};
    return fmt::format("\nRewritten on the way {}\n{}",
                       answer            ? "back (answers, far to near)"
                       : view.has_near() ? "there (requests, near to far)"
                                         : "there (requests, log to far)",
                       text);
}

std::string rewriting(const TraceView& view) {
    const trace::Rewrites& all = view.join.rewrites();
    if (!all.sums().empty()) return rewritten(view, false) + rewritten(view, true);
    if (all.compared(false) == 0) return {};
    if (!view.has_near())
        return fmt::format(
            "\nNothing rewritten on the way there, as far as the log tells ({} requests "
            "compared)\n",
            grouped(all.compared(false)));
    return fmt::format("\nNothing rewritten on the way ({} requests, {} responses compared)\n",
                       grouped(all.compared(false)), grouped(all.compared(true)));
}

}  // namespace

std::string trace_summary(const TraceView& view) {
    if (view.probes.empty())
        return fmt::format("Nothing lost: {} probes in these logs", grouped(view.book.rows()));
    const bool all_lost = std::ranges::all_of(view.probes, [](const Judged& one) {
        return is_loss(one.probe->kind) || one.probe->kind == Kind::late;
    });
    std::string text =
        fmt::format("{} {}", grouped(view.probes.size()), all_lost ? "lost" : "asked about");
    std::vector<Verdict> order;
    for (std::size_t i = 0; i < trace::verdict_count; ++i)
        if (view.counts[i] > 0) order.push_back(static_cast<Verdict>(i));
    const auto count = [&](Verdict verdict) {
        return view.counts[static_cast<std::size_t>(verdict)];
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](Verdict a, Verdict b) { return count(a) > count(b); });
    for (const Verdict verdict : order)
        text += fmt::format("{}{} {}", verdict == order.front() ? ": " : ", ",
                            grouped(count(verdict)), short_words(verdict));
    return text;
}

std::string trace_text(const TraceView& view) {
    std::string text = trace_summary(view) + '\n';
    text += capture_line(view, Side::far);
    if (view.has_near()) text += capture_line(view, Side::near);
    if (!view.probes.empty()) text += '\n' + probes_table(view);
    text += rewriting(view);
    if (view.join.not_compared() > 0)
        text += fmt::format("{} messages were not compared, for lack of room\n",
                            grouped(view.join.not_compared()));
    return text;
}

}  // namespace sipping::app
