#include "commands/ping/ping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <limits>
#include <utility>

#include "io/lock_down.hpp"
#include "net/local_ports.hpp"
#include "session/health.hpp"
#include "session/names.hpp"
#include "session/own_address.hpp"
#include "session/prober.hpp"
#include "session/reporter.hpp"
#include "session/run_options.hpp"
#include "session/targets.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/probe/engine.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

/// No name has an address: does the run go on all the same, until one has? A monitor's does (a list
/// of targets, or several for a time), which may have been started before the network was there.
/// Who typed a wrong name wants to hear of it.
bool waits_for_names(const config::PingConfig& config) {
    if (config.count > 0 || config.resolve_every == Duration::zero()) return false;
    return config.target_file || (config.targets.size() > 1 && config.duration);
}

int dry_run(const config::PingConfig& config, const Targets& targets) {
    wire::IdentitySource identities(fresh_key());
    std::string buffer(wire::request_capacity, '\0');
    // The real source port is known only once a socket is open: the range's first stands in.
    const net::LocalPorts ports = net::local_ports(config.port_low, config.port_high);
    const std::uint16_t port = ports.usable.empty() ? ports.range.low : ports.usable.front();
    for (std::size_t i = 0; i < targets.table.size(); ++i) {
        const target::Target& target = targets.table[i];
        if (target.unknown) continue;
        const std::size_t length = targets.requests[i].encode(identities.next(), port, buffer);
        fmt::print("--- {} ({}), {} bytes\n{}", target.name, to_string(target.endpoint), length,
                   std::string_view(buffer.data(), length));
    }
    return targets.any_unknown() ? 2 : 0;
}

/// One run: the loop, and what people see of it.
class Run {
public:
    Run(const config::PingConfig& config, Targets targets, Lookups& lookups)
        : config_(config),
          lookups_(lookups),
          targets_(std::move(targets)),
          prober_(config, targets_, network_options(config, targets_)),
          reporter_(
              {.console = console_options(config, targets_),
               .thresholds = {.fall = config.fall, .rise = config.rise},
               .five_ping_statistics = !config.no_statistics && slow_and_single(config, targets_),
               .ports = static_cast<std::uint32_t>(ports().size())},
              targets_.table, targets_.requests, prober_.log(),
              config.json ? prober_.err() : prober_.out(), prober_.out()) {
        prober_.set_spin(shall_spin(config, targets_));
    }

    int run() {
        io::lock_down(io::Exec::forbidden);
        announce();
        prober_.make_engine(engine_options(config_, targets_, fresh_key()), targets_, reporter_);
        const ClockReading start = prober_.now();
        reporter_.set_time(start);
        reporter_.mark(GapReason::start);
        prober_.engine().begin(start.now);
        Names names(config_, targets_, lookups_, prober_, reporter_, start);
        OwnAddress own_address(config_, targets_, prober_, start.now);
        loop(start, names, own_address);
        reporter_.set_time(prober_.now());
        names.finish();
        reporter_.finish();
        reporter_.mark(GapReason::stop);
        conclude();
        return prober_.exit_code(exit_code());
    }

private:
    [[nodiscard]] const std::vector<net::Port>& ports() const noexcept {
        return prober_.network().ports;
    }

    /// Until a port is used again for the same target: its family's pool at its interval; of the
    /// targets, the soonest. Infinite when none has an address.
    double port_reuse_s() const {
        double soonest = std::numeric_limits<double>::infinity();
        for (const target::Target& target : targets_.table) {
            if (target.unknown) continue;
            const auto of_family =
                std::count_if(ports().begin(), ports().end(), [&](const net::Port& port) {
                    return port.family == target.endpoint.address.family;
                });
            soonest = std::min(soonest, static_cast<double>(of_family) *
                                            std::chrono::duration<double>(target.interval).count());
        }
        return soonest;
    }

    void announce() {
        prober_.tell_notes();
        const double reuse_s = port_reuse_s();
        if (config_.port_policy == config::PortPolicy::fresh && !config_.flood && reuse_s < 30)
            tell(
                fmt::format("note: a source port returns after {:.1f} s; NATs keep a mapping for "
                            "30 s and more, so not every probe opens a new one there",
                            reuse_s));
        if (!config_.json) reporter_.line("Press Ctrl+C to abort");
    }

    void loop(ClockReading reading, Names& names, OwnAddress& own_address) {
        probe::Engine& engine = prober_.engine();
        while (!engine.finished(reading.now) ||
               (!engine.stopping() && names.may_join(reading.now))) {
            reporter_.set_time(reading);
            prober_.send(reading);
            reporter_.flush_console();
            reading = prober_.wait(
                reading.now,
                std::min({reporter_.next_tick(), engine.stopping() ? never : names.next_tick(),
                          own_address.next_tick()}));
            reporter_.set_time(reading);
            prober_.take_in(reading);
            if (!engine.stopping()) names.tick(reading);
            own_address.tick(reading);
            reporter_.tick(engine.in_flight());
            while (const std::optional<int> signal = prober_.take_signal())
                obey(*signal, engine);
        }
    }

    void obey(int signal, probe::Engine& engine) {
        if (signal == SIGQUIT) return show_tables();
        engine.stop();
        if (signal == SIGPIPE) return;
        if (std::exchange(interrupted_, true)) engine.abandon();
        if (engine.in_flight() > 0)
            prober_.tell(fmt::format("waiting for {} still due; Ctrl+C again leaves at once",
                                     counted(engine.in_flight(), "answer")));
    }

    void show_tables() {
        reporter_.table();
        reporter_.health(collect_health(prober_.engine(), *prober_.network().transport, reporter_));
        const double reuse_s = port_reuse_s();
        if (config_.flood || std::isinf(reuse_s)) return;
        reporter_.line(fmt::format(
            "Source ports: {} in the pool; one is used again for a target after {}", ports().size(),
            reuse_s < 1 ? fmt::format("{:.3g} ms", reuse_s * 1e3)
                        : fmt::format("{:.1f} s", reuse_s)));
    }

    void conclude() {
        // Every row first, so that the table can say what the log lost.
        reporter_.flush_console();
        prober_.conclude([this] {
            show_tables();
            for (const std::string& line : prober_.closing_lines(reporter_.pending()))
                reporter_.line(line);
            reporter_.flush_console();
        });
    }

    int exit_code() const {
        if (targets_.any_unknown()) return 2;
        const auto all = reporter_.statistics();
        return std::any_of(all.begin(), all.end(),
                           [this](const stats::TargetStats& stats) {
                               return !stats.ever_answered() ||
                                      (config_.max_loss_percent &&
                                       stats.loss_percent() > *config_.max_loss_percent);
                           })
                   ? 1
                   : 0;
    }

    const config::PingConfig& config_;
    Lookups& lookups_;
    Targets targets_;
    Prober prober_;
    Reporter reporter_;
    bool interrupted_ = false;  ///< by a signal: the next one does not wait
};

}  // namespace

int run_ping(const config::PingConfig& config) {
    Lookups lookups;
    // What is printed must be whole. How many targets there are must be known when a run begins.
    const bool all = config.dry_run || config.all_addresses;
    Targets targets = open_targets(config, lookups, all ? Await::all : Await::some);
    tell_unresolved(config, targets);
    if (config.dry_run) return dry_run(config, targets);
    if (!targets.any_known() && !waits_for_names(config)) return 2;
    return Run(config, std::move(targets), lookups).run();
}

}  // namespace sipping::app
