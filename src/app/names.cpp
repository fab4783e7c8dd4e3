#include "names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "net/resolve.hpp"

namespace sipping::app {
namespace {

/// How soon an answer of the resolver is looked at. (getaddrinfo cannot wake the loop.)
constexpr Duration look_again = 50ms;

class Lookup final : public io::Worker::Task {
public:
    Lookup(std::size_t its_name, std::string host, Family family)
        : name(its_name), host_(std::move(host)), family_(family) {}

    void run(const std::atomic<bool>& /*stop*/) noexcept override {
        found = net::resolve(host_, family_);
    }

    const std::size_t name;  ///< index in Targets::names
    net::Resolved found;

private:
    std::string host_;
    Family family_;
};

}  // namespace

Names::Names(const config::PingConfig& config, Targets& targets, Prober& prober, Reporter& reporter,
             Instant start)
    : config_(config),
      targets_(targets),
      prober_(prober),
      reporter_(reporter),
      start_(start),
      told_(targets.names.size()) {
    if (targets.names.empty() || config.resolve_every == Duration::zero()) return;
    try {
        worker_ = std::make_unique<io::Worker>(io::Worker::Priority::normal);
    } catch (const std::system_error& error) {  // a limit of the user, of a container
        prober.tell(
            fmt::format("note: names are not looked up again, a thread cannot be started: {}",
                        error.code().message()));
        return;
    }
    next_ = due(0);
}

/// Evenly over the time: hundreds of names are no burst at the name server.
Instant Names::due(std::size_t name) const noexcept {
    const auto count = static_cast<std::int64_t>(targets_.names.size());
    return start_ + config_.resolve_every * static_cast<std::int64_t>(round_) +
           config_.resolve_every / count * static_cast<std::int64_t>(name);
}

void Names::tick(const ClockReading& reading) {
    if (reading.now < next_) return;
    while (const auto task = worker_->take_done())
        conclude(*task, reading);
    // One at a time, so that a dead name server collects no queue: overdue names follow each other.
    if (worker_->pending() == 0 && reading.now >= due(name_)) {
        const NamedTarget& named = targets_.names[name_];
        const Family family = targets_.table[named.target].endpoint.address.family;
        worker_->post(std::make_unique<Lookup>(name_, named.spec.host, family));
        name_ = (name_ + 1) % targets_.names.size();
        if (name_ == 0) {
            ++round_;
            // A round that took longer than it may: the rounds missed are left out.
            while (due(targets_.names.size() - 1) < reading.now)
                ++round_;
        }
    }
    next_ = worker_->pending() > 0 ? reading.now + look_again : due(name_);
}

void Names::conclude(io::Worker::Task& task, const ClockReading& reading) {
    auto& lookup = static_cast<Lookup&>(task);  // nothing else is posted
    const NamedTarget& named = targets_.names[lookup.name];
    const Address current = targets_.table[named.target].endpoint.address;
    tell_failing(lookup.name, lookup.found.error, current);
    if (!lookup.found.error.empty()) return;
    // Name servers turn the order of several addresses: one that is still there is kept.
    if (std::ranges::find(lookup.found.addresses, current) == lookup.found.addresses.end())
        move(lookup.name, lookup.found.addresses.front(), reading);
    else
        told_[lookup.name].refused.reset();
}

void Names::tell_failing(std::size_t name, const std::string& error, const Address& current) {
    const bool failing = !error.empty();
    if (failing == std::exchange(told_[name].failing, failing)) return;
    const std::string& host = targets_.names[name].spec.host;
    prober_.tell(failing ? fmt::format("cannot resolve '{}' any more: {}; probing goes on at {}",
                                       host, error, to_string(current))
                         : fmt::format("'{}' resolves again", host));
}

void Names::move(std::size_t name, const Address& address, const ClockReading& reading) {
    const NamedTarget& named = targets_.names[name];
    const Endpoint before = targets_.table[named.target].endpoint;
    if (const std::string wrong = move_target(config_, targets_, named, address); !wrong.empty()) {
        if (std::exchange(told_[name].refused, address) != address) prober_.tell(wrong);
        return;
    }
    told_[name].refused.reset();
    prober_.engine().moved(named.target, before, reading.now);
    reporter_.moved(named.target, before.address, address);
}

}  // namespace sipping::app
