#include "commands/ports/simulation.hpp"

#include <algorithm>
#include <csignal>

#include "io/clock.hpp"
#include "net/short_lived_sockets.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/ports/words.hpp"

namespace sipping::app {
namespace {

constexpr int row_count = 10;
constexpr std::uint64_t look_every = 64;  // probes between two looks at signals and rows
// A probe that starts this late ends by the plan, a later one a timeout after its start.
constexpr Duration plan_slack = 1ms;

bool ends_it(std::optional<int> signal) {
    return signal && *signal != SIGQUIT;
}

class Simulation {
public:
    Simulation(const config::PortsConfig& config, const net::SocketSettings& settings,
               Family family, const ports::OriginalPlan& plan, std::size_t free_ports,
               io::Signals& signals, Progress& progress)
        : sockets_(settings, family),
          record_(plan),
          duration_(config.duration),
          spare_(config.exhaust ? 0 : net::ports_left_min),
          free_ports_(free_ports),
          signals_(signals),
          progress_(progress) {}

    SimulationReport play();

private:
    [[nodiscard]] Instant due(std::uint64_t probe) const {
        return start_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(
                            static_cast<double>(probe) / record_.plan().rate_per_s));
    }
    void start_due(Instant now);
    void start_one(Instant now);
    void end_row(Instant now);

    net::ShortLivedSockets sockets_;
    ports::OriginalRecord record_;
    Duration duration_;
    std::size_t spare_;
    std::size_t free_ports_;
    io::Signals& signals_;
    Progress& progress_;
    Instant start_{};
    Instant next_row_{};
    std::uint64_t row_began_with_ = 0;
    std::uint64_t next_ = 0;
};

SimulationReport Simulation::play() {
    start_ = io::monotonic_now();
    next_row_ = start_ + duration_ / row_count;
    const Instant end = start_ + duration_;
    bool interrupted = false;
    Instant now = start_;
    while (now < end && !record_.spared()) {
        sockets_.close_due(now);
        if (now >= next_row_) end_row(now);
        start_due(std::min(now, end));
        now = io::monotonic_now();
        const Instant wake = std::min({due(next_), sockets_.next_close(), next_row_, end});
        interrupted = ends_it(signals_.take_within(wake - now));
        if (interrupted) break;
        now = io::monotonic_now();
    }
    now = std::min(now, end);
    sockets_.close_due(now);
    if (next_row_ - now <= duration_ / row_count / 2 || row_began_with_ < record_.probes())
        end_row(now);
    SimulationReport report{record_};
    report.length = now - start_;
    report.due = static_cast<std::uint64_t>(record_.plan().rate_per_s *
                                            std::chrono::duration<double>(report.length).count());
    report.interrupted = interrupted;
    report.words = ports::original_words(record_, report.length);
    return report;
}

void Simulation::start_due(Instant now) {
    for (std::uint64_t started = 0; due(next_) <= now && started < look_every; ++started) {
        if (spare_ > 0 && sockets_.open_count() + spare_ >= free_ports_) {
            record_.spare({now - start_, sockets_.open_count(), spare_});
            return;
        }
        start_one(now);
    }
}

void Simulation::start_one(Instant now) {
    const Instant closes_at = std::max(due(next_), now - plan_slack) + record_.plan().timeout;
    ++next_;
    const net::TimedBind opened = sockets_.open(closes_at);
    if (opened.error == 0) {
        record_.opened(opened.took, sockets_.open_count());
    } else {
        record_.failed(io::monotonic_now() - start_, opened.error, sockets_.open_count());
    }
}

void Simulation::end_row(Instant now) {
    record_.end_row(now - start_, sockets_.open_count());
    row_began_with_ = record_.probes();
    while (next_row_ <= now)
        next_row_ += duration_ / row_count;
    progress_.show(
        now, std::chrono::duration<double>(now - start_) / duration_,
        fmt::format("the original: {} of {}, {} ports in use", ports::in_seconds(now - start_),
                    ports::in_seconds(duration_), grouped(sockets_.open_count())));
}

}  // namespace

bool asked_to_end(io::Signals& signals) {
    return ends_it(signals.take());
}

SimulationReport play_original(const config::PortsConfig& config,
                               const net::SocketSettings& settings, Family family,
                               std::uint64_t soft_limit, io::Signals& signals, Progress& progress) {
    net::set_descriptor_limit(soft_limit);
    // It has no say in its ports: the kernel's range, whatever --port-range is.
    const net::BoxLimits limits = net::read_box_limits(0, 0, family, settings.bind);
    const std::size_t free_ports = limits.free_ports.size();
    const std::size_t room = net::free_descriptors(soft_limit);
    const ports::OriginalPlan plan{config.rate_per_s.value(), config.probing.timeout,
                                   std::min(free_ports, room)};
    SimulationReport report =
        Simulation(config, settings, family, plan, free_ports, signals, progress).play();
    report.soft_limit = soft_limit;
    report.range = limits.ports.range;
    net::raise_descriptor_limit();
    return report;
}

}  // namespace sipping::app
