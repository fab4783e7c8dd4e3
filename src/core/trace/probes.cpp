#include "sipping/trace/probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sipping::trace {

bool ProbeBook::concerns(const record::Row& row, std::string_view name) const {
    if (row.sent < wanted_.from || row.sent >= wanted_.to) return false;
    const auto is = [&](const std::string& one) { return one == name || one == row.host; };
    return wanted_.targets.empty() || std::ranges::any_of(wanted_.targets, is);
}

bool ProbeBook::is_wanted(const record::Row& row) const {
    if (!wanted_.call_id) return is_loss(row.kind) || row.kind == Kind::late;
    return row.call_id == *wanted_.call_id && (wanted_.site.empty() || row.site == wanted_.site);
}

std::uint32_t ProbeBook::intern(std::string_view text) {
    const auto [found, added] =
        text_index_.try_emplace(std::string{text}, static_cast<std::uint32_t>(texts_.size()));
    if (added) texts_.emplace_back(text);
    return found->second;
}

Probe ProbeBook::make(const record::Row& row, std::string_view name) {
    Probe probe;
    probe.call_id = row.call_id;
    probe.sent = row.sent;
    if (row.kind != Kind::provisional) probe.latency = row.latency;
    probe.kind = row.kind;
    probe.source_port = row.source_port;
    probe.site = intern(row.site);
    probe.target = intern(name);
    probe.host = intern(row.host);
    return probe;
}

void ProbeBook::add(const record::Row& row, std::string_view file_target) {
    if (!row.is_probe()) return;
    if (row.detail_of("syntax")) reads_forgivingly_ = true;
    const std::string_view name = row.target.empty() ? file_target : row.target;
    if (row.kind == Kind::duplicate) return;
    if (row.kind == Kind::late) return note_late(row, name);
    const bool concerned = concerns(row, name);
    if (concerned) ++rows_;
    if (!concerned || !is_wanted(row)) return sample(row, name);
    if (same(row.call_id, row.site, row.sent) != nullptr) return;  // the logs overlap
    if (probes_.size() >= wanted_max) {
        ++left_out_;
        return;
    }
    insert_wanted(row, name);
}

Probe* ProbeBook::same(std::uint64_t call_id, std::string_view site, WallTime sent) noexcept {
    Probe* const known = find(call_id, site, sent);
    return known != nullptr && std::chrono::abs(known->sent - sent) <= same_within ? known
                                                                                   : nullptr;
}

void ProbeBook::insert_wanted(const record::Row& row, std::string_view name) {
    Probe probe = make(row, name);
    probe.wanted = true;
    probe.unread = row.detail_of("unread").has_value();
    if (probe.unread) reads_forgivingly_ = true;
    probe.detail = row.detail;
    insert(std::move(probe));
}

/// The row before said that it was lost; without that one (it stands in a file we were not given)
/// this one says it as well.
void ProbeBook::note_late(const record::Row& row, std::string_view name) {
    if (Probe* const known = same(row.call_id, row.site, row.sent)) {
        if (!known->latency) known->latency = row.latency;
        return;
    }
    if (!concerns(row, name) || !is_wanted(row)) return;
    insert_wanted(row, name);
}

/// One in so many answered ones, evenly over all of the log: when there is no more room, every
/// other one makes way.
void ProbeBook::sample(const record::Row& row, std::string_view name) {
    if (row.kind != Kind::reply || !row.latency) return;
    const std::uint32_t target = intern(name);
    if (target >= slowest_.size()) slowest_.resize(target + 1);
    slowest_[target] = std::max(slowest_[target], *row.latency);
    if (answered_++ % sample_every_ != 0) return;
    if (sample_.size() == sample_max) {
        for (std::size_t i = 0; i < sample_max / 2; ++i)
            sample_[i] = std::move(sample_[2 * i]);
        sample_.resize(sample_max / 2);
        sample_every_ *= 2;
        if ((answered_ - 1) % sample_every_ != 0) return;
    }
    sample_.push_back(make(row, name));
}

void ProbeBook::insert(Probe probe) {
    std::uint32_t& first = first_[probe.call_id];
    probe.next = first;
    probes_.push_back(std::move(probe));
    first = static_cast<std::uint32_t>(probes_.size());
}

void ProbeBook::finish() {
    probes_.reserve(probes_.size() + sample_.size());
    for (Probe& probe : sample_)
        if (same(probe.call_id, text(probe.site), probe.sent) == nullptr) insert(std::move(probe));
    sample_ = {};
    put_into_groups();
}

void ProbeBook::put_into_groups() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known;
    for (Probe& probe : probes_) {
        probe.group = known.try_emplace({probe.target, probe.host}, groups_).first->second;
        if (groups_ == known.size()) continue;
        groups_ = static_cast<std::uint32_t>(known.size());
        if (const auto address = parse_address(text(probe.host))) unread_.try_emplace(*address);
    }
}

void ProbeBook::note_request_flow(Probe& probe, Side side, WallTime at, const Flow& flow) {
    Seen& seen = probe.at(side);
    const Flows::Index index = flows(side).add(flow);
    flows(side).note_request(index, at, index_of(probe));
    for (Flows::Index& one : seen.request_flows) {
        if (one == index) return;
        if (one != Flows::none) continue;
        one = index;
        return;
    }
    seen.more_flows = true;
}

void ProbeBook::note_answer_flow(Seen& seen, Side side, const Flow& flow) {
    if (seen.straight) return;
    const auto& known = seen.request_flows;
    const Flows& all = flows(side);
    seen.straight = std::ranges::any_of(
        known, [&](Flows::Index one) { return one != Flows::none && all.at(one) == flow.back(); });
    if (!seen.straight && seen.answer_flow == Flows::none) seen.answer_flow = flows(side).add(flow);
}

Stray ProbeBook::stray(const Probe& probe, Side side, Duration within) const {
    const Seen& seen = probe.at(side);
    Stray worst = Stray::none;
    for (const Flows::Index one : seen.request_flows) {
        if (one == Flows::none) break;
        worst = std::max(worst, flows(side).stray(one, seen.request, seen.request + within));
    }
    return worst;
}

Return ProbeBook::returned(const Probe& probe, Side side) const {
    const Seen& seen = probe.at(side);
    if (seen.request_flows[0] == Flows::none) return Return::unknown;
    if (seen.straight) return Return::straight;
    if (seen.answer_flow == Flows::none) return Return::unknown;
    const Flow& answer = flows(side).at(seen.answer_flow);
    Return best = seen.more_flows ? Return::unknown : Return::astray;
    // A box that a NAT is on shows each packet twice, with other addresses.
    for (const Flows::Index one : seen.request_flows) {
        if (one == Flows::none) break;
        const Flow& request = flows(side).at(one);
        if (request == answer.back()) return Return::straight;
        if (request.source == answer.destination) best = Return::other_source;
    }
    return best;
}

bool ProbeBook::note_unread(Side side, const Address& source, const Address& destination) noexcept {
    auto found = unread_.find(source);
    if (found == unread_.end()) found = unread_.find(destination);
    if (found == unread_.end()) return false;
    ++found->second[static_cast<std::size_t>(side)];
    return true;
}

std::uint64_t ProbeBook::unread(Side side, const Probe& probe) const noexcept {
    const auto address = parse_address(text(probe.host));
    const auto found = address ? unread_.find(*address) : unread_.end();
    return found == unread_.end() ? 0 : found->second[static_cast<std::size_t>(side)];
}

Probe* ProbeBook::find(std::uint64_t call_id, std::optional<std::string_view> site,
                       WallTime at) noexcept {
    const auto first = first_.find(call_id);
    if (first == first_.end()) return nullptr;
    Probe* best = nullptr;
    Duration best_off{};
    constexpr int looked_at_max = 64;  // a log may say the same digits a million times
    int looked_at = 0;
    for (std::uint32_t next = first->second; next != 0 && looked_at < looked_at_max;
         next = probes_[next - 1].next, ++looked_at) {
        Probe& probe = probes_[next - 1];
        if (site && texts_[probe.site] != *site) continue;
        const Duration off = std::chrono::abs(probe.sent - at);
        if (best != nullptr && off >= best_off) continue;
        best = &probe;
        best_off = off;
    }
    return best;
}

std::string ProbeBook::call_id_text(const Probe& probe) const {
    if (probe.site == 0) return fmt::format("{:010}", probe.call_id);
    return fmt::format("{:010}@{}", probe.call_id, texts_[probe.site]);
}

}  // namespace sipping::trace
