// Rows that no series is told: of other runs than those asked for, and copies of what is no probe.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sipping/report/analysis.hpp"
#include "sipping/report/scout.hpp"

namespace sipping::report {

/// Its word; empty: one that counts.
std::string_view Analysis::run_not_asked_for(const record::Row& row) const noexcept {
    if (options_.runs == Runs::all || (row.detail.empty() && options_.runs == Runs::monitor))
        return {};
    const std::string_view run = row.detail_of("run").value_or("");
    switch (options_.runs) {
        case Runs::all: return {};
        case Runs::monitor: return run;
        case Runs::stress:
            if (run == "stress") return {};
            break;
        case Runs::ports:
            if (run == "ports") return {};
            break;
    }
    return run.empty() ? "monitor" : run;
}

/// What is lost while a stress test runs may be lost by it.
void Analysis::note_load(const record::Row& row) {
    constexpr std::size_t hosts_max = 4096;
    constexpr Duration effect = 1s;
    if (!row.is_probe()) return;
    auto found = load_.find(row.host);
    if (found == load_.end() && load_.size() == hosts_max) return;
    if (found == load_.end()) found = load_.try_emplace(std::string{row.host}).first;
    found->second.add(row.sent, row.sent + effect);
}

/// They may stand in disorder, or in several files, where all else does not.
void Analysis::note_left_out(const record::Row& row, const Log& of) {
    if (!row.is_probe() || row.kind == Kind::late || row.kind == Kind::duplicate) return;
    write_key(row, file_, key_);
    LeftOut& rows = left_out_[key_];
    const bool overlaps = rows.log != &of && rows.last > row.sent + Scout::overlap_max;
    if (overlaps || !rows.written.note(row.sent, row.kind, row.latency.value_or(Duration::zero())))
        needs_sorting_ = true;
    rows.log = &of;
    rows.last = std::max(rows.last, row.sent);
}

/// Of rows of the same time those that say the same stand side by side, in a log that somebody
/// doubled line by line too. Of rows that no Series is told.
bool Analysis::is_copy(const record::Row& row, Log& of) {
    std::string text =
        fmt::format("{} {} {} {} {} {} {} {}", row.sent.time_since_epoch().count(), row.kind_word,
                    row.host, row.target, row.source_port, row.call_id,
                    row.latency.value_or(Duration{}).count(), row.detail);
    const bool same = text == told_ && told_of_ == &of;
    if (plan_ == nullptr && !same) {
        if (of.newest > WallTime::min() + hold && row.sent < of.newest - hold)
            needs_sorting_ = true;
        of.newest = std::max(of.newest, row.sent);
        if (told_lately(row.sent, text)) needs_sorting_ = true;
    }
    told_ = std::move(text);
    told_of_ = &of;
    return same;
}

/// Or perhaps: so many rows of one moment are better sorted than kept.
bool Analysis::told_lately(WallTime at, std::string_view text) {
    constexpr std::size_t kept_max = 65'536;
    auto& [lately, before] = told_lately_;
    if (told_since_ == WallTime::min() || at - told_since_ > hold) {
        before = std::exchange(lately, {});
        told_since_ = at;
    }
    const std::size_t hash = std::hash<std::string_view>{}(text);
    return before.contains(hash) || !lately.insert(hash).second || lately.size() == kept_max;
}

const SpanSet& Analysis::load_on(const std::string& host) const noexcept {
    static const SpanSet none;
    const auto found = load_.find(host);
    return found == load_.end() ? none : found->second;
}

}  // namespace sipping::report
