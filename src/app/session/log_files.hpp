// The CSV files of a run: which target's rows go where, when a file gives way to its next, and what
// was lost on the way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/appender.hpp"
#include "session/old_logs.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/record/rotation.hpp"
#include "sipping/record/rows.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::app {

class LogFiles {
public:
    /// More targets than this share one file, all.csv.
    static constexpr std::size_t file_limit = 512;

    /// Opens every file; throws std::system_error naming the one that cannot be written.
    LogFiles(const config::PingConfig& config, const target::TargetTable& targets, io::FileOps& ops,
             io::ChunkPool& pool, const ClockReading& reading);

    void write(const ProbeResult& result) noexcept;
    void write(const Gap& gap) noexcept;
    /// Rows of kind `unread`.
    void write(const Stray& stray) noexcept;
    void write(const stats::HiddenStrays& hidden) noexcept;
    /// A gap row in every file: the run's start and stop. With the start also what its files tell
    /// of others: a run before that ended without its last rows, a program that writes them too.
    void mark(GapReason reason, WallTime at) noexcept;
    /// Which files another program is writing too, for people; empty: none.
    [[nodiscard]] std::string other_writers() const;

    /// The target's name points to this address now.
    void set_host(std::uint32_t target, const Address& address) {
        hosts_[target] = to_string(address);
    }
    /// Every row says `run=NAME` from here on: it is no plain monitoring, and `report` must not
    /// take its losses for the gateway's. `name` must outlive this.
    void set_run(std::string_view name) noexcept { run_ = name; }
    /// What rows of this target carry beside the result; also for JSON lines.
    [[nodiscard]] record::RowContext context(std::uint32_t target) const noexcept;

    /// True when it was due and looked at every file.
    bool tick(const ClockReading& reading);
    [[nodiscard]] Instant next_tick() const noexcept { return next_tick_; }
    void reopen() noexcept;
    /// The run is over: write everything, as fast as it goes.
    void flush() noexcept;
    /// No more waiting: what is not written yet counts as lost.
    void give_up() noexcept;
    [[nodiscard]] bool idle() const noexcept;

    [[nodiscard]] std::uint64_t rows_lost() const noexcept;
    /// The latest failure in words, once each time it changes; empty when there is nothing new.
    [[nodiscard]] std::string take_trouble();
    /// For the end of the run: "sipping-logs/192.0.2.1.csv" or "sipping-logs/ (300 files)".
    [[nodiscard]] std::string where() const;
    /// Where `name`, with the time in it, lies beside the first log; empty without logs.
    [[nodiscard]] std::string beside(std::string_view name, WallTime at) const;
    [[nodiscard]] std::size_t count() const noexcept { return files_.size(); }

private:
    struct File {
        std::unique_ptr<io::Appender> appender;
        std::uint32_t target = every_target;  ///< whose file it is; every_target: shared
        std::string undated_path = {};
        std::int64_t begun_s = 0;  ///< UNIX time in the name, with rotation
        int reported_error = 0;
        std::optional<Gap> mark = {};  ///< a start or stop that has no room yet
    };

    void write(const Gap& gap, File& file) noexcept;
    template <class What>
    void write_unread(const What& what, std::uint32_t target) noexcept;
    void tell_lost(File& file) noexcept;
    void put_mark(File& file) noexcept;
    void tell_others(File& file, WallTime at) noexcept;
    void plan_rotation(const ClockReading& reading) noexcept;
    void rotate(const ClockReading& reading);
    void rotate(File& file, WallTime now);
    void tick(File& file, const ClockReading& reading);
    void put(File& file) noexcept;

    const target::TargetTable& targets_;
    std::string site_;
    std::string_view run_;            ///< empty: monitoring
    std::vector<std::string> hosts_;  ///< address text, by target
    std::vector<std::uint32_t> file_of_target_;
    std::vector<File> files_;
    record::RowWriter writer_;
    TextBuffer row_{record::row_size_max};
    Instant next_tick_{};
    bool flushing_ = false;
    ClockReading reading_;  ///< the last one seen
    record::Rotation rotation_;
    WallTime boundary_{};        ///< the next rotation by time is at this local time
    Instant rotate_at_ = never;  ///< when that ought to be
    std::optional<OldLogs> old_logs_;
};

}  // namespace sipping::app
