#include "session/first_lookups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/clock.hpp"
#include "session/targets.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

constexpr Duration slow_limit = 2s;  // who sees nothing for longer is told why

}  // namespace

std::vector<net::Resolved> first_lookups(const config::PingConfig& config,
                                         std::span<const target::TargetSpec> specs,
                                         Lookups& lookups, Await await) {
    const io::SystemClock clock;
    std::vector<net::Resolved> found(specs.size());
    bool can_begin = false;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        can_begin = can_begin || specs[i].literal;
        if (!specs[i].literal)
            lookups.ask(static_cast<std::uint32_t>(i), specs[i].host, family_wanted(config));
    }
    Instant until = clock.now() + answers_gathered;
    bool told = false;
    while (lookups.pending() > 0) {
        if (await == Await::all || !can_begin) {
            if (!lookups.wait(slow_limit) && !std::exchange(told, true))
                tell(fmt::format("waiting for the name server ({} name{})", lookups.pending(),
                                 lookups.pending() == 1 ? "" : "s"));
        } else {
            const Duration left = until - clock.now();
            if (left <= Duration::zero() || !lookups.wait(std::min(left, answers_pause))) break;
        }
        auto answer = lookups.take();
        if (!answer) continue;
        if (!answer->found.addresses.empty() && !std::exchange(can_begin, true))
            until = clock.now() + answers_gathered;
        found[answer->number] = std::move(answer->found);
    }
    return found;
}

std::optional<Family> family_wanted(const config::PingConfig& config) noexcept {
    return config.bind ? std::optional(config.bind->family) : config.family;
}

std::string family_asked_for(const config::PingConfig& config, Family family) {
    const char* version = family == Family::v4 ? "4" : "6";
    return config.bind ? fmt::format("IPv{}, which --bind asks for", version)
                       : fmt::format("IPv{0}, which -{0} asks for", version);
}

std::string cannot_resolve(const config::PingConfig& config, const std::string& host,
                           const std::string& error) {
    const std::optional<Family> family = family_wanted(config);
    return fmt::format("cannot resolve '{}'{}: {}", host,
                       family ? " to " + family_asked_for(config, *family) : "", error);
}

}  // namespace sipping::app
