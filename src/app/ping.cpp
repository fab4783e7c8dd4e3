#include "ping.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "health.hpp"
#include "io/signals.hpp"
#include "log_files.hpp"
#include "net/network.hpp"
#include "reporter.hpp"
#include "run_options.hpp"
#include "sipping/probe/engine.hpp"
#include "targets.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t log_memory_bytes = 64 * 1024 * 1024;
constexpr Duration spin_before = 100us;  // wake-ups are late by about half of this
constexpr Duration end_patience = 2s;    // for the last writes, when a disk or reader is stuck

/// Things a person should know; stderr, so that stdout stays data.
void tell(std::string_view text) {
    fmt::print(stderr, "sipping: {}\n", text);
}

Key fresh_key() {
    Key key;
    if (::getrandom(&key, sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return key;
}

int dry_run(const Targets& targets) {
    wire::IdentitySource identities(fresh_key());
    std::string buffer(wire::request_capacity, '\0');
    for (std::size_t i = 0; i < targets.table.size(); ++i) {
        const target::Target& target = targets.table[i];
        // The real source port is known only once a socket is open: the range's first stands in.
        const std::size_t length = targets.requests[i].encode(identities.next(), 32768, buffer);
        fmt::print("--- {} ({}), {} bytes\n{}", target.name, to_string(target.endpoint), length,
                   std::string_view(buffer.data(), length));
    }
    return 0;
}

/// One run: owns the loop and everything it turns.
class Run {
public:
    Run(const config::PingConfig& config, Targets targets)
        : config_(config),
          targets_(std::move(targets)),
          network_(net::open_network(network_options(config, targets_), clock_, signals_.fd())),
          pool_(io::make_chunk_pool(log_memory_bytes)),
          stdout_(*network_.files, *pool_, STDOUT_FILENO),
          stderr_(*network_.files, *pool_, STDERR_FILENO),
          log_(config, targets_.table, *network_.files, *pool_),
          reporter_(
              {.console = console_options(config, targets_),
               .thresholds = {.fall = config.fall, .rise = config.rise},
               .five_ping_statistics = !config.no_statistics && slow_and_single(config, targets_),
               .ports = static_cast<std::uint32_t>(network_.ports.size())},
              targets_.table, log_, config.json ? stderr_ : stdout_, stdout_),
          spin_(shall_spin(config, targets_)) {}

    int run() {
        ::prctl(PR_SET_TIMERSLACK, 1);
        announce();
        probe::Engine engine(engine_options(config_, targets_, fresh_key()), targets_.table,
                             targets_.requests, pool_ports(), reporter_);
        const ClockReading start = clock_.read();
        reporter_.set_time(start);
        reporter_.mark(GapReason::start);
        engine.begin(start.now);
        loop(engine);
        reporter_.set_time(clock_.read());
        reporter_.mark(GapReason::stop);
        conclude(engine);
        return exit_code();
    }

private:
    std::vector<probe::PoolPort> pool_ports() const {
        std::vector<probe::PoolPort> ports;
        for (const net::Port& port : network_.ports)
            ports.push_back({port.family, port.number});
        return ports;
    }

    /// Until a port is used again for the same target: its family's pool at its interval; of the
    /// targets, the soonest.
    double port_reuse_s() const {
        double soonest = std::chrono::duration<double>(Duration::max()).count();
        for (const target::Target& target : targets_.table) {
            const auto ports = std::count_if(
                network_.ports.begin(), network_.ports.end(), [&](const net::Port& port) {
                    return port.family == target.endpoint.address.family;
                });
            soonest = std::min(soonest, static_cast<double>(ports) *
                                            std::chrono::duration<double>(target.interval).count());
        }
        return soonest;
    }

    void announce() {
        for (const std::string& note : network_.notes)
            tell(fmt::format("note: {}", note));
        const double reuse_s = port_reuse_s();
        if (config_.port_policy == config::PortPolicy::fresh && !config_.flood && reuse_s < 30)
            tell(
                fmt::format("note: a source port returns after {:.1f} s; NATs keep a mapping for "
                            "30 s and more, so not every probe opens a new one there",
                            reuse_s));
        if (!config_.json) reporter_.line("Press Ctrl+C to abort");
    }

    void loop(probe::Engine& engine) {
        probe::Outbox outbox;
        probe::Inbox inbox;
        ClockReading reading = clock_.read();
        while (!engine.finished(reading.now)) {
            reporter_.set_time(reading);
            engine.start_due(reading, outbox);
            if (!outbox.empty()) {
                network_.transport->submit(outbox);
                engine.on_submitted(outbox, reading);
                outbox.clear();
            }
            for (std::uint32_t socket = engine.next_to_replace(reading.now);
                 socket != probe::no_socket; socket = engine.next_to_replace(reading.now))
                network_.transport->replace(socket);
            reporter_.flush_console();
            stdout_.tick(reading.now);
            stderr_.tick(reading.now);
            network_.transport->wait_until(wake_at(engine, reading.now), inbox);
            reading = clock_.read();
            reporter_.set_time(reading);
            engine.on_inbox(inbox, reading);
            reporter_.tick(engine.in_flight());
            if (log_.tick(reading)) tell_trouble();
            if (inbox.woken) handle_signals(engine);
        }
    }

    void tell_trouble() {
        if (const std::string trouble = log_.take_trouble(); !trouble.empty())
            stderr_.append(fmt::format("sipping: {}\n", trouble));
    }

    Instant wake_at(probe::Engine& engine, Instant now) const {
        Instant wake = engine.next_deadline(now);
        if (spin_ && wake != never) wake -= spin_before;
        wake = std::min(wake, reporter_.next_tick());
        wake = std::min(wake, log_.next_tick());
        return std::min({wake, stdout_.next_tick(), stderr_.next_tick()});
    }

    void handle_signals(probe::Engine& engine) {
        while (const auto signal = signals_.take()) {
            switch (*signal) {
                case SIGHUP: log_.reopen(); break;
                case SIGQUIT: show_tables(engine); break;
                default:
                    if (interrupted_) engine.abandon();
                    interrupted_ = true;
                    engine.stop();
                    if (engine.in_flight() > 0)
                        stderr_.append(fmt::format(
                            "sipping: waiting for {} answers still due; Ctrl+C again leaves at "
                            "once\n",
                            engine.in_flight()));
            }
        }
    }

    void show_tables(const probe::Engine& engine) {
        reporter_.table();
        reporter_.health(collect_health(engine, *network_.transport, reporter_));
        if (config_.flood) return;
        const double reuse_s = port_reuse_s();
        reporter_.line(
            fmt::format("Source ports: {} in the pool; one is used again for a target after {}",
                        network_.ports.size(),
                        reuse_s < 1 ? fmt::format("{:.3g} ms", reuse_s * 1e3)
                                    : fmt::format("{:.1f} s", reuse_s)));
    }

    void conclude(const probe::Engine& engine) {
        // Every row first, so that the table can say what the log lost.
        const Instant until = clock_.now() + end_patience;
        log_.flush();
        drain(until);
        tell_trouble();
        log_.give_up();
        show_tables(engine);
        if (log_.count() > 0) reporter_.line(fmt::format("Log: {}", log_.where()));
        drain(until);
        stdout_.give_up();
        const io::AppenderStats& output = stdout_.stats();
        // A reader that went away (`| head`) wanted no more.
        if (output.rows_lost > 0 && output.last_error != EPIPE)
            tell(fmt::format("{} lines of standard output are lost{}{}", output.rows_lost,
                             output.last_error == 0 ? "" : ": ",
                             output.last_error == 0 ? "" : std::strerror(output.last_error)));
    }

    /// Waits for the last writes, but not for ever: a stuck reader must not keep us.
    void drain(Instant until) {
        reporter_.flush_console();
        for (;;) {
            const ClockReading reading = clock_.read();
            stdout_.tick(reading.now);
            stderr_.tick(reading.now);
            log_.tick(reading);
            const bool idle = log_.idle() && stdout_.idle() && stderr_.idle();
            if (idle || reading.now > until) return;
            network_.files->wait(10ms);
        }
    }

    int exit_code() const {
        if (!targets_.unresolved.empty()) return 2;
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
    Targets targets_;
    io::Signals signals_;
    io::SystemClock clock_;
    net::Network network_;
    io::ChunkPoolPtr pool_;
    io::Appender stdout_;
    io::Appender stderr_;
    LogFiles log_;
    Reporter reporter_;
    bool spin_;
    bool interrupted_ = false;
};

}  // namespace

int run_ping(const config::PingConfig& config) {
    Targets targets = load_targets(config);
    for (const std::string& message : targets.unresolved)
        tell(message);
    if (targets.table.empty()) return 2;
    if (const std::string note = check_rates(config, targets.table); !note.empty())
        tell(fmt::format("note: {}", note));
    if (config.dry_run) {
        const bool all = targets.unresolved.empty();
        dry_run(targets);
        return all ? 0 : 2;
    }
    return Run(config, std::move(targets)).run();
}

}  // namespace sipping::app
