#include "sipping/report/series.hpp"

#include <algorithm>
#include <utility>

namespace sipping::report {

std::string_view to_string(Sort sort) noexcept {
    switch (sort) {
        case Sort::lost: break;
        case Sort::refused: return "refused";
        case Sort::maintenance: return "maintenance";
    }
    return "lost";
}

void Series::settle(const Event& event) {
    if (is_copy(event)) {
        if (event.type == Event::Type::probe) ++copies_;
        return;
    }
    if (event.type != Event::Type::probe || event.is_further()) told_ = event;
    switch (event.type) {
        case Event::Type::start: return start(event);
        case Event::Type::stop: stop_ = event.at; return;
        case Event::Type::probe: break;
    }
    if (event.syntax != 0) ++syntax_[event.syntax];
    kinds_.add(event.kind);
    if (event.is_further()) return further(event);
    own_row_ = {event.at, event.call_id, is_loss(event.kind) && !event.own};
    probe(event);
}

/// Two rows of one probe: the second is one and the same, or it tells of another end of it, which
/// is a mistake of whoever put the log together.
bool Series::is_copy(const Event& event) const noexcept {
    if (event.type != Event::Type::probe) return event.at == told_.at && event.type == told_.type;
    if (!event.is_further()) return event.at == own_row_.at && event.call_id == own_row_.call_id;
    return event.same_probe(told_) && event.kind == told_.kind && event.latency == told_.latency &&
           event.status == told_.status && event.syntax == told_.syntax;
}

void Series::start(const Event& event) {
    any_start_ = true;
    nobody_looked();
    const Duration pause = coverage_.begin_run(event.at, std::exchange(stop_, std::nullopt));
    if (pause > Duration::zero()) pauses_.add(event.sent - pause, event.sent);
}

void Series::probe(const Event& event) {
    const bool proves = is_loss(event.kind) ? !event.own : has_answer(event.kind);
    const WallTime before = last_;
    if (coverage_.probe(event.at, proves)) {
        nobody_looked();
        holes_.add(std::min(before, event.sent), event.sent);
    }
    first_ = any_probe_ ? std::min(first_, event.sent) : event.sent;
    last_ = any_probe_ ? std::max(last_, event.sent) : event.sent;
    any_probe_ = true;
    if (is_loss(event.kind)) return lost(event);
    if (has_answer(event.kind)) answered(event);
    // send-error, local and pending prove nothing.
}

void Series::further(const Event& event) {
    const bool of_loss =
        own_row_.failed && event.at == own_row_.at && event.call_id == own_row_.call_id;
    if (event.kind == Kind::late && of_loss) ++run_.late;
}

void Series::answered(const Event& event) {
    if (latency_.count() == 0) min_ = max_ = event.latency;
    min_ = std::min(min_, event.latency);
    max_ = std::max(max_, event.latency);
    latency_.record(event.latency);
    periods_.answered(event.sent, event.latency);
    losses_in_a_row_ = 0;
    count_code(event.status);
    if (event.kind == Kind::provisional) return end_run(&event);
    note_change(event);
    switch (lines_->service(event.status)) {
        case Service::fine: return end_run(&event);
        case Service::refused: ++refused_; return fail(event, Sort::refused);
        case Service::maintenance: ++maintenance_; return fail(event, Sort::maintenance);
    }
}

void Series::count_code(TextId status) {
    if (status != counted_status_) {
        put_codes_away();
        counted_status_ = status;
    }
    ++status_count_;
}

void Series::put_codes_away() {
    if (const std::uint64_t count = std::exchange(status_count_, 0); count > 0)
        codes_[lines_->code(counted_status_)] += count;
}

void Series::note_change(const Event& event) {
    if (event.status == status_) return;
    if (status_ != 0 && lines_->code(status_) != lines_->code(event.status)) {
        if (changes_.size() < changes_max)
            changes_.push_back({event.sent, status_, event.status, event.call_id});
        else
            ++changes_left_out_;
    }
    status_ = event.status;
}

void Series::lost(const Event& event) {
    periods_.lost(event.sent, event.own);
    if (event.unread) ++lost_beside_unread_;
    if (event.own) {
        ++perhaps_own_;
        return;
    }
    longest_run_ = std::max(longest_run_, ++losses_in_a_row_);
    fail(event, Sort::lost);
    if (event.kind == Kind::icmp) ++run_.icmp;
    if (event.unread) ++run_.unread;
}

void Series::fail(const Event& event, Sort sort) {
    if (!std::exchange(failing_, true))
        run_ = {.begin = event.sent,
                .at = event.at,
                .good_before = good_sent_,
                .open_begin = !good_seen_,
                .first_call_id = event.call_id};
    switch (sort) {
        case Sort::lost: ++run_.lost; break;
        case Sort::refused: ++run_.refused; break;
        case Sort::maintenance: ++run_.maintenance; break;
    }
    lengthen(event.at - run_.at);
    run_.sort = sort;
    run_.last_lost = run_.end = event.sent;
    run_.last_call_id = event.call_id;
}

/// Until now it was of the sort of its last failure.
void Series::lengthen(Duration length) {
    if (run_.sort == Sort::maintenance) run_.in_maintenance += length - run_.length;
    run_.length = length;
}

/// `good`: the response that ended it.
void Series::end_run(const Event* good) {
    good_seen_ = good_seen_ || good != nullptr;
    if (good != nullptr) good_sent_ = good->sent;
    if (!std::exchange(failing_, false)) return;
    if (run_.failed() >= outage_run_) {
        run_.open = good == nullptr;
        if (good != nullptr) {
            run_.end = good->sent;
            lengthen(good->at - run_.at);
        }
        run_.clock_set_back = run_.end - run_.begin != run_.length;
        outages_.push_back(run_);
    }
    losses_in_a_row_ = 0;
    periods_.end_run();
}

/// What failed before and what fails after are two things.
void Series::nobody_looked() {
    end_run(nullptr);
    good_seen_ = false;
}

/// Of those that a gap row explains, at least half of it, nothing is left.
void Series::explain_holes() {
    SpanSet gaps;
    for (const OwnGap& gap : gaps_)
        gaps.add(gap.from, gap.until);
    const SpanSet holes = std::exchange(holes_, {});
    for (const auto& [from, until] : holes.spans())
        if (gaps.within(from, until) * 2 < until - from) holes_.add(from, until);
}

void Series::gap(const OwnGap& gap) {
    gaps_.insert(gap);
    if (gaps_.size() <= gaps_max) return;
    gaps_.erase(std::prev(gaps_.end()));
    ++gaps_left_out_;
}

void Series::finish() {
    end_run(nullptr);
    put_codes_away();
    explain_holes();
    periods_.finish();
}

std::uint64_t Series::sent() const noexcept {
    return received() + lost() + count(Kind::pending);
}

Duration Series::time_in(Sort sort) const noexcept {
    Duration sum{};
    for (const Outage& outage : outages_)
        if (outage.sort == sort) sum += outage.length;
    return sum;
}

/// What is named after its last failure may have begun otherwise: here each part counts as what it
/// was.
std::optional<double> Series::availability() const noexcept {
    const Duration looked = coverage_.looked();
    if (looked <= Duration::zero()) return std::nullopt;
    Duration down{};
    for (const Outage& outage : outages_) {
        const Duration looked_then = coverage_.looked(outage.at, outage.at + outage.length);
        down += std::max(looked_then - outage.in_maintenance, Duration::zero());
    }
    return 1 - static_cast<double>(down.count()) / static_cast<double>(looked.count());
}

Duration Series::latency(double share) const noexcept {
    return std::clamp(latency_.quantile(share), min_, max_);
}

}  // namespace sipping::report
