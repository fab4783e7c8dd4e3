#include "sipping/probe/engine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sipping::probe {
namespace {

constexpr int busy_ports_passed = 16;  // at most, on the way to a free one

std::vector<Duration> intervals_of(const target::TargetTable& targets) {
    std::vector<Duration> intervals;
    intervals.reserve(targets.size());
    for (const target::Target& target : targets)
        intervals.push_back(target.interval);
    return intervals;
}

std::vector<Duration> timeouts_of(const target::TargetTable& targets) {
    std::vector<Duration> timeouts;
    timeouts.reserve(targets.size());
    for (const target::Target& target : targets)
        timeouts.push_back(target.timeout);
    return timeouts;
}

std::vector<PortUse> port_uses(const EngineOptions& options, const target::TargetTable& targets) {
    assert(options.port_policies.empty() || options.port_policies.size() == targets.size());
    std::vector<PortUse> uses;
    uses.reserve(targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i)
        uses.push_back({.family = targets[i].unknown
                                      ? std::nullopt
                                      : std::optional(targets[i].endpoint.address.family),
                        .policy = options.port_policies.empty() ? options.port_policy
                                                                : options.port_policies[i]});
    return uses;
}

Duration longest(const std::vector<Duration>& values) {
    return values.empty() ? Duration::zero() : *std::max_element(values.begin(), values.end());
}

}  // namespace

std::uint32_t identities_needed(double rate_per_s, Duration longest_timeout, Duration late_window,
                                std::uint32_t limit) noexcept {
    // A probe that is over is let go when the loop comes to it.
    constexpr Duration loop_is_late = 100ms;
    const double seconds =
        std::chrono::duration<double>(longest_timeout + late_window + loop_is_late).count();
    const double needed = std::ceil(rate_per_s * seconds) + 256.0;
    return static_cast<std::uint32_t>(std::min(needed, static_cast<double>(limit)));
}

Engine::Engine(const EngineOptions& options, const target::TargetTable& targets,
               std::span<const wire::RequestTemplate> requests, std::span<const PoolPort> ports,
               ResultSink& sink)
    : options_(options),
      targets_(targets),
      requests_(requests),
      sink_(sink),
      identities_(options.key),
      table_({.capacity = options.identities,
              .late_window = options.late_window,
              .sockets = static_cast<std::uint32_t>(ports.size())},
             timeouts_of(targets)),
      matcher_(table_, identities_, options.site),
      pool_(ports, port_uses(options, targets), longest(timeouts_of(targets)) + options.late_window,
            Key{keyed_hash(options.key, 5, 0), keyed_hash(options.key, 6, 0)}, options.fresh_only),
      asked_(targets, longest(timeouts_of(targets)) + options.late_window + stall_limit),
      endpoints_(targets),
      strays_(targets.size()),
      shape_of_(targets.size()),
      schedule_(targets.size(), options.late_limit),
      flood_(0, {}),
      answers_(answer_limit),
      to_tag_(static_cast<std::uint32_t>(keyed_hash(options.key, 7, 0))) {
    assert(requests.size() == targets.size());
    for (std::uint32_t socket = 0; socket < ports.size(); ++socket) {
        auto& by_port = socket_by_port_[static_cast<std::size_t>(ports[socket].family)];
        if (by_port.empty()) by_port.assign(65536, no_socket);
        by_port[ports[socket].number] = socket;
    }
}

void Engine::begin(Instant start) {
    if (options_.duration < never - start) end_ = start + options_.duration;
    const schedule::Options plan{
        .start = start, .end = end_, .count = options_.count, .late_limit = options_.late_limit};
    std::vector<bool> later;
    for (const target::Target& target : targets_)
        later.push_back(target.unknown);
    if (options_.flood_window == 0) {
        schedule_ = schedule::Schedule(intervals_of(targets_), plan, later);
        return;
    }
    flood_ = schedule::Flood(targets_.size(), plan);
    for (std::uint32_t target = 0; target < targets_.size(); ++target)
        if (!later[target]) flood_.join(target);
}

void Engine::join(std::uint32_t target, Instant now) {
    assert(!targets_[target].unknown);
    pool_.give_family(target, targets_[target].endpoint.address.family);
    endpoints_.join(target, targets_[target].endpoint);
    if (options_.flood_window > 0)
        flood_.join(target);
    else
        schedule_.join(target, now);
}

void Engine::note_time(Instant now) noexcept {
    if (promised_wake_ != never && now > promised_wake_ + stall_limit) {
        ++counts_.stalls;
        stall_from_ = promised_wake_;
        stall_until_ = now;
    }
    promised_wake_ = now;  // until next_deadline() says that a wait comes
}

void Engine::send_answers(Outbox& outbox) noexcept {
    // Half of the outbox at most: a storm of requests must not keep our probes from leaving.
    while (answers_waiting_ > 0 && outbox.entries().size() < Outbox::capacity / 2) {
        const Answer& answer = answers_[--answers_waiting_];
        Outgoing& out = outbox.add();
        out.probe = no_probe;
        out.socket = answer.socket;
        out.to = answer.to;
        out.local.reset();
        out.length = answer.length;
        std::memcpy(out.bytes.data(), answer.bytes.data(), answer.length);
    }
}

/// Out of ports or identities, a flood says so once with a `local` row and waits until there is one
/// again: nothing is due meanwhile, or it would do nothing else but refuse. So it does as long as
/// no target has an address.
bool Engine::flood_is_blocked() const noexcept {
    if (flood_.empty()) return true;
    return flood_refused_ && !(pool_.has_free(flood_.peek()) && table_.has_room());
}

void Engine::start_flood(Instant now, Outbox& outbox) noexcept {
    if (flood_is_blocked()) return;
    flood_refused_ = false;
    while (!flood_refused_ && !outbox.full() && table_.in_flight() < options_.flood_window &&
           !flood_.done(now)) {
        ++counts_.due;
        flood_refused_ = !start_probe(flood_.take(), now, now, outbox);
    }
}

void Engine::start_due(const ClockReading& reading, Outbox& outbox) noexcept {
    reading_ = reading;
    replaced_in_turn_ = 0;
    note_time(reading.now);
    send_answers(outbox);
    if (stopping_) return;
    if (options_.flood_window > 0) return start_flood(reading.now, outbox);
    schedule::Due due;
    while (!outbox.full() && schedule_.take(reading.now + lead_.value(), due)) {
        if (due.skipped > 0) report_skips(due);
        if (!due.send) continue;
        ++counts_.due;
        start_probe(due.target, due.at, reading.now, outbox);
    }
}

/// A probe of this target is still out from this socket, which take() has just given.
bool Engine::is_out(std::uint32_t socket, std::uint32_t target) const noexcept {
    const PortPolicy policy = pool_.policy(target);
    if (policy == PortPolicy::fresh) return false;  // nothing ever left from it
    if (table_.in_flight_of(target) == 0) return false;
    const std::uint32_t ports = pool_.size_for(target);
    if (ports == 1 || policy == PortPolicy::fixed) return true;
    // Every port comes before one comes again: what left within this round used other ones.
    const match::Slot& oldest = table_.at(table_.oldest_unsettled(target));
    if (pool_.taken(target) - oldest.take < ports) return false;
    return table_.is_out(socket, target);
}

/// A port has one probe of a target at a time while there are free ones; beyond that it is shared.
std::uint32_t Engine::take_socket(std::uint32_t target, Instant now) noexcept {
    std::uint32_t socket = pool_.take(target, now);
    if (socket == no_socket || !is_out(socket, target)) return socket;
    if (pool_.policy(target) == PortPolicy::rotate &&
        table_.in_flight_of(target) < pool_.size_for(target)) {
        for (int passed = 0; passed < busy_ports_passed; ++passed) {
            socket = pool_.take(target, now);
            if (!is_out(socket, target)) return socket;
        }
    }
    ++counts_.ports_shared;
    return socket;
}

bool Engine::start_probe(std::uint32_t target, Instant due, Instant now, Outbox& outbox) noexcept {
    const std::uint32_t socket = take_socket(target, now);
    if (socket == no_socket) {
        ++counts_.no_free_port;
        refuse_locally(target, due, reading_, LocalReason::no_free_port);
        return false;
    }
    if (!table_.make_room(now)) {
        ++counts_.no_identity;
        refuse_locally(target, due, reading_, LocalReason::no_identity);
        return false;
    }
    const wire::Identity identity = identities_.next();
    const std::uint16_t port = pool_.port(socket);
    const std::uint32_t slot = table_.insert(identity.call_id, target, socket, port, due);
    table_.at(slot).take = pool_.taken(target);
    table_.at(slot).generation = asked_.generation(target);
    Outgoing& out = outbox.add();
    out.probe = slot;
    out.socket = socket;
    out.to = targets_[target].endpoint;
    out.local.reset();
    out.length = static_cast<std::uint32_t>(requests_[target].encode(identity, port, out.bytes));
    return true;
}

void Engine::refuse_locally(std::uint32_t target, Instant due, const ClockReading& reading,
                            LocalReason reason) noexcept {
    ++counts_.local;
    ProbeResult result;
    result.kind = Kind::local;
    result.local_reason = reason;
    result.target = target;
    result.call_id = identities_.next_unsent();
    result.due = due;
    result.sent = reading.now;
    result.sent_wall = reading.wall();
    result.from = targets_[target].endpoint;
    sink_.result(result);
}

void Engine::report_skips(const schedule::Due& due) noexcept {
    counts_.due += due.skipped;
    counts_.skipped += due.skipped;
    const bool stalled = due.skipped_from < stall_until_ && due.skipped_until >= stall_from_;
    sink_.gap(Gap{.target = due.target,
                  .reason = stalled ? GapReason::stall : GapReason::skipped,
                  .from = reading_.wall(due.skipped_from),
                  .until = reading_.wall(due.skipped_until),
                  .count = due.skipped});
}

void Engine::on_submitted(Outbox& outbox, const ClockReading& reading) noexcept {
    const auto entries = outbox.entries();
    if (options_.lead && !entries.empty()) lead_.note(entries.front().sent - reading_.now);
    for (Outgoing& out : entries) {
        if (out.probe == no_probe) continue;
        const WallTime sent_wall = reading.wall(out.sent);
        table_.mark_sent(out.probe, out.sent, sent_wall);
        ++counts_.sent;
        match::Slot& slot = table_.at(out.probe);
        if (out.sent - slot.due > options_.late_limit) slot.self |= self_late_send;
        sink_.sent(SentProbe{.target = slot.target,
                             .call_id = slot.call_id,
                             .source_port = slot.port,
                             .to = out.to,
                             .due = slot.due,
                             .sent = out.sent,
                             .sent_wall = sent_wall,
                             .raw = out.text()});
    }
}

bool Engine::all_started(Instant now) const noexcept {
    if (stopping_) return true;
    return options_.flood_window > 0 ? flood_.done(now) : schedule_.next() == never;
}

bool Engine::finished(Instant now) const noexcept {
    // Answers that still wait keep nobody: whoever goes on asking could keep us for ever.
    return all_started(now) && table_.in_flight() == 0;
}

Instant Engine::next_deadline(Instant now) noexcept {
    Instant next = answers_waiting_ > 0 ? now : never;
    if (!all_started(now)) {
        if (options_.flood_window == 0)
            next = std::min(next, schedule_.next() - lead_.value());
        else
            next = std::min(next, table_.in_flight() < options_.flood_window && !flood_is_blocked()
                                      ? now
                                      : end_);
    }
    const Instant expiry = table_.next_deadline();
    // Judged when read past it: one tick more, or the wake-up would find nothing to do yet.
    if (expiry != never) next = std::min(next, expiry + expiry_grace + Duration{1});
    next = std::min(next, pool_.next_replacement());
    promised_wake_ = next == never ? never : std::max(next, now);
    return next;
}

std::uint32_t Engine::next_to_replace(Instant now) noexcept {
    if (replaced_in_turn_ == replacements_at_once) return no_socket;
    // Judged by what was read, as expiry is: an answer may have come in time and lie in the socket.
    const std::uint32_t socket = pool_.next_to_replace(std::min(now, read_until_));
    if (socket != no_socket) ++replaced_in_turn_;
    return socket;
}

}  // namespace sipping::probe
