#include "session/reporter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/grouped.hpp"
#include "text/local_offset.hpp"

namespace sipping::app {
namespace {

constexpr std::uint64_t statistics_every = 5;  // pings, as the original
constexpr std::size_t table_line_max = 600;
constexpr std::size_t notes_room = 64 * 1024;
constexpr std::size_t line_room = 8 * 1024;   // for the lines that one event can make
constexpr std::size_t raw_room = 300 * 1024;  // and for an escaped 64 KiB datagram

}  // namespace

Reporter::Reporter(const Options& options, const target::TargetTable& targets,
                   std::span<const wire::RequestTemplate> requests, LogFiles& log,
                   io::Appender& text, io::Appender& data)
    : options_(options),
      targets_(targets),
      log_(log),
      out_(text, data),
      stats_(targets.size()),
      bans_(targets.size(), options.ports),
      asked_for_peace_(targets.size()),
      console_(options.console, local_utc_offset),
      json_(local_utc_offset, false),
      events_(targets, requests, console_, out_, options.console.json),
      stray_limit_(targets.size()),
      icmp_runs_(targets.size()),
      line_room_(options.console.print_sent || options.console.print_received ? raw_room
                                                                              : line_room) {
    second_.targets = static_cast<std::uint32_t>(targets_.size());
}

void Reporter::sent(const SentProbe& probe) noexcept {
    stats_[probe.target].on_sent();
    ++second_.sent;
    const Duration late = std::max(probe.sent - probe.due, Duration::zero());
    lateness_.record(late);
    second_lateness_.record(late);
    lateness_max_ = std::max(lateness_max_, late);
    bans_.on_sent(probe.target, probe.sent);
    console_.on_sent(probe, out_.text(line_room_));
}

template <typename Row>
void Reporter::write_json(const Row& row) noexcept {
    if (!options_.console.json) return;
    json_.json(row, log_.context(row.target), out_.data(record::row_size_max));
}

void Reporter::result(const ProbeResult& result) noexcept {
    stats::TargetStats& stats = stats_[result.target];
    const stats::State before = stats.state();
    const std::uint16_t usual = stats.codes().usual();
    const auto changed = stats.on_result(result, options_.thresholds);
    log_.write(result);
    pending_.on_result(result, log_.context(result.target));
    // What did not come was awaited from where it was asked, which a name may have left since.
    const Endpoint& asked =
        has_answer(result.kind) ? targets_[result.target].endpoint : result.from;
    write_json(result);
    const WallTime at =
        has_answer(result.kind) ? result.sent_wall + result.latency : reading_.wall();
    console_.on_result(result, asked, at, out_.text(line_room_));
    if (is_loss(result.kind)) {
        ++losses_;
        if (result.self != 0)
            ++losses_perhaps_own_;
        else if (result.unread > 0)
            ++losses_beside_unread_;
    }
    if (result.kind == Kind::reply) {
        events_.reply(result);
        note_retry_after(result);
        if (usual != 0 && result.status != usual) second_.other_codes.add(result.status);
    }
    count_second(result);
    tell_state(result.target, before, changed);
}

void Reporter::stray(const Stray& stray) noexcept {
    console_.stray(stray, out_.text(line_room_));
    if (stray.reason == StrayReason::request || stray.reason == StrayReason::bad_request)
        events_.request(stray);
    if (!stray.unread()) return;
    stats_[stray.target].on_unread();
    if (!stray_limit_.admit(stray.target, reading_.now, stray.at)) return;
    log_.write(stray);
    write_json(stray);
}

void Reporter::tell_hidden_strays(bool at_end) noexcept {
    while (const auto hidden = stray_limit_.due(reading_.now, at_end)) {
        log_.write(*hidden);
        write_json(*hidden);
    }
}

void Reporter::tell_state(std::uint32_t target, stats::State before,
                          std::optional<stats::State> changed) noexcept {
    if (!changed) return;
    if (*changed == stats::State::up) tell_last_icmp(target);
    const auto fails = [](stats::State state) {
        return state == stats::State::down || state == stats::State::refusing;
    };
    if (fails(before)) --down_;
    if (fails(*changed)) ++down_;
    events_.state(target, *changed, stats_[target]);
}

/// Shown whatever the mode (the reply's own line has it when there is one): who asks for peace and
/// does not get it bans us next.
void Reporter::note_retry_after(const ProbeResult& result) noexcept {
    const bool asks = result.status == 503 && result.retry_after_s >= 0;
    if (asks && !asked_for_peace_[result.target] && !options_.console.per_ping &&
        !options_.console.json)
        line(fmt::format("note: {} answers 503 with Retry-After: {} s",
                         targets_[result.target].name, result.retry_after_s));
    asked_for_peace_[result.target] = asks;
}

void Reporter::mark(GapReason reason) noexcept {
    const WallTime at = reading_.wall();
    log_.mark(reason, at);
    const std::uint32_t target = targets_.size() == 1 ? 0 : every_target;
    write_json(Gap{.target = target, .reason = reason, .from = at, .until = at});
}

void Reporter::count_second(const ProbeResult& result) noexcept {
    switch (result.kind) {
        case Kind::reply:
        case Kind::provisional:
            ++second_.received;
            second_latency_.record(result.latency);
            second_.worst = std::max(second_.worst, result.latency);
            break;
        case Kind::timeout:
        case Kind::icmp: ++second_.lost; break;
        case Kind::late: ++second_.late; break;
        case Kind::duplicate: ++second_.duplicate; break;
        case Kind::send_error:
            ++refused_;
            ++second_.not_sent;
            break;
        case Kind::local: ++second_.not_sent; break;
        case Kind::pending: break;
    }
}

void Reporter::settled(const Settled& settled) noexcept {
    stats::TargetStats& stats = stats_[settled.target];
    const stats::State before = stats.state();
    tell_state(settled.target, before, stats.on_settled(settled, options_.thresholds));
    note_possible_ban(settled);
    if (options_.five_ping_statistics && ++settled_ % statistics_every == 0)
        console_.statistics(stats, out_.text(line_room_));
}

/// It stays an outage in rows, table and exit code; this only names the other explanation.
void Reporter::note_possible_ban(const Settled& settled) noexcept {
    const target::Target& target = targets_[settled.target];
    const auto note = bans_.on_settled(settled, stats_[settled.target], target.interval);
    if (!note) return;
    line(
        fmt::format("note: {} possibly rate-limited: silent on all {} after {} in "
                    "{:.1f} s",
                    target.name, counted(note->ports, "port"), counted(note->answered, "probe"),
                    std::chrono::duration<double>(note->burst).count()));
}

void Reporter::gap(const Gap& gap) noexcept {
    log_.write(gap);
    write_json(gap);
}

void Reporter::icmp(std::uint32_t target, const Endpoint& asked, std::uint64_t call_id,
                    const IcmpError& error, Instant at) noexcept {
    const WallTime when = reading_.wall(at);
    const bool first =
        icmp_runs_.add(target, {.at = when, .asked = asked, .call_id = call_id, .error = error});
    if (first || !options_.console.quiet)
        console_.icmp(when, error, to_string(asked), call_id, out_.text(line_room_));
}

void Reporter::tell_last_icmp(std::uint32_t target) noexcept {
    const stats::IcmpTold last = icmp_runs_.end(target);
    if (last.count < 2 || !options_.console.quiet) return;
    console_.icmp(last.at, last.error, to_string(last.asked), last.call_id, out_.text(line_room_),
                  last.count);
}

void Reporter::tick(std::uint32_t in_flight) noexcept {
    if (reading_.now >= stray_limit_.next()) tell_hidden_strays(false);
    if (reading_.now >= events_.next_tick()) events_.tick(false);
    tick_summary(in_flight);
}

void Reporter::finish() noexcept {
    tell_hidden_strays(true);
    for (std::uint32_t target = 0; target < targets_.size(); ++target)
        tell_last_icmp(target);
    events_.tick(true);
    events_.summarize(stats_);
}

void Reporter::tick_summary(std::uint32_t in_flight) noexcept {
    if (!options_.console.summaries) return;
    if (next_summary_ == never) next_summary_ = reading_.now + 1s;
    if (reading_.now < next_summary_) return;
    while (next_summary_ <= reading_.now)
        next_summary_ += 1s;
    const std::uint64_t taken_back = std::min(second_.sent, refused_);
    second_.sent -= taken_back;
    refused_ -= taken_back;
    second_.at = reading_.wall();
    second_.in_flight = in_flight;
    second_.targets_down = down_;
    second_.targets_unknown = static_cast<std::uint32_t>(std::count_if(
        targets_.begin(), targets_.end(), [](const target::Target& one) { return one.unknown; }));
    second_.p50 = second_latency_.quantile(0.5);
    second_.p99 = second_latency_.quantile(0.99);
    // The middle of a histogram bucket may lie beyond the exact worst value.
    second_.lateness_p99 = std::min(second_lateness_.quantile(0.99), lateness_max_);
    console_.summary(second_, out_.text(line_room_));
    second_ = console::SecondSummary{.targets = second_.targets};
    second_latency_.clear();
    second_lateness_.clear();
}

Instant Reporter::next_tick() const noexcept {
    const Instant waiting = std::min(stray_limit_.next(), events_.next_tick());
    if (!options_.console.summaries) return waiting;
    return std::min(waiting, next_summary_ == never ? reading_.now : next_summary_);
}

void Reporter::line(std::string_view text) noexcept {
    TextBuffer& lines = out_.text(line_room_);
    lines.append(text);
    lines.append("\n");
}

void Reporter::table() noexcept {
    flush_console();
    // Worth an allocation: only at the end, or when somebody presses a key.
    std::vector<console::TableRow> rows;
    rows.reserve(targets_.size());
    for (std::size_t i = 0; i < targets_.size(); ++i)
        rows.push_back({targets_[i].name, &stats_[i], targets_[i].unknown});
    TextBuffer text(table_line_max * (targets_.size() + 4) + notes_room);
    console_.table(rows, text);
    console_.notes(rows, events_.sources(), text);
    out_.text_appender().append(text.view(), static_cast<unsigned>(rows.size()));
}

void Reporter::health(const stats::Health& health) noexcept {
    console_.health(health, out_.text(line_room_));
}

void Reporter::fill(stats::Health& health) const noexcept {
    health.lateness = lateness_;
    health.lateness_max = lateness_max_;
    // A reader that went away wanted no more.
    const io::Appender& text = out_.text_appender();
    health.console_lines_lost =
        console_.lines_lost() + (text.reader_gone() ? 0 : text.stats().rows_lost);
    health.log_rows_lost = log_.rows_lost();
    health.losses = losses_;
    health.losses_perhaps_own = losses_perhaps_own_;
    health.losses_beside_unread = losses_beside_unread_;
}

}  // namespace sipping::app
