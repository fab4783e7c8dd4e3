#include "commands/trace/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "commands/trace/captures.hpp"
#include "commands/trace/inputs.hpp"
#include "commands/trace/view.hpp"
#include "history/log_input.hpp"
#include "history/look_back.hpp"
#include "io/lock_down.hpp"
#include "sipping/base/grouped.hpp"
#include "text/message.hpp"
#include "text/safe_text.hpp"

namespace sipping::app {
namespace {

using trace::Side;

constexpr Duration around = 1h;  // of the time asked about, read too

trace::ProbeBook::Wanted wanted(const config::TraceConfig& config, LogInput& logs) {
    trace::ProbeBook::Wanted wanted;
    std::optional<WallTime> day;
    if (!config.from.empty()) day = wanted.from = read_moment("--from", config.from, logs).first;
    if (!config.to.empty()) wanted.to = read_moment("--to", config.to, logs, day).last;
    if (wanted.from >= wanted.to) throw UsageError("--from must be before --to");
    wanted.targets = config.targets;
    const auto& asked = config.ladder ? config.ladder : config.call_id;
    if (asked) {
        wanted.call_id = asked->number;
        wanted.site = asked->site;
    }
    return wanted;
}

bool terminal_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
            const std::string_view text = value;
            return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos;
        }
    return false;
}

class TraceRun {
public:
    explicit TraceRun(const config::TraceConfig& config)
        : config_(config),
          input_(config.logs, unread_),
          wanted_(wanted(config, input_)),
          book_(wanted_),
          captures_(config, paths_of(input_.files())),
          progress_(config.quiet) {}

    int run() {
        io::lock_down(io::Exec::forbidden);
        read_logs();
        const trace::Probe* const first = first_wanted();
        if (first == nullptr && (book_.rows() == 0 || wanted_.call_id)) return asked_for_nothing();
        trace::Join join(
            book_, {.has_near = !config_.near.empty(), .drawn = config_.ladder ? first : nullptr});
        captures_.read(book_, join, progress_);
        const trace::Judge judge(book_, captures_.coverage(Side::far),
                                 config_.near.empty() ? nullptr : &captures_.coverage(Side::near));
        show(judged(join, judge));
        return tell_problems() ? 1 : exit_;
    }

private:
    /// And more around them: probes that were answered tell what the captures can prove.
    void read_logs() {
        std::string name;
        WallTime from = wanted_.from;
        WallTime to = wanted_.to;
        if (from > WallTime::min() + around) from -= around;
        if (to < WallTime::max() - around) to += around;
        input_.read(
            from, to, [&](const LogFile& file) { name = file.name; },
            [&](const record::Row& row) {
                book_.add(row, name);
                return true;
            },
            progress_);
        progress_.clear();
        book_.finish();
    }

    /// nullptr: there is none. Throws UsageError when it has to be the only one and is not.
    [[nodiscard]] const trace::Probe* first_wanted() const {
        const trace::Probe* first = nullptr;
        for (const trace::Probe& probe : book_.probes()) {
            if (!probe.wanted) continue;
            if (first != nullptr && config_.ladder)
                throw UsageError(
                    fmt::format("--ladder: {} and {} have these digits: name the site too, or the "
                                "time (--from)",
                                safe(book_.call_id_text(*first)), safe(book_.call_id_text(probe))));
            if (first == nullptr) first = &probe;
        }
        return first;
    }

    int asked_for_nothing() {
        const std::string_view text = wanted_.call_id
                                          ? "no probe with that Call-ID in these logs"
                                          : "no probe of that time and those targets in these logs";
        tell(text);
        if (config_.json) std::fputs(trace_json_of_nothing(text).c_str(), stdout);
        tell_problems();
        return 1;
    }

    [[nodiscard]] TraceView judged(const trace::Join& join, const trace::Judge& judge) const {
        TraceView view{.config = config_,
                       .book = book_,
                       .captures = captures_,
                       .join = join,
                       .judge = judge,
                       .probes = {}};
        for (const trace::Probe& probe : book_.probes()) {
            if (!probe.wanted) continue;
            view.probes.push_back({&probe, judge.judge(probe)});
            ++view.counts[static_cast<std::size_t>(view.probes.back().judgement.verdict)];
        }
        std::stable_sort(
            view.probes.begin(), view.probes.end(),
            [](const Judged& a, const Judged& b) { return a.probe->sent < b.probe->sent; });
        return view;
    }

    void show(const TraceView& view) {
        exit_ = view.counts[static_cast<std::size_t>(trace::Verdict::undecided)] > 0 ? 1 : 0;
        std::string text;
        if (config_.ladder)
            text = trace_ladder(view, view.probes.front(), terminal_is_utf8());
        else if (config_.json)
            text = trace_json(view);
        else
            text = config_.csv ? trace_csv(view) : trace_text(view);
        std::fwrite(text.data(), 1, text.size(), stdout);
        if (config_.csv && view.probes.empty()) tell(trace_summary(view));
        if (!config_.write_pcap.empty())
            tell(fmt::format("{} packets written to {}", grouped(captures_.written()),
                             config_.write_pcap));
    }

    /// True: there were some.
    bool tell_problems() const {
        tell_unread(unread_);
        for (const std::string& problem : captures_.problems())
            tell(problem);
        if (book_.left_out() > 0)
            tell(
                fmt::format("{} lost probes beyond the first {} are left out: ask for less with "
                            "--from, --to or --target",
                            grouped(book_.left_out()), grouped(trace::ProbeBook::wanted_max)));
        return unread_.count > 0 || !captures_.problems().empty() || book_.left_out() > 0 ||
               interrupted();
    }

    const config::TraceConfig& config_;
    Unread unread_;
    LogInput input_;
    trace::ProbeBook::Wanted wanted_;
    trace::ProbeBook book_;
    TraceCaptures captures_;
    Progress progress_;
    int exit_ = 0;
};

}  // namespace

int run_trace(const config::TraceConfig& config) {
    use_zone(config.zone);
    catch_interrupt();
    const config::TraceConfig sorted = sorted_inputs(config);
    TraceRun run(sorted);
    return run.run();
}

}  // namespace sipping::app
