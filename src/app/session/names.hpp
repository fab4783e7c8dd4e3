// The names of targets during a run. Those that have an address are looked up again now and then,
// and their targets move when they point elsewhere. Those that have none are asked for until they
// do; then their targets join the run. Literal addresses and --all-addresses stay. No probe waits
// for any of it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "session/lookups.hpp"
#include "session/prober.hpp"
#include "session/reporter.hpp"
#include "session/targets.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/config/ping_config.hpp"

namespace sipping::app {

class Names {
public:
    /// Where there can be no thread it says so, and names stay where they are. All references must
    /// outlive this.
    Names(const config::PingConfig& config, Targets& targets, Lookups& lookups, Prober& prober,
          Reporter& reporter, const ClockReading& start);

    /// Takes in what was found out, asks for the names that are due.
    void tick(const ClockReading& reading);
    /// When tick() has something to do; `never` without names.
    [[nodiscard]] Instant next_tick() const noexcept { return next_; }

    /// A target without an address may still get one before the run is over. (With a count the run
    /// waits for first lookups alone: it is over when all that have an address are through.)
    [[nodiscard]] bool may_join(Instant now) const noexcept;
    /// The run is over: a row for each target that is unknown to the end.
    void finish();

private:
    struct Name {
        bool first_lookup = false;       ///< is under way
        bool failing = false;            ///< it was told, and is not told again each time
        std::optional<Address> refused;  ///< it points there, where the target may not go
        Duration pause{};                ///< of one without an address: until it is asked for again
    };
    struct Due {
        Instant at;
        std::uint32_t name;

        friend bool operator>(const Due& a, const Due& b) noexcept { return a.at > b.at; }
    };

    [[nodiscard]] const target::Target& target_of(std::uint32_t name) const noexcept {
        return targets_.table[targets_.names[name].target];
    }
    /// Names are asked for again during this run.
    [[nodiscard]] bool asks_again() const noexcept {
        return config_.resolve_every > Duration::zero() && lookups_.trouble().empty();
    }
    void begin(std::uint32_t name);
    void plan(std::uint32_t name);
    [[nodiscard]] Instant turn_of(std::uint32_t name) const noexcept;
    [[nodiscard]] bool take_answers();
    void ask_due();
    [[nodiscard]] Instant next_business(bool more) const noexcept;

    // Of a target with an address.
    void conclude_known(std::uint32_t name, const net::Resolved& found);
    void tell_failing(std::uint32_t name, const std::string& error);
    void move(std::uint32_t name, const Address& address);

    // Of a target without one (names_unknown.cpp).
    void conclude_unknown(std::uint32_t name, const net::Resolved& found);
    void fail(std::uint32_t name, const std::string& error);
    void join(std::uint32_t name, const std::vector<Address>& found);
    void tell_slow();
    void tell_unknown(std::uint32_t name, const std::string& why);
    void tell_hidden();
    [[nodiscard]] std::string asked_again(Duration pause) const;

    const config::PingConfig& config_;
    Targets& targets_;
    Lookups& lookups_;
    Prober& prober_;
    Reporter& reporter_;
    const ClockReading start_;
    ClockReading reading_;                  ///< the newest one
    Instant end_ = never;                   ///< of the run, by --duration
    std::array<bool, 2> has_ports_{};       ///< by family
    std::vector<Name> names_;               ///< as Targets::names
    std::vector<std::uint32_t> by_lookup_;  ///< the number of a lookup -> its name
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::uint32_t first_lookups_ = 0;  ///< under way
    bool told_slow_ = false;
    std::int64_t second_ = 0;   ///< of the run
    std::uint32_t lines_ = 0;   ///< about targets without an address, in this second
    std::uint32_t hidden_ = 0;  ///< lines beyond those
    Instant next_ = never;
};

}  // namespace sipping::app
