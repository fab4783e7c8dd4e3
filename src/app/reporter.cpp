#include "reporter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "local_offset.hpp"

namespace sipping::app {
namespace {

constexpr std::uint64_t statistics_every = 5;  // pings, as the original
constexpr std::size_t table_line_max = 320;
constexpr std::size_t line_room = 8 * 1024;   // for the lines that one event can make
constexpr std::size_t raw_room = 300 * 1024;  // and for an escaped 64 KiB datagram

// Silence on this many different ports, right after a burst, looks like a ban.
constexpr std::uint32_t ban_ports = 32;
constexpr std::uint64_t ban_run_min = 10;  // with few ports: a loss or two is no silence
constexpr Duration ban_burst_limit = 120s;
constexpr Duration ban_interval_limit = 200ms;

}  // namespace

Reporter::Reporter(const Options& options, const target::TargetTable& targets, LogFiles& log,
                   io::Appender& text, io::Appender& data)
    : options_(options),
      targets_(targets),
      log_(log),
      text_(text),
      data_(data),
      stats_(targets.size()),
      bursts_(targets.size()),
      console_(options.console, local_utc_offset),
      json_(local_utc_offset, false) {
    second_.targets = static_cast<std::uint32_t>(targets.size());
}

void Reporter::sent(const SentProbe& probe) noexcept {
    stats_[probe.target].on_sent();
    ++second_.sent;
    const Duration late = std::max(probe.sent - probe.due, Duration::zero());
    lateness_.record(late);
    second_lateness_.record(late);
    lateness_max_ = std::max(lateness_max_, late);
    Burst& burst = bursts_[probe.target];
    if (burst.first_sent == Instant{}) burst.first_sent = probe.sent;
    make_room();
    console_.on_sent(probe, lines_);
}

/// A turn can bring more lines than the buffer holds (thousands of timeouts, 64 KiB under -X).
void Reporter::make_room() noexcept {
    const bool raw = options_.console.print_sent || options_.console.print_received;
    if (lines_.room() < (raw ? raw_room : line_room)) flush_console();
}

template <typename Row>
void Reporter::write_json(const Row& row) noexcept {
    if (!options_.console.json) return;
    if (json_lines_.room() < sink::row_size_max) flush_console();
    json_.json(row, log_.context(row.target), json_lines_);
}

void Reporter::result(const ProbeResult& result) noexcept {
    make_room();
    stats_[result.target].on_result(result);
    log_.write(result);
    // What did not come was awaited from where it was asked, which a name may have left since.
    const Endpoint& asked =
        has_answer(result.kind) ? targets_[result.target].endpoint : result.from;
    write_json(result);
    const WallTime at =
        has_answer(result.kind) ? result.sent_wall + result.latency : reading_.wall();
    console_.on_result(result, asked, at, lines_);
    if (result.kind == Kind::reply) note_retry_after(result);
    count_second(result);
}

/// Shown whatever the mode (the reply's own line has it when there is one): who asks for peace and
/// does not get it bans us next.
void Reporter::note_retry_after(const ProbeResult& result) noexcept {
    Burst& burst = bursts_[result.target];
    const bool asks = result.status == 503 && result.retry_after_s >= 0;
    if (asks && !burst.asked_for_peace && !options_.console.per_ping && !options_.console.json)
        line(fmt::format("note: {} answers 503 with Retry-After: {} s",
                         targets_[result.target].name, result.retry_after_s));
    burst.asked_for_peace = asks;
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
    const stats::Change change = stats.on_settled(settled, options_.thresholds);
    if (change == stats::Change::went_down) ++down_;
    if (change == stats::Change::came_up) --down_;
    if (change != stats::Change::none)
        console_.change(change, targets_[settled.target].name, stats, lines_);
    note_possible_ban(settled);
    if (options_.five_ping_statistics && ++settled_ % statistics_every == 0)
        console_.statistics(stats, lines_);
}

/// It stays an outage in rows, table and exit code; this only names the other explanation.
void Reporter::note_possible_ban(const Settled& settled) noexcept {
    if (!settled.counts) return;
    Burst& burst = bursts_[settled.target];
    if (!settled.lost) {
        if (burst.noted) burst = Burst{.first_sent = settled.sent};
        ++burst.answered;
        return;
    }
    const target::Target& target = targets_[settled.target];
    const std::uint64_t run = stats_[settled.target].current_run();
    const std::uint64_t ports = std::min(options_.ports, ban_ports);
    if (burst.noted || burst.answered == 0 || run != std::max(ports, ban_run_min)) return;
    if (target.interval > ban_interval_limit) return;
    const Duration burst_time = stats_[settled.target].current_outage().begin_at - burst.first_sent;
    if (burst_time > ban_burst_limit) return;
    burst.noted = true;
    line(fmt::format(
        "note: {} possibly rate-limited: silent on all {} ports after {} probes in "
        "{:.1f} s",
        target.name, ports, burst.answered, std::chrono::duration<double>(burst_time).count()));
}

void Reporter::gap(const Gap& gap) noexcept {
    log_.write(gap);
    write_json(gap);
}

void Reporter::icmp(std::uint32_t /*target*/, const Endpoint& asked, std::uint64_t call_id,
                    const IcmpError& error, Instant at) noexcept {
    console_.icmp(reading_.wall(at), error, to_string(asked), call_id, lines_);
}

void Reporter::moved(std::uint32_t target, const Address& was, const Address& now) {
    console_.moved(reading_.wall(), targets_[target].name, was, now, lines_);
    log_.set_host(target, now);
    gap(Gap{.target = target,
            .reason = GapReason::moved,
            .from = reading_.wall(),
            .until = reading_.wall(),
            .was = was});
}

void Reporter::tick(std::uint32_t in_flight) noexcept {
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
    second_.p50 = second_latency_.quantile(0.5);
    second_.p99 = second_latency_.quantile(0.99);
    // The middle of a histogram bucket may lie beyond the exact worst value.
    second_.lateness_p99 = std::min(second_lateness_.quantile(0.99), lateness_max_);
    console_.summary(second_, lines_);
    second_ = sink::SecondSummary{.targets = second_.targets};
    second_latency_.clear();
    second_lateness_.clear();
}

Instant Reporter::next_tick() const noexcept {
    if (!options_.console.summaries) return never;
    return next_summary_ == never ? reading_.now : next_summary_;
}

void Reporter::flush_console() noexcept {
    const auto hand_over = [](TextBuffer& lines, io::Appender& to) {
        if (lines.empty()) return;
        const std::string_view text = lines.view();
        to.append(text, static_cast<unsigned>(std::count(text.begin(), text.end(), '\n')));
        lines.clear();
    };
    hand_over(lines_, text_);
    hand_over(json_lines_, data_);
}

void Reporter::line(std::string_view text) noexcept {
    lines_.append(text);
    lines_.append("\n");
}

void Reporter::table() noexcept {
    flush_console();
    // Worth an allocation: only at the end, or when somebody presses a key.
    std::vector<sink::TableRow> rows;
    rows.reserve(targets_.size());
    for (std::size_t i = 0; i < targets_.size(); ++i)
        rows.push_back({targets_[i].name, &stats_[i]});
    TextBuffer text(table_line_max * (targets_.size() + 4));
    console_.table(rows, text);
    text_.append(text.view(), static_cast<unsigned>(rows.size()));
}

void Reporter::health(const stats::Health& health) noexcept {
    console_.health(health, lines_);
}

void Reporter::fill(stats::Health& health) const noexcept {
    health.lateness = lateness_;
    health.lateness_max = lateness_max_;
    health.console_lines_lost = console_.lines_lost() + text_.stats().rows_lost;
    health.log_rows_lost = log_.rows_lost();
}

}  // namespace sipping::app
