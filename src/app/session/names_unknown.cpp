// Targets whose names have no address: what is told of them, and how they join the run.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "session/names.hpp"
#include "sipping/base/grouped.hpp"

namespace sipping::app {
namespace {

/// A name server that takes longer is told of.
constexpr Duration slow_limit = 1s;
/// A dead name server takes all names with it: the table has them all, the screen needs not.
constexpr std::uint32_t lines_per_s = 20;

double seconds(Duration time) noexcept {
    return std::chrono::duration<double>(time).count();
}

}  // namespace

void Names::conclude_unknown(std::uint32_t name, const net::Resolved& found) {
    if (!found.error.empty()) return fail(name, found.error);
    std::vector<Address> addresses = found.addresses;
    std::erase_if(addresses, [this](const Address& address) {
        return !has_ports_[static_cast<std::size_t>(address.family)];
    });
    if (addresses.empty()) return fail(name, "it has no address of a family that this box has");
    join(name, addresses);
}

void Names::fail(std::uint32_t name, const std::string& error) {
    const Duration pause = names_[name].pause;
    plan(name);
    if (std::exchange(names_[name].failing, true)) return;
    tell_unknown(
        name, fmt::format("{}; {}", cannot_resolve(config_, targets_.names[name].spec.host, error),
                          asked_again(pause)));
}

std::string Names::asked_again(Duration pause) const {
    if (!asks_again())
        return config_.resolve_every == Duration::zero()
                   ? "not asking again (--resolve-every never)"
                   : "not asking again";
    if (pause == config_.resolve_every)
        return fmt::format("asking again every {:g} s", seconds(pause));
    return fmt::format("asking again in {:g} s, later every {:g} s", seconds(pause),
                       seconds(config_.resolve_every));
}

void Names::join(std::uint32_t name, const std::vector<Address>& found) {
    const NamedTarget& named = targets_.names[name];
    const Address& address = found.front();
    Name& state = names_[name];
    const std::string wrong = give_address(config_, targets_, named, address);
    plan(name);
    if (!wrong.empty()) {
        if (std::exchange(state.refused, address) != address)
            tell_unknown(name, fmt::format("'{}' is at {}, where it is not probed: {}",
                                           named.spec.host, to_string(address), wrong));
        return;
    }
    const bool waited = state.failing || state.refused || reading_.now - start_.now >= slow_limit;
    state = Name{};
    prober_.engine().join(named.target, reading_.now);
    reporter_.joined(named.target, start_.now, waited);
    if (config_.all_addresses && found.size() > 1)
        prober_.tell(fmt::format(
            "note: of the {} addresses of '{}' only {} is probed: the others would have had to be "
            "known when the run began",
            found.size(), named.spec.host, to_string(address)));
}

void Names::tell_slow() {
    if (told_slow_ || reading_.now - start_.now < slow_limit) return;
    told_slow_ = true;
    for (std::uint32_t name = 0; name < names_.size(); ++name)
        if (names_[name].first_lookup)
            tell_unknown(name, fmt::format("no name server has answered about '{}' yet",
                                           targets_.names[name].spec.host));
}

void Names::tell_unknown(std::uint32_t name, const std::string& why) {
    const std::int64_t second = (reading_.now - start_.now) / 1s;
    if (std::exchange(second_, second) != second) lines_ = 0;
    if (++lines_ > lines_per_s && !config_.json) {
        ++hidden_;
        return;
    }
    reporter_.unknown(targets_.names[name].target, start_.wall(), why);
}

void Names::tell_hidden() {
    if (hidden_ == 0 || (reading_.now - start_.now) / 1s == second_) return;
    reporter_.line(fmt::format("UNKNOWN {}, not shown", counted(hidden_, "more target")));
    hidden_ = 0;
}

void Names::finish() {
    if (hidden_ > 0) second_ = -1;
    tell_hidden();
    for (const NamedTarget& named : targets_.names)
        if (targets_.table[named.target].unknown) reporter_.unresolved(named.target, start_.now);
}

}  // namespace sipping::app
