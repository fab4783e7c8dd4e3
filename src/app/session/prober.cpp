#include "session/prober.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "io/pipe.hpp"
#include "sipping/base/grouped.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t log_memory_bytes = 64 * 1024 * 1024;
constexpr Duration trim_every = 10s;
constexpr Duration look_at_pipe_every = 1s;
constexpr Duration spin_before = 100us;  // wake-ups are late by about half of this

std::vector<probe::PoolPort> pool_ports(const net::Network& network) {
    std::vector<probe::PoolPort> ports;
    for (const net::Port& port : network.ports)
        ports.push_back({port.family, port.number});
    return ports;
}

}  // namespace

Key fresh_key() {
    Key key;
    if (::getrandom(&key, sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return key;
}

Prober::Prober(const config::PingConfig& config, const Targets& targets,
               const net::NetworkOptions& options)
    : network_(net::open_network(options, clock_, signals_.fd())),
      pool_(io::make_chunk_pool(log_memory_bytes)),
      stdout_(*network_.files, *pool_, STDOUT_FILENO),
      stderr_(*network_.files, *pool_, STDERR_FILENO),
      log_(config, targets.table, *network_.files, *pool_, clock_.read()) {
    ::prctl(PR_SET_TIMERSLACK, 1);
}

void Prober::make_engine(const probe::EngineOptions& options, const Targets& targets,
                         probe::ResultSink& sink) {
    engine_.emplace(options, targets.table, targets.requests, pool_ports(network_), sink);
}

void Prober::send(const ClockReading& reading) noexcept {
    engine_->start_due(reading, outbox_);
    if (!outbox_.empty()) {
        network_.transport->submit(outbox_);
        engine_->on_submitted(outbox_, reading);
        outbox_.clear();
    }
    for (std::uint32_t socket = engine_->next_to_replace(reading.now); socket != probe::no_socket;
         socket = engine_->next_to_replace(reading.now))
        network_.transport->replace(socket);
}

ClockReading Prober::wait(Instant now, Instant wake) noexcept {
    stdout_.tick(now);
    stderr_.tick(now);
    Instant due = engine_->next_deadline(now);
    if (spin_ && due != never) due -= spin_before;
    network_.transport->wait_until(
        std::min({due, wake, log_.next_tick(), stdout_.next_tick(), stderr_.next_tick()}), inbox_);
    return clock_.read();
}

void Prober::take_in(const ClockReading& reading) {
    engine_->on_inbox(inbox_, reading);
    if (log_.tick(reading)) tell_trouble();
    if (reading.now >= look_at_pipe_) {  // `-q` has few lines whose writing would tell
        look_at_pipe_ = reading.now + look_at_pipe_every;
        reader_gone_ = io::has_no_reader(STDOUT_FILENO);
    }
    if (reading.now < trim_at_) return;
    trim_at_ = reading.now + trim_every;
    tell_trouble();
    io::trim(*pool_);
}

std::optional<int> Prober::take_signal() {
    while (inbox_.woken) {
        const std::optional<int> signal = signals_.take();
        if (!signal) break;
        if (*signal != SIGHUP) return signal;
        log_.reopen();
    }
    if ((reader_gone_ || stdout_.reader_gone()) && !std::exchange(told_pipe_, true)) return SIGPIPE;
    return std::nullopt;
}

void Prober::tell(std::string_view text) {
    stderr_.append(message_line(text));
}

void Prober::tell_trouble() {
    if (network_.files->alone() && !std::exchange(told_alone_, true))
        tell(
            "no thread and no kernel worker can be started here (RLIMIT_NPROC, pids.max): files "
            "are written between the probes, which a slow disk delays");
    if (const std::string trouble = log_.take_trouble(); !trouble.empty()) tell(trouble);
}

void Prober::tell_notes() const {
    if (const std::string others = log_.other_writers(); !others.empty())
        app::tell(fmt::format("note: {}", others));
    for (const std::string& note : network_.notes)
        app::tell(fmt::format("note: {}", note));
}

std::vector<std::string> Prober::closing_lines(const Pending& pending) const {
    std::vector<std::string> lines;
    if (std::string left = pending.words(); !left.empty()) lines.push_back(std::move(left));
    if (log_.count() > 0) lines.push_back(fmt::format("Log: {}", log_.where()));
    return lines;
}

int Prober::exit_code(int code) const noexcept {
    constexpr int rows_missing = 4;
    return code == 0 && log_.rows_lost() > 0 ? rows_missing : code;
}

void Prober::finish_log() {
    log_.flush();
    drain(true);
    tell_trouble();
    log_.give_up();
}

/// With patience of its own: a dead log must not cost the table.
void Prober::finish_output() {
    drain(false);
    last_words_.save(stdout_, stderr_, log_.beside("table.txt", clock_.read().wall()));
    stdout_.give_up();
    const io::AppenderStats& output = stdout_.stats();
    // A reader that went away (`| head`) wanted no more.
    if (output.rows_lost > 0 && output.last_error != EPIPE)
        app::tell(fmt::format(
            "{} lost{}{}",
            counted(output.rows_lost, "line of standard output is", "lines of standard output are"),
            output.last_error == 0 ? "" : ": ",
            output.last_error == 0 ? "" : std::strerror(output.last_error)));
}

/// Waits for the last writes, but not for ever: a stuck reader must not keep us.
void Prober::drain(bool with_log) {
    const Instant until = clock_.now() + end_patience;
    for (;;) {
        const ClockReading reading = clock_.read();
        stdout_.tick(reading.now);
        stderr_.tick(reading.now);
        if (with_log) log_.tick(reading);
        const bool idle = (!with_log || log_.idle()) && stdout_.idle() && stderr_.idle();
        if (idle || reading.now > until) return;
        network_.files->wait(10ms);
    }
}

}  // namespace sipping::app
