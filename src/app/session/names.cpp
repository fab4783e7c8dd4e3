#include "session/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "net/resolve.hpp"

namespace sipping::app {
namespace {

/// How soon an answer of the resolver is looked at. (getaddrinfo cannot wake the loop.)
constexpr Duration look_again = 50ms;
/// What a turn of the loop gives to answers: a new address takes some system calls, and probes that
/// are due meanwhile wait for it.
constexpr Duration turn_limit = 300us;
constexpr Duration between_turns = 1ms;
constexpr Duration first_pause = 5s;
/// With a count the run waits for a first lookup, but not for ever.
constexpr Duration first_lookup_limit = 30s;

}  // namespace

Names::Names(const config::PingConfig& config, Targets& targets, Lookups& lookups, Prober& prober,
             Reporter& reporter, const ClockReading& start)
    : config_(config),
      targets_(targets),
      lookups_(lookups),
      prober_(prober),
      reporter_(reporter),
      start_(start),
      reading_(start),
      names_(targets.names.size()) {
    if (targets.names.empty()) return;
    if (config.duration && *config.duration < never - start.now)
        end_ = start.now + *config.duration;
    for (const net::Port& port : prober.network().ports)
        has_ports_[static_cast<std::size_t>(port.family)] = true;
    if (config.resolve_every > Duration::zero() && !lookups.trouble().empty())
        prober.tell(
            fmt::format("note: names are not looked up again, a thread cannot be started: {}",
                        lookups.trouble()));
    by_lookup_.resize(targets.names.back().lookup + 1);
    for (std::uint32_t name = 0; name < names_.size(); ++name)
        begin(name);
    next_ = next_business(false);
}

void Names::begin(std::uint32_t name) {
    const NamedTarget& named = targets_.names[name];
    by_lookup_[named.lookup] = name;
    names_[name].pause = std::min(first_pause, config_.resolve_every);
    if (!named.error.empty()) return fail(name, named.error);
    names_[name].first_lookup = target_of(name).unknown;
    if (names_[name].first_lookup)
        ++first_lookups_;
    else
        plan(name);
}

/// Evenly over the time: hundreds of names are no burst at the name server.
Instant Names::turn_of(std::uint32_t name) const noexcept {
    const Duration every = config_.resolve_every;
    const auto count = static_cast<std::int64_t>(names_.size());
    const Instant first = start_.now + every + every / count * static_cast<std::int64_t>(name);
    if (first > reading_.now) return first;
    return first + every * ((reading_.now - first) / every + 1);
}

void Names::plan(std::uint32_t name) {
    if (!asks_again()) return;
    if (!target_of(name).unknown) {
        if (!config_.all_addresses) due_.push({turn_of(name), name});
        return;
    }
    Duration& pause = names_[name].pause;
    due_.push({reading_.now + pause, name});
    pause = std::min(2 * pause, config_.resolve_every);
}

void Names::tick(const ClockReading& reading) {
    if (reading.now < next_) return;
    reading_ = reading;
    tell_hidden();
    const bool more = take_answers();
    tell_slow();
    ask_due();
    next_ = next_business(more);
}

/// False: there are no more.
bool Names::take_answers() {
    const Instant until = prober_.now().now + turn_limit;
    while (const auto answer = lookups_.take()) {
        const std::uint32_t name = by_lookup_[answer->number];
        if (std::exchange(names_[name].first_lookup, false)) --first_lookups_;
        if (target_of(name).unknown)
            conclude_unknown(name, answer->found);
        else
            conclude_known(name, answer->found);
        if (prober_.now().now > until) return true;
    }
    return false;
}

/// As many as are looked up side by side: on a dead name server the others wait for their turn
/// here.
void Names::ask_due() {
    while (!due_.empty() && due_.top().at <= reading_.now &&
           lookups_.pending() < Lookups::side_by_side) {
        const std::uint32_t name = due_.top().name;
        due_.pop();
        const NamedTarget& named = targets_.names[name];
        const target::Target& target = target_of(name);
        lookups_.ask(named.lookup, named.spec.host,
                     target.unknown ? family_wanted(config_)
                                    : std::optional(target.endpoint.address.family));
    }
}

Instant Names::next_business(bool more) const noexcept {
    const Instant now = reading_.now;
    if (more) return now + between_turns;
    Instant next = due_.empty() ? never : std::max(due_.top().at, now + between_turns);
    if (lookups_.pending() > 0 || hidden_ > 0) next = std::min(next, now + look_again);
    // The run lasts until then, though there may be nothing else to wake up for.
    if (end_ > now) next = std::min(next, end_);
    return next;
}

bool Names::may_join(Instant now) const noexcept {
    if (now >= end_ || !targets_.any_unknown()) return false;
    if (first_lookups_ > 0 && now < start_.now + first_lookup_limit) return true;
    return config_.count == 0 && asks_again();
}

void Names::conclude_known(std::uint32_t name, const net::Resolved& found) {
    const Address current = target_of(name).endpoint.address;
    tell_failing(name, found.error);
    plan(name);
    if (!found.error.empty()) return;
    // Name servers turn the order of several addresses: one that is still there is kept.
    if (std::ranges::find(found.addresses, current) == found.addresses.end())
        move(name, found.addresses.front());
    else
        names_[name].refused.reset();
}

void Names::tell_failing(std::uint32_t name, const std::string& error) {
    const bool failing = !error.empty();
    if (failing == std::exchange(names_[name].failing, failing)) return;
    const std::string& host = targets_.names[name].spec.host;
    const Address& current = target_of(name).endpoint.address;
    prober_.tell(failing ? fmt::format("cannot resolve '{}' any more: {}; probing goes on at {}",
                                       host, error, to_string(current))
                         : fmt::format("'{}' resolves again", host));
}

void Names::move(std::uint32_t name, const Address& address) {
    const NamedTarget& named = targets_.names[name];
    const Endpoint before = target_of(name).endpoint;
    if (const std::string wrong = give_address(config_, targets_, named, address); !wrong.empty()) {
        if (std::exchange(names_[name].refused, address) != address)
            prober_.tell(fmt::format("'{}' points to {} now; probing goes on at {}: {}",
                                     named.spec.host, to_string(address), to_string(before.address),
                                     wrong));
        return;
    }
    names_[name].refused.reset();
    prober_.engine().moved(named.target, before, reading_.now);
    reporter_.moved(named.target, before.address, address);
}

}  // namespace sipping::app
