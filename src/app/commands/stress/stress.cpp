#include "commands/stress/stress.hpp"

#include <fmt/format.h>

#include <csignal>
#include <optional>
#include <stdexcept>

#include "commands/stress/json.hpp"
#include "commands/stress/plot.hpp"
#include "io/lock_down.hpp"
#include "session/pending.hpp"
#include "session/prober.hpp"
#include "session/run_options.hpp"
#include "session/targets.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/stress/stress.hpp"
#include "sipping/stress/words.hpp"
#include "text/message.hpp"
#include "text/progress.hpp"

namespace sipping::app {
namespace {

/// Rows go to the log, everything to the run's judge.
class StressSink final : public probe::ResultSink {
public:
    StressSink(stress::Stress& stress, LogFiles& log) : stress_(stress), log_(log) {}

    void sent(const SentProbe& probe) noexcept override { stress_.on_sent(probe); }
    void result(const ProbeResult& result) noexcept override {
        log_.write(result);
        pending_.on_result(result, log_.context(result.target));
        stress_.on_result(result);
    }
    void settled(const Settled& settled) noexcept override { stress_.on_settled(settled); }
    void gap(const Gap& gap) noexcept override {
        log_.write(gap);
        stress_.on_gap(gap);
    }
    void icmp(std::uint32_t, const Endpoint&, std::uint64_t, const IcmpError&,
              Instant) noexcept override {}
    void stray(const Stray& stray) noexcept override { stress_.on_stray(stray); }

    [[nodiscard]] const Pending& pending() const noexcept { return pending_; }

private:
    stress::Stress& stress_;
    LogFiles& log_;
    Pending pending_;
};

/// Ports beside those of the load: the old one, and new ones (stress/stress.hpp).
constexpr std::uint32_t spare_ports = 1 + stress::Stress::new_ports_max;
/// With fewer ports in all the load needs each of them.
constexpr std::size_t ports_min = 8;

/// The host once more for each use of it; `old_port` and `new_ports` are asked gently.
Targets for_all_uses(Targets targets) {
    while (targets.table.size() < stress::target_count) {
        target::Target gentle = targets.table.front();
        gentle.interval = std::max<Duration>(gentle.interval, 100ms);
        targets.table.push_back(gentle);
        targets.requests.push_back(targets.requests.front());
    }
    return targets;
}

net::NetworkOptions stress_network(const config::PingConfig& config, const Targets& targets) {
    net::NetworkOptions options = network_options(config, targets);
    options.ports += spare_ports;
    if (config.port_low != 0)
        options.ports =
            std::min(options.ports, std::uint32_t{config.port_high} - config.port_low + 1);
    return options;
}

/// The load has its ports for itself; so have the old port and the new ones.
probe::EngineOptions stress_engine(const config::PingConfig& config, const Targets& targets,
                                   std::size_t ports) {
    probe::EngineOptions options = engine_options(config, targets, fresh_key());
    using probe::PortPolicy;
    options.port_policies.assign(stress::target_count, PortPolicy::rotate);
    if (ports < ports_min) return options;
    options.port_policies = {PortPolicy::rotate, PortPolicy::fixed, PortPolicy::fresh};
    options.fresh_only =
        std::min(stress::Stress::new_ports_max, static_cast<std::uint32_t>(ports / 4));
    return options;
}

stress::Options stress_options(const config::StressConfig& config, const target::Target& target,
                               std::size_t ports) {
    return {.rate_low = config.rate_low,
            .rate_high = config.rate_high,
            .steps = config.steps,
            .step_time = config.step_time,
            .timeout = target.timeout,
            .limits = {.stop_loss_percent = config.stop_loss,
                       .stop_p99 = config.stop_p99,
                       .ignore_retry_after = config.ignore_retry_after},
            .recovery_time = config.recovery_time,
            .spare_ports = ports >= ports_min};
}

class StressRun {
public:
    StressRun(const config::StressConfig& config, Targets targets)
        : config_(config),
          spin_(shall_spin(config.probing, targets)),
          targets_(for_all_uses(std::move(targets))),
          prober_(config.probing, targets_, stress_network(config.probing, targets_)),
          options_(stress_options(config, target(), prober_.network().ports.size())),
          stress_(options_),
          sink_(stress_, prober_.log()),
          progress_(prober_.out(), prober_.err(), config.probing.quiet) {
        prober_.log().set_run("stress");
        if (!config.svg.empty()) plot_.emplace(config.svg);
    }

    int run() {
        io::lock_down(plot_ ? io::Exec::allowed : io::Exec::forbidden);  // gnuplot draws it
        announce();
        prober_.make_engine(
            stress_engine(config_.probing, targets_, prober_.network().ports.size()), targets_,
            sink_);
        const ClockReading start = prober_.now();
        stress_.begin(start.now);
        prober_.run(*this, start);
        prober_.conclude([this] { conclude(); });
        if (!plot_error_.empty()) throw std::runtime_error(plot_error_);
        return prober_.exit_code(exit_code());
    }

    // What Prober::run() asks for.

    [[nodiscard]] bool decide(Instant now) noexcept {
        stress_.tick(now, prober_.engine().idle());
        stress::Pace pace;
        for (std::uint32_t target = 0; target < stress::target_count; ++target)
            if (stress_.take_change(target, pace))
                prober_.engine().plan(target, pace.first, pace.interval, pace.end);
        prober_.set_spin(spin_ && stress_.phase() == stress::Phase::step);
        return stress_.over();
    }
    [[nodiscard]] Instant next_tick() const noexcept {
        return std::min(stress_.next_tick(), progress_.next());
    }
    /// The line of each step that got its verdict, and the bar.
    void show(Instant now) {
        for (; shown_ < stress_.judged(); ++shown_) {
            const stress::Measured& measured = stress_.measured()[shown_];
            progress_.line(config_.probing.json ? step_json(shown_ + 1, measured)
                                                : stress::table_line(shown_ + 1, measured));
            late_shown_ += measured.step.late;
        }
        if (!progress_.due(now)) return;
        const stress::Search& search = stress_.search();
        const double share = static_cast<double>(search.step()) / search.steps();
        progress_.show(now, search.narrowing() ? 1 : share, doing());
    }
    void obey(int signal) {
        if (signal == SIGQUIT) return progress_.line(verdict());
        if (stress_.over() && signal != SIGPIPE) prober_.engine().abandon();
        stress_.interrupt();
    }

private:
    [[nodiscard]] const target::Target& target() const noexcept { return targets_.table.front(); }

    void announce() {
        prober_.tell_notes();
        if (config_.probing.json) return;
        progress_.line("Press Ctrl+C to abort");
        progress_.line(fmt::format(
            "Stress of {} ({}): {} to {} probes a second, {} steps of {:g} s, then the knee",
            target().name, to_string(target().endpoint), grouped_rate(options_.rate_low),
            grouped_rate(options_.rate_high), options_.steps,
            std::chrono::duration<double>(options_.step_time).count()));
        progress_.line(stress::table_heading());
    }

    [[nodiscard]] std::string doing() const {
        if (stress_.phase() == stress::Phase::hello) return "does it answer?";
        if (stress_.measured().empty()) return "";
        const stress::Step& step = stress_.measured().back().step;
        const std::string rate = grouped_rate(step.rate_per_s);
        switch (stress_.phase()) {
            case stress::Phase::settle: return fmt::format("{}/s: waiting for answers", rate);
            case stress::Phase::pause: return fmt::format("{}/s: the pause it asked for", rate);
            case stress::Phase::recover: return fmt::format("{}/s: does it recover?", rate);
            default:
                return fmt::format("{}/s{}: sent {} answered {} lost {} p99 {:.3f} ms", rate,
                                   stress_.measured().back().narrowing ? " (knee)" : "", step.sent,
                                   step.answered, step.lost,
                                   static_cast<double>(step.latency_at(0.99).count()) / 1e6);
        }
    }

    [[nodiscard]] std::string verdict() const {
        return stress::verdict(target().name, stress_, options_);
    }

    void conclude() {
        show(prober_.now().now);
        const bool drawn = draw();
        if (config_.probing.json)
            return progress_.line(verdict_json(target().name, stress_, verdict()));
        std::uint64_t late = 0;
        for (const stress::Measured& measured : stress_.measured())
            late += measured.step.late;
        if (late > late_shown_)
            progress_.line(fmt::format("{} late, after the lines of their steps",
                                       counted(late - late_shown_, "answer came", "answers came")));
        progress_.line(verdict());
        for (const std::string& line : prober_.closing_lines(sink_.pending()))
            progress_.line(line);
        if (drawn) progress_.line(fmt::format("Plot: {}", config_.svg));
    }

    /// The words come in any case.
    [[nodiscard]] bool draw() {
        try {
            return plot_ && plot_->draw(target().name, stress_);
        } catch (const std::runtime_error& error) {
            plot_error_ = error.what();
            return false;
        }
    }

    [[nodiscard]] int exit_code() const {
        const stress::Outcome outcome = stress_.outcome();
        return outcome.answered && outcome.limit != stress::Limit::unknown ? 0 : 1;
    }

    const config::StressConfig& config_;
    bool spin_;
    Targets targets_;
    Prober prober_;
    stress::Options options_;
    stress::Stress stress_;
    StressSink sink_;
    Progress progress_;
    std::optional<StressPlot> plot_;
    std::string plot_error_;
    std::size_t shown_ = 0;
    std::uint64_t late_shown_ = 0;
};

}  // namespace

int run_stress(const config::StressConfig& config) {
    Targets targets = open_host(config.probing);
    if (targets.table.empty()) return 2;
    return StressRun(config, std::move(targets)).run();
}

}  // namespace sipping::app
