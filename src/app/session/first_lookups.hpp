// The names of all targets before a run: looked up side by side, and how long the start waits for
// them. What is not there by then comes during the run (names).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/resolve.hpp"
#include "session/lookups.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/target/target_spec.hpp"

namespace sipping::app {

/// What the start waits for. `all`: until each name is found or has failed. `some`: until there is
/// a target that can be probed, and then only as long as further answers keep coming.
enum class Await : bool { some, all };

/// With `some`: a pause of this length, and the rest is not waited for. Name servers nearby answer
/// within it, so that a list of good names begins as a whole; nobody sees a start delayed by it.
inline constexpr Duration answers_pause = 30ms;
/// And that for as long at most, from when something could be probed.
inline constexpr Duration answers_gathered = 1s;

/// Asks for every target that has a name; the number of a lookup is the place in `specs`. One entry
/// a target: a lookup that is still under way has neither addresses nor an error.
[[nodiscard]] std::vector<net::Resolved> first_lookups(const config::PingConfig& config,
                                                       std::span<const target::TargetSpec> specs,
                                                       Lookups& lookups, Await await);

/// The family that names are looked up in, if the user asks for one.
[[nodiscard]] std::optional<Family> family_wanted(const config::PingConfig& config) noexcept;
/// "IPv6, which -6 asks for"
[[nodiscard]] std::string family_asked_for(const config::PingConfig& config, Family family);
/// "cannot resolve 'sbc.example' to IPv6, which -6 asks for: Name or service not known"
[[nodiscard]] std::string cannot_resolve(const config::PingConfig& config, const std::string& host,
                                         const std::string& error);

}  // namespace sipping::app
