#include "session/rates.hpp"

#include <fmt/format.h>

#include <map>

#include "text/message.hpp"

namespace sipping::app {

double rate_of(const target::Target& target) {
    return 1.0 / std::chrono::duration<double>(target.interval).count();
}

std::string rate_refused(const config::PingConfig& config, const Address& address, double rate) {
    if (config.mine || address.is_loopback()) return {};
    if (config.flood)
        return fmt::format("--flood to {} needs --mine: say that this target is yours to load",
                           to_string(address));
    if (rate <= rate_refused_per_s) return {};
    return fmt::format(
        "{:.0f} probes a second to {} need --mine: say that this target is yours to "
        "load (without it {:.0f} a second are allowed)",
        rate, to_string(address), rate_refused_per_s);
}

std::string check_rates(const config::PingConfig& config, const target::TargetTable& targets) {
    struct Load {
        Address address;
        double rate = 0;
    };
    std::map<std::string, Load> loads;  // by address: ports share one box
    for (const target::Target& target : targets) {
        const Address& address = target.endpoint.address;
        if (target.unknown || address.is_loopback()) continue;
        Load& load = loads.try_emplace(to_string(address), Load{.address = address}).first->second;
        load.rate += rate_of(target);
    }
    for (const auto& [address, load] : loads)
        if (const std::string wrong = rate_refused(config, load.address, load.rate); !wrong.empty())
            throw UsageError(wrong);
    for (const auto& [address, load] : loads)
        if (load.rate > rate_noted_per_s)
            return fmt::format(
                "{:.1f} probes a second to {}: many SBCs ban senders above {:.0f} a "
                "second; see the README before you blame the path",
                load.rate, address, rate_noted_per_s);
    return {};
}

}  // namespace sipping::app
