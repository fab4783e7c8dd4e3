// The CSV files of a run: which target's rows go where, and what was lost on the way.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/appender.hpp"
#include "sipping/config/ping_config.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/sink/rows.hpp"
#include "sipping/target/target_table.hpp"

namespace sipping::app {

class LogFiles {
public:
    /// More targets than this share one file, all.csv.
    static constexpr std::size_t file_limit = 512;

    /// Opens every file; throws std::system_error naming the one that cannot be written.
    LogFiles(const config::PingConfig& config, const target::TargetTable& targets, io::FileOps& ops,
             io::ChunkPool& pool);

    void write(const ProbeResult& result) noexcept;
    void write(const Gap& gap) noexcept;
    /// A gap row in every file: the run's start and stop.
    void mark(GapReason reason, WallTime at) noexcept;

    /// What rows of this target carry beside the result; also for JSON lines.
    [[nodiscard]] sink::RowContext context(std::uint32_t target) const noexcept;

    /// True when it was due and looked at every file.
    bool tick(const ClockReading& reading) noexcept;
    [[nodiscard]] Instant next_tick() const noexcept { return next_tick_; }
    void reopen() noexcept;
    void flush() noexcept;
    /// No more waiting: what is not written yet counts as lost.
    void give_up() noexcept;
    [[nodiscard]] bool idle() const noexcept;

    [[nodiscard]] std::uint64_t rows_lost() const noexcept;
    /// The latest failure in words, once each time it changes; empty when there is nothing new.
    [[nodiscard]] std::string take_trouble();
    /// For the end of the run: "sipping-logs/192.0.2.1.csv" or "sipping-logs/ (300 files)".
    [[nodiscard]] std::string where() const;
    [[nodiscard]] std::size_t count() const noexcept { return files_.size(); }

private:
    struct File {
        std::unique_ptr<io::Appender> appender;
        std::uint32_t target = every_target;  ///< whose file it is; every_target: shared
        int reported_error = 0;
    };

    void write(const Gap& gap, File& file) noexcept;
    void put(File& file) noexcept;

    const target::TargetTable& targets_;
    std::string site_;
    std::vector<std::string> hosts_;  ///< address text, by target
    std::vector<std::uint32_t> file_of_target_;
    std::vector<File> files_;
    sink::RowWriter writer_;
    TextBuffer row_{sink::row_size_max};
    Instant next_tick_{};
};

}  // namespace sipping::app
