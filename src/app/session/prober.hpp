// What every probing command turns: sockets, engine, log files, standard output, signals, and the
// turn of the loop (ARCHITECTURE.md, "The loop"). Commands say what is planned, listen in as the
// engine's ResultSink, and decide when it ends.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "io/appender.hpp"
#include "io/clock.hpp"
#include "io/signals.hpp"
#include "net/network.hpp"
#include "session/last_words.hpp"
#include "session/log_files.hpp"
#include "session/pending.hpp"
#include "session/targets.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/probe/engine.hpp"

namespace sipping::app {

/// From getrandom(2): all of a run's randomness.
[[nodiscard]] Key fresh_key();

class Prober {
public:
    /// Opens everything; throws as its parts do.
    Prober(const config::PingConfig& config, const Targets& targets,
           const net::NetworkOptions& options);

    /// The engine begins to exist. `targets` and `sink` must outlive the prober.
    void make_engine(const probe::EngineOptions& options, const Targets& targets,
                     probe::ResultSink& sink);

    [[nodiscard]] probe::Engine& engine() noexcept { return *engine_; }
    [[nodiscard]] const net::Network& network() const noexcept { return network_; }
    [[nodiscard]] LogFiles& log() noexcept { return log_; }
    [[nodiscard]] io::Appender& out() noexcept { return stdout_; }
    [[nodiscard]] io::Appender& err() noexcept { return stderr_; }
    [[nodiscard]] ClockReading now() const noexcept { return clock_.read(); }

    // One turn of the loop, in this order.

    /// Sends what is due, replaces what is to be replaced.
    void send(const ClockReading& reading) noexcept;
    /// Waits until something comes, or something is due by `wake` or in a part of this object.
    [[nodiscard]] ClockReading wait(Instant now, Instant wake) noexcept;
    /// Hands the engine what came, moves the log on.
    void take_in(const ClockReading& reading);

    /// The next signal that came, if any; SIGHUP is obeyed here (the logs are opened anew).
    /// SIGPIPE, once: who read standard output is gone (`| head`).
    [[nodiscard]] std::optional<int> take_signal();
    /// Wait busily for the last 100 us before something is due?
    void set_spin(bool spin) noexcept { spin_ = spin; }

    /// The whole loop of a command that plans as it goes: until its `decide(now)`, which is called
    /// each turn, says that it is over, and the last answers are in. `next_tick()` is when it wants
    /// to decide again, `show(now)` shows how far it is, `obey(signal)` takes a signal.
    template <class Command>
    void run(Command& command, ClockReading reading) {
        log_.mark(GapReason::start, reading.wall());
        for (;;) {
            if (command.decide(reading.now)) {
                engine_->stop();
                if (engine_->finished(reading.now)) break;
            }
            command.show(reading.now);
            send(reading);
            reading = wait(reading.now, command.next_tick());
            take_in(reading);
            while (const std::optional<int> signal = take_signal())
                command.obey(*signal);
        }
        log_.mark(GapReason::stop, reading.wall());
    }

    /// A line on stderr within a run.
    void tell(std::string_view text);

    /// What is to be known before the run: of the sockets, and of others who write our logs.
    void tell_notes() const;
    /// What stands below the tables: the probes that `pending` left, and where the log is.
    [[nodiscard]] std::vector<std::string> closing_lines(const Pending& pending) const;

    /// `code`, or 4 instead of 0: all went well but for rows that the log lacks.
    [[nodiscard]] int exit_code(int code) const noexcept;

    /// Every row written, as far as patience allows; what is not counts as lost. `tables` is called
    /// in between: it can say what was lost.
    template <class Tables>
    void conclude(Tables&& tables) {
        finish_log();
        last_words_.begin(stdout_, stderr_);
        tables();
        last_words_.end(stdout_, stderr_);
        finish_output();
    }

private:
    static constexpr Duration end_patience = 2s;  // when a disk or reader is stuck

    void tell_trouble();
    void finish_log();
    void finish_output();
    void drain(bool with_log);

    io::Signals signals_;
    io::SystemClock clock_;
    net::Network network_;
    io::ChunkPoolPtr pool_;
    io::Appender stdout_;
    io::Appender stderr_;
    LogFiles log_;
    std::optional<probe::Engine> engine_;
    probe::Outbox outbox_;
    probe::Inbox inbox_;
    Instant trim_at_{};
    LastWords last_words_;
    bool told_alone_ = false;
    Instant look_at_pipe_{};
    bool reader_gone_ = false;  ///< of standard output
    bool told_pipe_ = false;
    bool spin_ = false;
};

}  // namespace sipping::app
