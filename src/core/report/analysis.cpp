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
    for (const GapReason reason :
         {GapReason::start, GapReason::stop, GapReason::stall, GapReason::skipped,
          GapReason::log_rows_lost, GapReason::moved, GapReason::unresolved})
        if (word == to_string(reason)) return reason;
    return std::nullopt;
}

}  // namespace

std::string_view name_of(const log::Row& row, std::string_view file) noexcept {
    if (!row.target.empty()) return row.target;
    return row.host.empty() ? file : row.host;
}

bool names_one_of(const log::Row& row, std::span<const std::string> targets) noexcept {
    if (targets.empty()) return true;
    return std::any_of(targets.begin(), targets.end(), [&](const std::string& name) {
        return row.target == name || row.host == name;
    });
}

bool is_of_all(const log::Row& row) noexcept {
    return row.is_gap && row.target == every_target_word;
}

void Analysis::begin_file(std::string_view name, std::string_view log) {
    file_ = name;
    log_ = log;
    in_file_.clear();
    file_gaps_.clear();
    last_ = nullptr;
}

void Analysis::add(const log::Row& row) {
    if (row.sent < options_.from || row.sent >= options_.to) return;
    if (row.is_gap) return add_gap(row);
    TargetHistory* const target = history_of(row);
    if (target == nullptr) return;
    if (!target->wanted) target->wanted = names_one_of(row, options_.targets);
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

/// Where the rows of a target that is new in this file belong.
TargetHistory* Analysis::choose(const log::Row& row, std::string_view name) {
    std::vector<TargetHistory*>& same = by_key_[key_];
    const bool further_row = row.kind == Kind::late || row.kind == Kind::duplicate;
    // A further row tells of an older probe, and not where this file begins.
    if (further_row) {
        const auto own = std::ranges::find(same, log_, &TargetHistory::log);
        return own != same.end() ? *own : same.empty() ? nullptr : same.back();
    }
    TargetHistory* history = continued(row);
    if (history == nullptr) {
        history = &make(name, same.size() + 1, row);
        same.push_back(history);
    }
    history->log = log_;
    for (const auto& [target, gap] : file_gaps_)
        if (target == every_target_word || target == name) apply(gap, *history);
    return in_file_[key_].history = history;
}

/// Behind those of an earlier file of the same log; or of any log that is over, since people rename
/// their files. What overlaps in time is another prober's.
TargetHistory* Analysis::continued(const log::Row& row) {
    const std::vector<TargetHistory*>& same = by_key_[key_];
    for (TargetHistory* const history : same)
        if (history->log == log_) return history;
    for (TargetHistory* const history : same)
        if (history->order.newest() <= row.sent + options_.hold) return history;
    return nullptr;
}

TargetHistory& Analysis::make(std::string_view name, std::size_t prober, const log::Row& row) {
    std::string shown{name};
    if (prober > 1) shown += fmt::format(" ({})", prober);
    return targets_.emplace_back(
        TargetHistory{.target = std::string{name},
                      .name = std::move(shown),
                      .site = std::string{row.site},
                      .host = std::string{row.host},
                      .log = log_,
                      .wanted = options_.targets.empty(),
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
    if (is_of_all(row) || names_one_of(row, options_.targets)) {
        GapSum& sum = gaps_[gap.reason];
        ++sum.times;
        sum.count += gap.count;
        sum.length += gap.until - gap.from;
    }
    for (auto& [key, known] : in_file_)
        if (is_of_all(row) || row.target == known.history->target) apply(gap, *known.history);
    file_gaps_.emplace_back(row.target, gap);
    if (file_gaps_.size() > Series::gaps_max) file_gaps_.pop_front();
}

void Analysis::apply(const OwnGap& gap, TargetHistory& target) {
    // All rows of the run before stand before it.
    if (gap.reason == GapReason::start)
        target.order.release_all([&](const Event& next) { target.series.settle(next); });
    target.series.gap(gap);
}

void Analysis::finish() {
    std::erase_if(targets_, [](const TargetHistory& target) { return !target.wanted; });
    for (TargetHistory& target : targets_) {
        target.order.release_all([&](const Event& next) { target.series.settle(next); });
        target.series.finish();
    }
}

}  // namespace sipping::report
