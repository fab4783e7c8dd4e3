#include "commands/ports/local.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "commands/ports/report.hpp"
#include "commands/ports/simulation.hpp"
#include "io/clock.hpp"
#include "io/ring.hpp"
#include "io/signals.hpp"
#include "net/port_fill.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/ports/words.hpp"
#include "text/progress.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t look_every = 256;     // sockets between two looks at signals
constexpr std::size_t any_binds = 100;      // samples of bind(port 0) at each level
constexpr Duration any_binds_time = 100ms;  // in a full range one takes milliseconds

class LocalRun {
public:
    LocalRun(const config::PortsConfig& config, io::Signals& signals, Progress& progress);

    /// Opens, measures, closes.
    void fill();
    void simulate();
    [[nodiscard]] const LocalReport& report() const noexcept { return report_; }

private:
    void foresee();
    void fill_levels(net::PortFill& fill, ports::FillTable& table);
    int fill_until(net::PortFill& fill, std::size_t count, ports::FillTable& table);
    void measure(net::PortFill& fill, ports::FillTable& table);
    void conclude(net::PortFill& fill);
    [[noreturn]] void give_up(const net::PortFill& fill) const;

    const config::PortsConfig& config_;
    io::Signals& signals_;
    Progress& progress_;
    net::SocketSettings settings_;
    LocalReport report_;
    std::optional<net::KernelMemory> memory_before_;
    bool interrupted_ = false;
    std::vector<Duration> took_;
};

LocalRun::LocalRun(const config::PortsConfig& config, io::Signals& signals, Progress& progress)
    : config_(config), signals_(signals), progress_(progress) {
    const config::PingConfig& probing = config.probing;
    settings_.bind = probing.bind;
    settings_.device = probing.device;
    settings_.dscp = probing.dscp;
    report_.family = probing.family.value_or(probing.bind ? probing.bind->family : Family::v4);
}

void LocalRun::foresee() {
    const config::PingConfig& probing = config_.probing;
    report_.limits =
        net::read_box_limits(probing.port_low, probing.port_high, report_.family, probing.bind);
    report_.descriptor_limit = net::raise_descriptor_limit();
    report_.descriptors_open = net::open_descriptors(report_.descriptor_limit);
    const bool leave = !config_.exhaust && !report_.limits.ports.own_range;
    report_.left_free = leave ? net::ports_left_min : 0;
    const std::size_t free = report_.limits.free_ports.size();
    const std::size_t ours = free - std::min(free, report_.left_free);
    if (ours == 0)
        throw std::runtime_error(fmt::format(
            "no source port to open: {} free in {}-{}{}", free, report_.limits.ports.range.low,
            report_.limits.ports.range.high,
            leave ? ", and 64 stay free for other programs (--exhaust takes them)" : ""));
    report_.foreseen = std::min(ours, net::free_descriptors(report_.descriptor_limit));
}

void LocalRun::fill() {
    foresee();
    net::PortFill fill(settings_, report_.family, report_.limits.free_ports, report_.left_free,
                       net::random_key());
    ports::FillTable table(report_.foreseen);
    took_.reserve(look_every);
    memory_before_ = net::kernel_memory(report_.family);
    if (memory_before_) report_.memory = memory_before_->source;
    fill_levels(fill, table);
    if (fill.held() == 0) give_up(fill);
    report_.rows = table.rows();
    conclude(fill);
    progress_.clear();
}

void LocalRun::fill_levels(net::PortFill& fill, ports::FillTable& table) {
    for (const ports::FillLevel& level : ports::fill_levels(report_.foreseen)) {
        // The last level is where it ends, which may be a little off what was foreseen.
        const std::size_t goal =
            level.percent == 100 ? std::numeric_limits<std::size_t>::max() : level.sockets;
        report_.error = fill_until(fill, goal, table);
        if (fill.held() == 0) return;
        measure(fill, table);
        if (report_.error != 0 || interrupted_) return;
    }
}

int LocalRun::fill_until(net::PortFill& fill, std::size_t count, ports::FillTable& table) {
    while (fill.held() < count && !interrupted_) {
        took_.clear();
        const int error = fill.open_until(std::min(count, fill.held() + look_every), took_);
        for (const Duration took : took_)
            table.bound(took);
        if (error != 0) return error;
        interrupted_ = asked_to_end(signals_);
        progress_.show(
            io::monotonic_now(),
            static_cast<double>(fill.held()) / static_cast<double>(report_.foreseen),
            fmt::format("{} of {} sockets", grouped(fill.held()), grouped(report_.foreseen)));
    }
    return 0;
}

void LocalRun::measure(net::PortFill& fill, ports::FillTable& table) {
    const std::size_t held = fill.held();
    std::optional<std::int64_t> bytes;
    fill.with_descriptor([&] {
        const auto memory = net::kernel_memory(report_.family);
        if (memory && memory_before_ && memory->source == memory_before_->source)
            bytes = memory->bytes - memory_before_->bytes;
        for (const net::TimedBind& bind : fill.time_any_binds(any_binds, any_binds_time))
            table.bound_any(bind.took, bind.error);
    });
    table.end_row(held, bytes);
    interrupted_ = interrupted_ || asked_to_end(signals_);
}

// With the sockets still open: the ring's table has to fit beside them.
void LocalRun::conclude(net::PortFill& fill) {
    report_.ports = fill.held();
    report_.stopped_by =
        report_.error != 0 ? ports::limit_of(report_.error) : ports::Limit::interrupted;
    if (config_.probing.io != config::IoChoice::epoll) {
        fill.with_descriptor([&] { report_.table = net::try_uring_table(report_.ports); });
        const net::UringTable& table = *report_.table;
        if (table.ring_error == 0 && table.table_error != 0) {
            report_.ports = table.entries;
            report_.stopped_by = ports::Limit::uring_table;
            report_.error = table.table_error;
        }
        if (table.ring_error != 0 && config_.probing.io == config::IoChoice::uring)
            throw std::runtime_error(io::explain_refusal(table.ring_error));
    }
    ports::Holding holding;
    holding.ports = report_.ports;
    holding.stopped_by = report_.stopped_by;
    holding.error = report_.error;
    holding.left_free = report_.left_free;
    holding.timeout = config_.probing.timeout;
    holding.mapping_time = config_.mapping_time;
    report_.words = ports::holding_words(holding);
}

void LocalRun::give_up(const net::PortFill& fill) const {
    if (report_.error == EMFILE || report_.foreseen == 0)
        throw std::runtime_error(
            fmt::format("no room for sockets: RLIMIT_NOFILE is {}; raise it with `ulimit -n`",
                        report_.descriptor_limit));
    if (fill.refused().failed_at != net::OpenStep::none)
        net::refuse(fill.refused(), settings_, report_.family, fill.refused_port());
    throw std::runtime_error(fmt::format("no free source port in {}-{}",
                                         report_.limits.ports.range.low,
                                         report_.limits.ports.range.high));
}

void LocalRun::simulate() {
    if (!config_.rate_per_s || interrupted_) return;
    report_.simulation = play_original(config_, settings_, report_.family,
                                       report_.limits.descriptors.soft, signals_, progress_);
    progress_.clear();
}

}  // namespace

int run_ports_local(const config::PortsConfig& config) {
    io::Signals signals;
    Progress progress(config.probing.quiet);
    LocalRun run(config, signals, progress);
    run.fill();
    run.simulate();
    if (config.probing.json) {
        fmt::print("{}\n", ports_json(run.report(), config));
    } else {
        fmt::print("{}", ports_text(run.report()));
    }
    return 0;
}

}  // namespace sipping::app
