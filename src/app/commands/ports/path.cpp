#include "commands/ports/path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "commands/ports/report.hpp"
#include "io/lock_down.hpp"
#include "session/pending.hpp"
#include "session/prober.hpp"
#include "session/run_options.hpp"
#include "session/targets.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/ports/path.hpp"
#include "sipping/ports/path_words.hpp"
#include "sipping/wire/response.hpp"
#include "text/message.hpp"
#include "text/progress.hpp"

namespace sipping::app {
namespace {

constexpr std::uint32_t tries_min = 2;  // the canary's port, and a new one

/// Hostile text: only what is an address and a port number passes.
ports::PublicEndpoint seen_by_host(std::string_view datagram) noexcept {
    wire::Response response;
    if (wire::decode_response(datagram, response) != wire::DecodeError::ok || !response.has_via)
        return {};
    return {.address = parse_sip_address(response.via.received), .port = response.via.rport};
}

/// Rows go to the log, everything to the judge.
class PathSink final : public probe::ResultSink {
public:
    PathSink(ports::Path& path, LogFiles& log) : path_(path), log_(log) {}

    void sent(const SentProbe& probe) noexcept override { path_.on_sent(probe); }
    void result(const ProbeResult& result) noexcept override {
        log_.write(result);
        pending_.on_result(result, log_.context(result.target));
        path_.on_result(result, seen_by_host(result.raw));
    }
    void settled(const Settled& settled) noexcept override { path_.on_settled(settled); }
    void gap(const Gap& gap) noexcept override {
        log_.write(gap);
        path_.on_gap(gap);
    }
    void icmp(std::uint32_t, const Endpoint&, std::uint64_t, const IcmpError&,
              Instant) noexcept override {}
    void stray(const Stray& stray) noexcept override { path_.on_stray(stray); }

    [[nodiscard]] const Pending& pending() const noexcept { return pending_; }

private:
    ports::Path& path_;
    LogFiles& log_;
    Pending pending_;
};

std::uint32_t visible(const config::PortsConfig& config) {
    return ports::visible_ports(*config.rate_per_s, config.mapping_time);
}

std::uint32_t wanted_tries(const config::PortsConfig& config) {
    return config.max == 0 ? visible(config) : std::min(config.max, visible(config));
}

/// Two targets, both the host: new ports, and the canary.
Targets with_canary(const config::PortsConfig& config, Targets targets) {
    targets.table.front().interval =
        Duration{std::max<std::int64_t>(1, static_cast<std::int64_t>(1e9 / *config.rate_per_s))};
    target::Target canary = targets.table.front();
    canary.interval = ports::Path::canary_every;
    targets.table.push_back(canary);
    targets.requests.push_back(targets.requests.front());
    return targets;
}

net::NetworkOptions path_network(const config::PortsConfig& config, const Targets& targets) {
    net::NetworkOptions options = network_options(config.probing, targets);
    options.ports = wanted_tries(config);
    return options;
}

probe::EngineOptions path_engine(const config::PortsConfig& config, const Targets& targets) {
    config::PingConfig probing = config.probing;
    // A used port stays open until the run is over: its mapping must not be disturbed.
    probing.late_window = std::max(probing.late_window, config.mapping_time + 10s);
    probe::EngineOptions options = engine_options(probing, targets, fresh_key());
    options.port_policies = {probe::PortPolicy::fresh, probe::PortPolicy::fixed};
    options.lead = false;
    return options;
}

class PathRun {
public:
    PathRun(const config::PortsConfig& config, Targets targets)
        : config_(config),
          targets_(with_canary(config, std::move(targets))),
          prober_(config.probing, targets_, path_network(config, targets_)),
          path_({.rate_per_s = *config.rate_per_s,
                 .tries = static_cast<std::uint32_t>(prober_.network().ports.size()),
                 .timeout = target().timeout,
                 .mapping_time = config.mapping_time}),
          sink_(path_, prober_.log()),
          progress_(prober_.out(), prober_.err(), config.probing.quiet) {
        prober_.log().set_run("ports");
    }

    int run() {
        io::lock_down(io::Exec::forbidden);
        announce();
        prober_.make_engine(path_engine(config_, targets_), targets_, sink_);
        const ClockReading start = prober_.now();
        path_.begin(start.now);
        prober_.run(*this, start);
        prober_.conclude([this] { conclude(); });
        return prober_.exit_code(exit_code());
    }

    // What Prober::run() asks for.

    [[nodiscard]] bool decide(Instant now) noexcept {
        path_.tick(now);
        ports::PathPace pace;
        for (const std::uint32_t target : {ports::new_ports, ports::canary})
            if (path_.take_change(target, pace))
                prober_.engine().plan(target, pace.first, pace.interval, pace.end);
        return path_.over();
    }
    [[nodiscard]] Instant next_tick() const noexcept {
        return std::min(path_.next_tick(), progress_.next());
    }
    void show(Instant now) {
        if (!progress_.due(now)) return;
        progress_.show(now, static_cast<double>(path_.tried()) / path_.options().tries, doing());
    }
    void obey(int signal) {
        if (signal == SIGQUIT) return progress_.line(doing());
        if (path_.over() && signal != SIGPIPE) prober_.engine().abandon();
        path_.interrupt();
    }

private:
    [[nodiscard]] const target::Target& target() const noexcept { return targets_.table.front(); }

    void announce() {
        prober_.tell_notes();
        if (config_.probing.json) return;
        progress_.line("Press Ctrl+C to abort");
        progress_.line(fmt::format(
            "Ports on the path to {} ({}): {} to try at {} a second; with mappings kept {:g} s at "
            "most {} can be seen",
            target().name, to_string(target().endpoint), grouped(path_.options().tries),
            grouped_rate(*config_.rate_per_s),
            std::chrono::duration<double>(config_.mapping_time).count(),
            grouped(visible(config_))));
    }

    [[nodiscard]] std::string doing() const {
        return fmt::format("{} of {} ports tried, {} answered; the old port: {} of {}",
                           grouped(path_.tried()), grouped(path_.options().tries),
                           grouped(path_.answered()), grouped(path_.canary_answered()),
                           grouped(path_.canary_sent()));
    }

    void conclude() {
        const ports::PathQuestion question{.target = target().name, .asked = config_.max};
        const std::string words = ports::path_words(path_, question);
        const std::string seen = ports::public_words(path_);
        if (config_.probing.json) {
            progress_.line(path_json(path_, target().name, to_string(target().endpoint),
                                     visible(config_), seen.empty() ? words : words + ' ' + seen));
            return;
        }
        progress_.line(words);
        if (!seen.empty()) progress_.line(seen);
        for (const std::string& line : prober_.closing_lines(sink_.pending()))
            progress_.line(line);
    }

    [[nodiscard]] int exit_code() const {
        const ports::PathVerdict verdict = path_.verdict();
        return verdict == ports::PathVerdict::limit || verdict == ports::PathVerdict::no_limit ? 0
                                                                                               : 1;
    }

    const config::PortsConfig& config_;
    Targets targets_;
    Prober prober_;
    ports::Path path_;
    PathSink sink_;
    Progress progress_;
};

}  // namespace

int run_ports_path(const config::PortsConfig& config) {
    if (wanted_tries(config) < tries_min)
        throw UsageError(fmt::format(
            "--rate {:g} and --mapping-time {:g} s show {} ports, at least {} are "
            "needed",
            *config.rate_per_s, std::chrono::duration<double>(config.mapping_time).count(),
            wanted_tries(config), tries_min));
    config::PortsConfig settled = config;
    settled.probing.rate_per_s = config.rate_per_s;
    Targets targets = open_host(settled.probing);
    if (targets.table.empty()) return 2;
    return PathRun(settled, std::move(targets)).run();
}

}  // namespace sipping::app
