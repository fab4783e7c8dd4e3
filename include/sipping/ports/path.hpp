// How many source ports the path to a host carries, pure: new ports are asked from at a steady rate
// while one old port, the canary, goes on asking. What falls silent, and what does not, tells a
// full session table from an outage and from a ban. Fed with the engine's results; the loop asks it
// what to plan.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/ports/old_port.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/stats/heard.hpp"

namespace sipping::ports {

/// The engine's targets, both of the same host.
inline constexpr std::uint32_t new_ports = 0;  ///< each probe from a port never used before
inline constexpr std::uint32_t canary = 1;     ///< always from the same port

struct PathOptions {
    double rate_per_s = 20;     ///< new ports a second
    std::uint32_t tries = 600;  ///< ports at most, the canary's included; see visible_ports()
    Duration timeout = 1s;
    Duration mapping_time = 30s;  ///< how long the path keeps a mapping that is not used
};

/// A port tried longer ago than the mapping time may be forgotten by the path, so at this rate no
/// more mappings than this are there at once.
[[nodiscard]] std::uint32_t visible_ports(double rate_per_s, Duration mapping_time) noexcept;

enum class PathVerdict : std::uint8_t {
    unknown,    ///< not over yet, or interrupted
    no_limit,   ///< none up to the number of ports tried
    limit,      ///< new ports silent, the old one not
    banned,     ///< all silent; it answers again, if at all, when it is asked slowly
    outage,     ///< all silent for a while that our rate did not cause, or ICMP errors
    silent,     ///< never answered, and sent nothing else
    no_answer,  ///< never answered in time; what it sent instead is in heard()
    self,       ///< this prober did not do its part
};
[[nodiscard]] std::string_view to_string(PathVerdict verdict) noexcept;

/// What to plan for a target: see probe::Engine::plan(). Nothing when `first` is not before `end`.
struct PathPace {
    Instant first{};
    Duration interval{};
    Instant end{};
};

/// A public address and port as the host saw it (RFC 3581), in the reply's top Via.
struct PublicEndpoint {
    std::optional<Address> address;  ///< nothing: it did not say
    std::uint16_t port = 0;          ///< 0: it did not say
};

class Path {
public:
    /// So many new ports silent in a row, while the canary is answered, are a limit: at least this,
    /// or a fiftieth of those answered. (Near its limit a NAT finds a free port now and then.)
    static constexpr std::uint32_t limit_run = 20;
    /// A claim in the end needs at least so many.
    static constexpr std::uint32_t limit_run_end = 10;
    static constexpr Duration canary_every = 250ms;
    /// Silence of all ports is endured so long at full rate: an outage may end by itself.
    static constexpr Duration endure = 2s;
    /// Then the host is asked once a second, for so long.
    static constexpr Duration patience = 30s;
    static constexpr std::size_t addresses_max = 16;

    explicit Path(const PathOptions& options);

    void begin(Instant now) noexcept;

    // What the engine's sink hears.
    void on_sent(const SentProbe& probe) noexcept;
    void on_result(const ProbeResult& result, const PublicEndpoint& seen) noexcept;
    void on_settled(const Settled& settled) noexcept;
    void on_gap(const Gap& gap) noexcept;
    void on_stray(const Stray& stray) noexcept { heard_.add(stray); }

    /// Decides what comes next.
    void tick(Instant now) noexcept;
    /// True once after each change of the pace of this target.
    [[nodiscard]] bool take_change(std::uint32_t target, PathPace& pace) noexcept;
    [[nodiscard]] Instant next_tick() const noexcept { return next_tick_; }
    void interrupt() noexcept;
    [[nodiscard]] bool over() const noexcept { return phase_ == Phase::over; }

    // What is known.
    [[nodiscard]] PathVerdict verdict() const noexcept { return verdict_; }
    [[nodiscard]] const PathOptions& options() const noexcept { return options_; }
    /// Ports that were asked from, and those that were answered in time; the canary's is one.
    [[nodiscard]] std::uint32_t tried() const noexcept {
        return tried_ + (canary_sent_ > 0 ? 1 : 0);
    }
    [[nodiscard]] std::uint32_t answered() const noexcept {
        return answered_ + (canary_answered_ > 0 ? 1 : 0);
    }
    /// New ports lost in between, neither the last run of silent ones nor an outage.
    [[nodiscard]] std::uint32_t lost_between() const noexcept { return lost_between_; }
    /// The run of silent new ports that is going on.
    [[nodiscard]] std::uint32_t silent_run() const noexcept { return old_port_.silent_run(); }
    /// Which port, counted from 1 (the canary's), was the first silent one; 0: none.
    [[nodiscard]] std::uint32_t first_silent() const noexcept {
        return first_silent_ == 0 && silent_run() > 0 ? run_first_ : first_silent_;
    }
    /// New ports lost while the canary was silent too: they say nothing.
    [[nodiscard]] std::uint32_t lost_with_canary() const noexcept { return lost_with_canary_; }
    [[nodiscard]] std::uint32_t canary_sent() const noexcept { return canary_sent_; }
    [[nodiscard]] std::uint32_t canary_answered() const noexcept { return canary_answered_; }
    [[nodiscard]] std::uint32_t outages() const noexcept { return outages_; }
    /// Probes of new ports, and of the canary, that this box did not send (in time).
    [[nodiscard]] std::uint32_t not_sent() const noexcept { return not_sent_ + canary_not_sent_; }
    [[nodiscard]] const stats::Heard& heard() const noexcept { return heard_; }
    [[nodiscard]] std::uint32_t refused() const noexcept { return refused_; }  ///< 503
    [[nodiscard]] int error() const noexcept { return error_; }  ///< errno of a send, or 0
    [[nodiscard]] bool came_back() const noexcept { return came_back_; }
    [[nodiscard]] Duration silence() const noexcept { return silence_; }
    /// New ports were tried so long; with a silence at the end, until it began.
    [[nodiscard]] Duration probing_time() const noexcept { return probing_time_; }
    /// Answers from new ports whose rport was our port, and another one.
    [[nodiscard]] std::uint32_t port_kept() const noexcept { return port_kept_; }
    [[nodiscard]] std::uint32_t port_changed() const noexcept { return port_changed_; }
    [[nodiscard]] const std::vector<Address>& addresses() const noexcept { return addresses_; }
    [[nodiscard]] std::uint32_t address_changes() const noexcept { return address_changes_; }
    /// The canary's public port changed although it was in use: its mapping had been given away.
    [[nodiscard]] std::uint32_t canary_remapped() const noexcept { return canary_remapped_; }

private:
    enum class Phase : std::uint8_t { hello, probe, listen, over };

    void plan(std::uint32_t target, Instant first, Duration interval, Instant end) noexcept;
    void end(PathVerdict verdict) noexcept;
    [[nodiscard]] bool all_silent(Instant now) const noexcept;
    [[nodiscard]] bool limit_shown() const noexcept;
    void start_probing(Instant now) noexcept;
    void plan_new_ports(Instant now, std::uint32_t count) noexcept;
    void tick_probe(Instant now) noexcept;
    void start_listening(Instant now) noexcept;
    void conclude() noexcept;
    void on_new_port(const Settled& settled) noexcept;
    void on_canary(const Settled& settled) noexcept;
    void end_outage() noexcept;
    void note_public(const ProbeResult& result, const PublicEndpoint& seen) noexcept;

    PathOptions options_;
    Phase phase_ = Phase::over;
    PathVerdict verdict_ = PathVerdict::unknown;
    std::array<PathPace, 2> paces_;
    std::array<bool, 2> changed_{};
    Instant next_tick_ = never;
    Instant probing_since_{};
    Instant listening_since_{};
    Instant last_answer_{};  ///< arrival of the newest answer of any kind
    bool enduring_ = false;  ///< all silent, at full rate

    std::uint32_t tried_ = 0;
    std::uint32_t settled_ = 0;
    std::uint32_t answered_ = 0;
    std::uint32_t lost_between_ = 0;
    OldPort old_port_{canary_every};
    std::uint32_t run_first_ = 0;  ///< which port is the first of the silent run
    std::uint32_t first_silent_ = 0;
    std::uint32_t canary_sent_ = 0;
    std::uint32_t canary_answered_ = 0;
    std::uint32_t lost_with_canary_ = 0;
    std::uint32_t outages_ = 0;
    std::uint32_t not_sent_ = 0;
    std::uint32_t canary_not_sent_ = 0;
    std::uint32_t skipped_ = 0;  ///< of not_sent_: late, so their ports are still new
    std::uint32_t made_up_ = 0;  ///< of these: planned again
    stats::Heard heard_;
    std::uint32_t refused_ = 0;
    int error_ = 0;
    bool came_back_ = false;
    Duration silence_{};
    Duration probing_time_{};
    std::uint32_t port_kept_ = 0;
    std::uint32_t port_changed_ = 0;
    std::vector<Address> addresses_;  ///< the first addresses_max of them
    std::optional<Address> last_address_;
    std::uint32_t address_changes_ = 0;
    std::uint16_t canary_port_ = 0;
    std::uint32_t canary_remapped_ = 0;
};

}  // namespace sipping::ports
