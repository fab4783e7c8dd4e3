// Takes everything the engine reports and tells it on: statistics, log files, console. Decides
// which line is shown when; renders nothing itself (sink) and writes nothing itself (Appender).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/event_reporter.hpp"
#include "session/log_files.hpp"
#include "session/output_lines.hpp"
#include "session/pending.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/console/console.hpp"
#include "sipping/probe/result_sink.hpp"
#include "sipping/record/rows.hpp"
#include "sipping/stats/ban_watch.hpp"
#include "sipping/stats/health.hpp"
#include "sipping/stats/icmp_runs.hpp"
#include "sipping/stats/stray_limit.hpp"
#include "sipping/stats/target_stats.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::app {

class Reporter final : public probe::ResultSink {
public:
    struct Options {
        console::ConsoleOptions console;
        stats::Thresholds thresholds;
        bool five_ping_statistics = false;  ///< the original's two lines every five pings
        std::uint32_t ports = 1;            ///< pool size, for the notes
    };

    /// `text`: where console lines go; `data`: where JSON lines go. Both may be the same appender.
    /// `requests`: one per target, for what they say of our address.
    Reporter(const Options& options, const target::TargetTable& targets,
             std::span<const wire::RequestTemplate> requests, LogFiles& log, io::Appender& text,
             io::Appender& data);

    void sent(const SentProbe& probe) noexcept override;
    void result(const ProbeResult& result) noexcept override;
    void settled(const Settled& settled) noexcept override;
    void gap(const Gap& gap) noexcept override;
    void icmp(std::uint32_t target, const Endpoint& asked, std::uint64_t call_id,
              const IcmpError& error, Instant at) noexcept override;
    void stray(const Stray& stray) noexcept override;
    /// The name of this target points to `now` from now on: a line and a gap row.
    void moved(std::uint32_t target, const Address& was, const Address& now);
    /// The name of this target has no address: a line.
    void unknown(std::uint32_t target, WallTime since, std::string_view why) noexcept;
    /// It has one now, which the target table has. A line and a gap row if it was `waited` for.
    void joined(std::uint32_t target, Instant since, bool waited);
    /// It had none since then: a gap row.
    void unresolved(std::uint32_t target, Instant since) noexcept;

    /// The newest reading; lines about what happens now carry it.
    void set_time(const ClockReading& reading) noexcept {
        reading_ = reading;
        events_.set_time(reading);
    }
    /// Prints the summary line when a second is over, and what had to wait. `in_flight` is the
    /// engine's.
    void tick(std::uint32_t in_flight) noexcept;
    /// When tick() has something to print.
    [[nodiscard]] Instant next_tick() const noexcept;
    /// Gives rendered text to the appender.
    void flush_console() noexcept { out_.flush(); }
    /// The run is over: what waits is told, and among JSON lines each target's figures.
    void finish() noexcept;

    /// The run's start or stop: a gap row in every log, and in the JSON.
    void mark(GapReason reason) noexcept;
    void line(std::string_view text) noexcept;
    void table() noexcept;
    void health(const stats::Health& health) noexcept;

    [[nodiscard]] std::span<const stats::TargetStats> statistics() const noexcept { return stats_; }
    /// Those that a second Ctrl+C left.
    [[nodiscard]] const Pending& pending() const noexcept { return pending_; }
    /// Lateness and console losses; the rest of Health is the engine's and the transport's.
    void fill(stats::Health& health) const noexcept;

private:
    void count_second(const ProbeResult& result) noexcept;
    void note_retry_after(const ProbeResult& result) noexcept;
    template <typename Row>
    void write_json(const Row& row) noexcept;
    void tell_state(std::uint32_t target, stats::State before,
                    std::optional<stats::State> changed) noexcept;
    void tell_hidden_strays(bool at_end) noexcept;
    void tick_summary(std::uint32_t in_flight) noexcept;
    void tell_last_icmp(std::uint32_t target) noexcept;
    void note_possible_ban(const Settled& settled) noexcept;

    Options options_;
    const target::TargetTable& targets_;
    LogFiles& log_;
    OutputLines out_;
    std::vector<stats::TargetStats> stats_;
    stats::BanWatch bans_;
    std::vector<bool> asked_for_peace_;  ///< by target: the last answer was a 503 with Retry-After
    console::Console console_;
    record::RowWriter json_;
    EventReporter events_;
    stats::StrayLimit stray_limit_;
    stats::IcmpRuns icmp_runs_;  ///< where lines are few
    std::uint64_t losses_ = 0;
    std::uint64_t losses_perhaps_own_ = 0;
    std::uint64_t losses_beside_unread_ = 0;  ///< of the others
    std::size_t line_room_;                   ///< for the lines that one event can make
    ClockReading reading_;
    Instant next_summary_ = never;
    console::SecondSummary second_;
    std::uint64_t refused_ = 0;  ///< counted as sent when handed over, to be taken back
    stats::Histogram second_latency_;
    stats::Histogram second_lateness_;
    stats::Histogram lateness_;
    Duration lateness_max_{};
    std::uint64_t settled_ = 0;
    std::uint32_t down_ = 0;  ///< targets that are DOWN or REFUSING
    Pending pending_;
};

}  // namespace sipping::app
