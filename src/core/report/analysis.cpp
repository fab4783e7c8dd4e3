#include "sipping/report/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sipping/base/parse.hpp"
#include "sipping/report/scout.hpp"

namespace sipping::report {
namespace {

constexpr std::string_view every_target_word = "*";
constexpr std::string_view start_word = "start";
constexpr std::string_view stop_word = "stop";
constexpr std::string_view unresolved_word = "unresolved";

/// A time of a gap's detail.
WallTime time_of(const record::Row& gap, std::string_view key) {
    const auto text = gap.detail_of(key);
    return (text ? record::unix_time(*text) : std::nullopt).value_or(gap.sent);
}

std::uint64_t count_of(const record::Row& row) {
    return parse_count(row.detail_of("count").value_or(""), 0, UINT32_MAX).value_or(0);
}

/// Nobody looked then, or nobody knows what was seen.
bool is_unlooked(std::string_view reason) noexcept {
    static constexpr std::array<std::string_view, 5> words{"stall", "skipped", "log-rows-lost",
                                                           unresolved_word, "unfinished"};
    return std::ranges::find(words, reason) != words.end();
}

/// There are many targets, which take turns: the next one's memory can be on its way while this one
/// is told (a tenth of the time, bench/look_back.py).
void fetch(const TargetHistory& target) noexcept {
    const char* const memory = reinterpret_cast<const char*>(&target);
    for (std::size_t line = 0; line < 10; ++line)
        __builtin_prefetch(memory + line * 64, 1);
}

/// As write_key() writes it.
bool is_key(std::string_view key, std::string_view name, std::string_view site) noexcept {
    return key.size() == name.size() + 1 + site.size() && key.starts_with(name) &&
           key.ends_with(site);
}

/// Hostile words fill no memory.
void count(std::map<std::string, std::uint64_t, std::less<>>& counts, std::string_view word) {
    constexpr std::size_t words_max = 16;
    auto found = counts.find(word);
    if (found == counts.end())
        found = counts.try_emplace(counts.size() < words_max ? std::string{word} : "others").first;
    ++found->second;
}

}  // namespace

std::string_view name_of(const record::Row& row, std::string_view file) noexcept {
    if (!row.target.empty()) return row.target;
    return row.host.empty() ? file : row.host;
}

void write_key(const record::Row& row, std::string_view file, std::string& key) {
    key.assign(name_of(row, file)).append(1, '\n').append(row.site);
}

bool is_of_all(const record::Row& row) noexcept {
    return row.is_gap() && row.target == every_target_word;
}

Analysis::Analysis(AnalysisOptions options, const Plan* plan)
    : options_(std::move(options)), plan_(plan), names_(options_.targets), lines_(options_.codes) {}

void Analysis::begin_file(std::string_view name, std::string_view log) {
    ++files_;
    file_ = name;
    log_name_ = log;
    log_ = &logs_[log_name_];
}

void Analysis::add(const record::Row& row) {
    if (!needs_sorting_) take(row, *log_, 0, Duration::zero());
}

void Analysis::add_sorted(const record::Row& row, StreamId stream, Duration shift) {
    take(row, sorted_logs_[plan_->root(stream)], stream, shift);
}

void Analysis::take(const record::Row& row, Log& of, StreamId id, Duration shift) {
    if (row.sent < options_.from || row.sent >= options_.to) return;
    const std::string_view other_run = run_not_asked_for(row);
    if (!row.is_probe() || !other_run.empty()) {
        const bool wanted = is_of_all(row) || names_.has(name_of(row, file_), row.host);
        if (is_copy(row, of)) {
            copies_ += wanted ? 1 : 0;
            return;
        }
        if (!other_run.empty() && plan_ == nullptr) note_left_out(row, of);
        if (!other_run.empty()) note_load(row);
        if (!other_run.empty()) return wanted ? count(other_runs_, other_run) : void();
        if (row.type == record::RowType::other)
            return wanted ? count(other_kinds_, row.kind_word) : void();
    }
    if (row.is_gap()) return add_gap(row, of, shift);
    if (row.is_probe()) return add_probe(row, history_of(row, of, id), shift);
    Unread& unread = of.unread[std::string{name_of(row, file_)}];
    unread.count += row.detail_of("reason") == "more" ? count_of(row) : 1;
    if (unread.host.empty() || row.sent > unread.at ||
        (row.sent == unread.at && row.host < unread.host))
        unread.host = row.host;
    unread.at = std::max(unread.at, row.sent);
}

TargetHistory& Analysis::history_of(const record::Row& row, Log& of, StreamId id) {
    const std::string_view name = name_of(row, file_);
    // Targets take turns, so what came behind the last one comes again.
    Known* known = of.last == nullptr ? nullptr : of.last->second.next;
    if (known == nullptr || !is_key(known->first, name, row.site)) {
        write_key(row, file_, key_);
        const auto [found, is_new] = of.known.try_emplace(key_);
        if (is_new) {
            TargetHistory& chosen = choose(row, name, id);
            found->second.history = &chosen;
            for (const auto* gaps : {&of.gaps, &of.gaps_of_known})
                for (const Gap& gap : *gaps)
                    if (gap.target == every_target_word || gap.target == name) apply(gap, chosen);
        }
        known = &*found;
        if (of.last != nullptr) of.last->second.next = known;
    }
    of.last = known;
    if (const Known* next = known->second.next; next != nullptr) {
        next->second.history->order.fetch();
        if (const Known* second = next->second.next; second != nullptr)
            fetch(*second->second.history);
    }
    note_host(row, *known->second.history);
    return *known->second.history;
}

/// Where the rows of a target that is new in this log belong.
TargetHistory& Analysis::choose(const record::Row& row, std::string_view name, StreamId id) {
    std::vector<TargetHistory*>& same = by_key_[key_];
    const std::size_t prober = plan_ == nullptr ? 0 : plan_->prober(key_, id);
    if (same.size() <= prober) same.resize(prober + 1);
    TargetHistory*& history = same[prober];
    if (history == nullptr) history = &make(row, name, prober);
    // A further row tells of an older probe, and not where this file begins.
    const bool further = row.kind == Kind::late || row.kind == Kind::duplicate;
    const bool begins = row.is_probe() && !further && history->log != log_name_;
    if (plan_ == nullptr && begins && overlaps(*history, row.sent)) needs_sorting_ = true;
    history->log = log_name_;
    return *history;
}

/// More than one log may overlap the next one; a short log by half of it.
bool Analysis::overlaps(const TargetHistory& before, WallTime begin) noexcept {
    if (before.last <= begin) return false;
    const Duration over = before.last - begin;
    return over > Scout::overlap_max || over >= (before.last - before.first) / 2;
}

TargetHistory& Analysis::make(const record::Row& row, std::string_view name, std::size_t prober) {
    std::string shown{name};
    if (prober > 0) shown += fmt::format(" ({})", prober + 1);
    TargetHistory& target = targets_.emplace_back(
        TargetHistory{.order = InOrder{hold, EventOrder{lines_.texts(), faults_}},
                      .host = {},
                      .wanted = names_.has(name, row.host),
                      .series = Series{options_.outage_run, lines_, options_.grid},
                      .target = std::string{name},
                      .name = std::move(shown),
                      .site = std::string{row.site},
                      .log = log_name_,
                      .not_wanted_as = std::string{row.host}});
    return target;
}

/// Responses name the address that they came from, which may be another one than was asked, so only
/// all rows of a target together tell whether it is one of those asked for.
void Analysis::note_host(const record::Row& row, TargetHistory& target) {
    if (!target.wanted && target.not_wanted_as != row.host) {
        target.not_wanted_as = row.host;
        target.wanted = names_.has(target.target, row.host);
    }
    if (!row.is_probe() || row.sent < target.host_at) return;
    if (target.host != row.host && (row.sent > target.host_at || target.host < row.host))
        target.host = row.host;
    target.host_at = row.sent;
}

void Analysis::add_probe(const record::Row& row, TargetHistory& target, Duration shift) {
    Event event{.at = row.sent + shift,
                .sent = row.sent,
                .latency = row.latency.value_or(Duration::zero()),
                .call_id = row.call_id,
                .kind = row.kind};
    if (!row.response.empty()) event.status = lines_.id(row.response);
    if (!row.detail.empty()) {
        event.syntax = faults_.id(row.detail_of("syntax").value_or(""));
        const bool loss = is_loss(row.kind);
        event.own = loss && row.detail_of("self").has_value();
        event.unread = loss && row.detail_of("unread").has_value();
    }
    if (!event.is_further()) {
        target.first = std::min(target.first, row.sent);
        target.last = std::max(target.last, row.sent);
        if (plan_ == nullptr && !target.written.note(row.sent, row.kind, event.latency))
            needs_sorting_ = true;
    }
    put(event, target);
}

void Analysis::put(const Event& event, TargetHistory& target) {
    const auto settle = [&](const Event& next) {
        --held_;
        settle_in(target, next);
    };
    if (plan_ != nullptr) target.order.release_before(event.at, settle);
    if (!target.order.add(event)) {
        needs_sorting_ = plan_ == nullptr;
        return;
    }
    ++held_;
    if (plan_ != nullptr) return;
    target.order.release(settle);
    if (held_ > held_max) target.order.release_first(settle);
}

void Analysis::settle_in(TargetHistory& target, const Event& event) {
    target.series.settle(event);
    // In files that overlap, rows of gaps and the like are there twice too, but not side by side.
    if (plan_ == nullptr && files_ > 1 && target.series.copies() > 0) needs_sorting_ = true;
}

void Analysis::add_gap(const record::Row& row, Log& of, Duration shift) {
    Gap gap{.target = std::string{name_of(row, file_)},
            .gap = {.from = time_of(row, "from"),
                    .until = time_of(row, "until"),
                    .reason = std::string{row.detail_of("reason").value_or("")},
                    .count = count_of(row)},
            .shift = shift};
    gap.gap.until = std::max(gap.gap.from, gap.gap.until);
    const bool mark = gap.gap.reason == start_word || gap.gap.reason == stop_word;
    if (!mark && (is_of_all(row) || names_.has(row.target, row.host))) {
        GapSum& sum = gaps_[gap.gap.reason];
        sum.spans.add(gap.gap.from, gap.gap.until);
        sum.count += gap.gap.count;
    }
    bool known = false;
    for (auto& [key, one] : of.known) {
        if (!is_of_all(row) && gap.target != one.history->target) continue;
        known = true;
        apply(gap, *one.history);
    }
    // A further site of that target may come.
    std::deque<Gap>& gaps = known && !is_of_all(row) ? of.gaps_of_known : of.gaps;
    gaps.push_back(std::move(gap));
    if (gaps.size() > Series::gaps_max) gaps.pop_front();
}

void Analysis::apply(const Gap& gap, TargetHistory& target) {
    target.series.gap(gap.gap);
    const WallTime at = gap.gap.from + gap.shift;
    if (is_unlooked(gap.gap.reason))
        target.series.unlooked(at, gap.gap.until + gap.shift);
    else if (gap.gap.reason == start_word)
        put({.at = at, .sent = gap.gap.from, .type = Event::Type::start}, target);
    else if (gap.gap.reason == stop_word)
        put({.at = at, .sent = gap.gap.from, .type = Event::Type::stop}, target);
}

/// Targets that were never asked, since their names lead nowhere: they are told all the same.
void Analysis::tell_unresolved(const Log& of) {
    for (const Gap& gap : of.gaps) {
        if (gap.gap.reason != unresolved_word || gap.target == every_target_word) continue;
        record::Row row;
        row.type = record::RowType::gap;
        row.target = gap.target;
        const auto known = std::ranges::find(targets_, gap.target, &TargetHistory::target);
        apply(gap, known != targets_.end() ? *known : make(row, gap.target, 0));
    }
}

/// Of the target of that name in the same log: without a Call-ID such a row names no site. Of
/// several sites it is the first one, and of a target of which there is nothing else it is told
/// too.
void Analysis::tell_unread(const Log& of) {
    for (const auto& [name, unread] : of.unread) {
        const InLog* found = nullptr;
        for (const auto& [key, one] : of.known)
            if (one.history->target == name &&
                (found == nullptr || one.history->site < found->history->site))
                found = &one;
        TargetHistory* target = found == nullptr ? nullptr : found->history;
        if (target == nullptr) {
            const auto known = std::ranges::find(targets_, name, &TargetHistory::target);
            if (known != targets_.end()) target = &*known;
        }
        if (target == nullptr) {
            record::Row row;
            row.target = name;
            row.host = unread.host;
            target = &make(row, name, 0);
            target->host = unread.host;
        }
        target->series.count_unread(unread.count);
    }
}

void Analysis::finish() {
    const auto tell = [this](const auto& logs) {
        for (const auto& [name, log] : logs) {
            tell_unresolved(log);
            tell_unread(log);
        }
    };
    tell(logs_);
    tell(sorted_logs_);
    std::erase_if(targets_, [](const TargetHistory& target) { return !target.wanted; });
    for (TargetHistory& target : targets_) {
        target.order.release_all([&](const Event& next) { settle_in(target, next); });
        target.series.finish();
        for (const auto& [from, until] : target.series.pauses().spans())
            pauses_.add(from, until);
        for (const auto& [from, until] : target.series.holes().spans())
            holes_.add(from, until);
    }
}

std::uint64_t Analysis::copies() const noexcept {
    std::uint64_t sum = copies_;
    for (const TargetHistory& target : targets_)
        sum += target.series.copies();
    return sum;
}

}  // namespace sipping::report
