#include "sipping/report/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/parse.hpp"

namespace sipping::report {
namespace {

constexpr std::string_view every_target_word = "*";

/// A time of a gap's detail.
WallTime time_of(const log::Row& gap, std::string_view key) {
    const auto text = gap.detail_of(key);
    return (text ? log::unix_time(*text) : std::nullopt).value_or(gap.sent);
}

std::optional<GapReason> gap_reason(std::string_view word) {
    for (const GapReason reason : {GapReason::start, GapReason::stop, GapReason::stall,
                                   GapReason::skipped, GapReason::log_rows_lost, GapReason::moved})
        if (word == to_string(reason)) return reason;
    return std::nullopt;
}

}  // namespace

std::string_view name_of(const log::Row& row, std::string_view file) noexcept {
    if (!row.target.empty()) return row.target;
    return row.host.empty() ? file : row.host;
}

bool is_of(const log::Row& row, std::span<const std::string> targets) noexcept {
    if (targets.empty() || (row.is_gap && row.target == every_target_word)) return true;
    return std::any_of(targets.begin(), targets.end(), [&](const std::string& name) {
        return row.target == name || row.host == name;
    });
}

void Analysis::begin_file(std::string_view name) {
    file_ = name;
    in_file_.clear();
    last_ = nullptr;
}

void Analysis::add(const log::Row& row) {
    if (row.sent < options_.from || row.sent >= options_.to) return;
    if (!is_of(row, options_.targets)) return;
    ++rows_;
    if (row.is_gap) return add_gap(row);
    TargetHistory* const target = history_of(row);
    if (target == nullptr) return;
    switch (row.kind) {
        case Kind::late: return add_late(row, *target);
        case Kind::duplicate: return target->series.duplicate();
        default: return add_probe(row, *target);
    }
}

TargetHistory* Analysis::history_of(const log::Row& row) {
    const std::string_view name = name_of(row, file_);
    key_.assign(name).append(1, '\n').append(row.site);
    // Targets take turns, so what came behind the last one comes again.
    Known* known = last_ == nullptr ? nullptr : last_->second.next;
    if (known == nullptr || known->first != key_) {
        auto found = in_file_.find(key_);
        if (found == in_file_.end()) {
            TargetHistory* const chosen = choose(row, name);
            found = in_file_.find(key_);
            // Where a further row belongs says nothing of where the file's own rows do.
            if (found == in_file_.end()) return chosen;
        }
        known = &*found;
        if (last_ != nullptr) last_->second.next = known;
    }
    last_ = known;
    TargetHistory& history = *known->second.history;
    if (history.host != row.host) history.host = row.host;
    return &history;
}

/// Where the rows of a target that is new in this file belong: behind those of an earlier file, or,
/// where they overlap in time, to another prober.
TargetHistory* Analysis::choose(const log::Row& row, std::string_view name) {
    std::vector<TargetHistory*>& same = by_key_[key_];
    const bool further_row = row.kind == Kind::late || row.kind == Kind::duplicate;
    // A further row tells of an older probe, and not where this file begins.
    if (further_row) return same.empty() ? nullptr : same.back();
    for (TargetHistory* const history : same)
        if (history->order.newest() <= row.sent + options_.hold)
            return in_file_[key_].history = history;
    std::string shown{name};
    if (!same.empty()) shown += fmt::format(" ({})", same.size() + 1);
    same.push_back(&make(std::move(shown), row));
    return in_file_[key_].history = same.back();
}

TargetHistory& Analysis::make(std::string name, const log::Row& row) {
    return targets_.emplace_back(
        TargetHistory{.name = std::move(name),
                      .site = std::string{row.site},
                      .host = std::string{row.host},
                      .series = Series{options_.outage_run, lines_, options_.grid},
                      .order = InOrder{options_.hold}});
}

void Analysis::add_probe(const log::Row& row, TargetHistory& target) {
    Event event{.sent = row.sent,
                .latency = row.latency.value_or(Duration::zero()),
                .call_id = row.call_id,
                .kind = row.kind};
    if (is_loss(row.kind))
        event.own = !row.detail.empty() && row.detail_of("self").has_value();
    else if (!row.response.empty())
        event.status = lines_.id(row.response);
    const auto settle = [&](const Event& next) { target.series.settle(next); };
    if (!target.order.add(event)) {
        if (target.order.lag() <= hold_max) {
            wanted_hold_ = std::max(wanted_hold_, 2 * target.order.lag());
            return;
        }
        ++clock_set_back_;
        target.order.release_all(settle);
        target.order.begin_anew();
        static_cast<void>(target.order.add(event));
    }
    target.order.release(settle);
}

void Analysis::add_late(const log::Row& row, TargetHistory& target) {
    target.series.count_late();
    if (Event* const held = target.order.find(row.sent, row.call_id))
        held->late = true;
    else
        target.series.late(row.sent);
}

void Analysis::add_gap(const log::Row& row) {
    const auto reason = gap_reason(row.detail_of("reason").value_or(""));
    if (!reason) return;
    const OwnGap gap{
        .from = time_of(row, "from"),
        .until = time_of(row, "until"),
        .reason = *reason,
        .count = parse_count(row.detail_of("count").value_or("0"), 0, UINT64_MAX).value_or(0)};
    for (TargetHistory& target : targets_) {
        if (row.target != every_target_word && row.target != target.name) continue;
        // All rows of the run before stand before it.
        if (gap.reason == GapReason::start)
            target.order.release_all([&](const Event& next) { target.series.settle(next); });
        target.series.gap(gap);
    }
}

void Analysis::finish() {
    for (TargetHistory& target : targets_) {
        target.order.release_all([&](const Event& next) { target.series.settle(next); });
        target.series.finish();
    }
}

}  // namespace sipping::report
