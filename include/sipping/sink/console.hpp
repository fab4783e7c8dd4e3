// What the person at the terminal sees: per-ping lines, statistics, summaries, DOWN/UP, tables.
// Renders into a TextBuffer; decides what is shown in which mode, never writes anywhere itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/base/text_buffer.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/sink/local_time.hpp"
#include "sipping/stats/health.hpp"
#include "sipping/stats/target_stats.hpp"

namespace sipping::sink {

struct ConsoleOptions {
    bool per_ping = true;       ///< '>', '<' and 'X' lines (one target, up to 20/s, or -v)
    bool statistics = true;     ///< false: -S
    bool summaries = false;     ///< a line a second (many targets or fast)
    bool print_sent = false;    ///< -x
    bool print_received = false;  ///< -X
    bool color = false;
    bool json = false;          ///< stdout belongs to JSON lines: no console text there
    std::string site;
};

/// A row of the final table.
struct TableRow {
    std::string_view name;
    const stats::TargetStats* stats = nullptr;
};

/// Everything of the last second, for the summary line.
struct SecondSummary {
    WallTime at{};
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
    std::uint64_t late = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t in_flight = 0;
    std::uint32_t targets_down = 0;
    std::uint32_t targets = 0;
    Duration p50{};
    Duration p99{};
    Duration worst{};
    Duration lateness_p99{};
    std::uint64_t skipped = 0;
};

class Console {
public:
    Console(ConsoleOptions options, UtcOffset offset) : options_(std::move(options)), time_(offset) {}

    // Each appends to `out` what this mode shows for the event, maybe nothing. Lines that do not fit
    // are dropped whole and counted in lines_lost().
    void on_sent(const SentProbe& probe, TextBuffer& out) noexcept;
    void on_result(const ProbeResult& result, std::string_view target_name, const Endpoint& target,
                   TextBuffer& out) noexcept;
    /// The two statistics lines of the original.
    void statistics(const stats::TargetStats& stats, TextBuffer& out) noexcept;
    void summary(const SecondSummary& second, TextBuffer& out) noexcept;
    /// "DOWN <target> since <time>", "UP <target> after 182 s, 182 lost"
    void change(stats::Change change, std::string_view target_name, const stats::TargetStats& stats,
                TextBuffer& out) noexcept;
    /// The table so far or the final one; `out` may be large (about 200 bytes a target).
    void table(std::span<const TableRow> rows, TextBuffer& out) noexcept;
    void health(const stats::Health& health, TextBuffer& out) noexcept;

    [[nodiscard]] std::uint64_t lines_lost() const noexcept { return lines_lost_; }

private:
    ConsoleOptions options_;
    LocalTime time_;
    std::uint64_t lines_lost_ = 0;
};

}  // namespace sipping::sink
