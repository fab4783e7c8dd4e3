// What the person at the terminal sees: per-ping lines, statistics, summaries, DOWN/UP, tables.
// Renders into a TextBuffer; decides what is shown in which mode, never writes anywhere itself.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sipping/base/line_writer.hpp"
#include "sipping/base/local_time.hpp"
#include "sipping/base/text_buffer.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/result/stray.hpp"
#include "sipping/stats/event.hpp"
#include "sipping/stats/health.hpp"
#include "sipping/stats/request_sources.hpp"
#include "sipping/stats/target_stats.hpp"

namespace sipping::console {

struct ConsoleOptions {
    bool per_ping = true;         ///< '>', '<' and 'X' lines (one target, up to 20/s, or -v)
    bool statistics = true;       ///< false: -S
    bool summaries = false;       ///< a line a second (many targets or fast)
    bool quiet = false;           ///< -q: no line for each of what may repeat without end
    bool print_sent = false;      ///< -x
    bool print_received = false;  ///< -X
    bool color = false;
    /// stdout belongs to JSON lines: nothing is shown but table() and health(), which the app may
    /// send elsewhere.
    bool json = false;
    std::string site;
};

/// A row of the final table.
struct TableRow {
    std::string_view name;
    const stats::TargetStats* stats = nullptr;
    bool unknown = false;  ///< its name has no address: nothing was sent
};

struct TableCells;

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
    std::uint32_t targets_unknown = 0;
    std::uint32_t targets = 0;
    Duration p50{};
    Duration p99{};
    Duration worst{};
    Duration lateness_p99{};
    std::uint64_t skipped = 0;
    std::uint64_t not_sent = 0;     ///< send-error and local; not among `sent`
    stats::CodeCounts other_codes;  ///< of replies with another code than their target's usual one
};

class Console {
public:
    Console(ConsoleOptions options, UtcOffset offset)
        : options_(std::move(options)), time_(offset) {}

    // Each appends to `out` what this mode shows for the event, maybe nothing. Lines that do not
    // fit are dropped whole and counted in lines_lost().
    void on_sent(const SentProbe& probe, TextBuffer& out) noexcept;
    /// `target` is the endpoint asked; `at` is now, the time of lines about what did not come (an
    /// answer's line carries the time it was received).
    void on_result(const ProbeResult& result, const Endpoint& target, WallTime at,
                   TextBuffer& out) noexcept;
    /// An ICMP error, when it arrives; whether its probe is lost is not known yet. Call-ID 0: not
    /// known. Without per-ping lines at most `lines_per_s` are shown, the others counted. `count`:
    /// it is the last one of so many (stats/icmp_runs.hpp).
    void icmp(WallTime at, const IcmpError& error, std::string_view target_name,
              std::uint64_t call_id, TextBuffer& out, std::uint64_t count = 1) noexcept;
    static constexpr std::uint32_t lines_per_s = 10;
    /// "! (time) sbc.example.com is at 192.0.2.7 now (was 192.0.2.1)". Also with JSON, whose gap
    /// row tells programs.
    void moved(WallTime at, std::string_view target_name, const Address& was, const Address& now,
               TextBuffer& out) noexcept;
    /// The two statistics lines of the original.
    void statistics(const stats::TargetStats& stats, TextBuffer& out) noexcept;
    /// One line, its columns as wide as the widest value so far.
    void summary(const SecondSummary& second, TextBuffer& out) noexcept;
    // What changed (stats/event.hpp); `name` is the target's.

    /// "DOWN <target> since <time>", "REFUSING <target> since <time> (503)", "UP <target> after 182
    /// s, 182 lost, at <time>"; with "[perhaps our own: stall]" when that could be said of each
    /// loss.
    void event(const stats::StateEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// "STATUS <target> 200 OK -> 503 Service Unavailable at <time>"
    void event(const stats::StatusEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// "UNKNOWN <target> since <time>: cannot resolve 'gw7.example': Name or service not known"
    void event(const stats::UnresolvedEvent& event, std::string_view name,
               TextBuffer& out) noexcept;
    /// "! (time) <target> is at 192.0.2.7 now (UNKNOWN for 62.1 s)"
    void event(const stats::ResolvedEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// "41 of 300 lost contact within 80 ms, since <time>: look on our side"
    void event(const stats::CommonEvent& event, TextBuffer& out) noexcept;
    /// "! (time) Request from 192.0.2.9:5060: OPTIONS, User-Agent friendly-scanner, not answered"
    void event(const stats::RequestEvent& event, TextBuffer& out) noexcept;
    /// "<target> sees us as 198.51.100.7, our Via says 192.0.2.10: NAT, ports are rewritten"
    void event(const stats::SeenEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// A datagram that belongs to no probe: all of them with print_received, raw; else a target's
    /// with per-ping lines, at most `lines_per_s`.
    void stray(const Stray& stray, TextBuffer& out) noexcept;

    /// The table so far or the final one; `out` should be large (about 250 bytes a target).
    void table(std::span<const TableRow> rows, TextBuffer& out) noexcept;
    /// Below the table: what was odd about responses, what came to no probe, who sent requests.
    void notes(std::span<const TableRow> rows, const stats::RequestSources& sources,
               TextBuffer& out) noexcept;
    /// What the prober did wrong itself, its books, and in plain words whether that explains
    /// losses.
    void health(const stats::Health& health, TextBuffer& out) noexcept;

    [[nodiscard]] std::uint64_t lines_lost() const noexcept { return lines_lost_; }

private:
    template <class Render>
    void print_line(TextBuffer& out, std::string_view color, Render&& render) noexcept;
    void raw(std::string_view message, TextBuffer& out) noexcept;
    void stamp(LineWriter& line, WallTime at) noexcept;
    void stamp_second(LineWriter& line, WallTime at) noexcept;
    void id(LineWriter& line, std::uint64_t call_id) noexcept;
    void answer_line(LineWriter& line, const ProbeResult& result) noexcept;
    void drop_line(LineWriter& line, const ProbeResult& result, const Endpoint& target,
                   WallTime at) noexcept;
    struct Limited {  ///< lines of which there are at most so many a second
        char mark;
        std::string_view one;
        std::string_view many;
        std::int64_t second = INT64_MIN;
        std::uint32_t shown = 0;   ///< within `second`
        std::uint64_t hidden = 0;  ///< since the last line that told
    };
    [[nodiscard]] bool admit(Limited& lines, WallTime at, TextBuffer& out) noexcept;
    void tell_hidden(Limited& lines, TextBuffer& out) noexcept;
    void tell_hidden(TextBuffer& out) noexcept;
    void at_time(LineWriter& line, std::string_view before, WallTime at) noexcept;
    static void perhaps_our_own(LineWriter& line, std::uint8_t self) noexcept;
    template <class Has, class Render>
    void notes_of(std::span<const TableRow> rows, TextBuffer& out, const Has& has,
                  const Render& render) noexcept;
    void summary_cell(LineWriter& line, std::size_t column, std::string_view label,
                      std::string_view value, std::string_view unit) noexcept;
    void write_strays(const stats::Health& health, TextBuffer& out) noexcept;
    void verdict(const stats::Health& health, TextBuffer& out) noexcept;
    void losses(const stats::Health& health, bool trouble, TextBuffer& out) noexcept;
    void table_row(const TableRow& row, TableCells& cells) noexcept;

    ConsoleOptions options_;
    LocalTime time_;
    std::uint64_t lines_lost_ = 0;
    std::array<std::size_t, 16> summary_widths_{};
    Limited icmp_{.mark = '!', .one = "ICMP error", .many = "ICMP errors"};
    Limited strays_{.mark = '?', .one = "datagram to no probe", .many = "datagrams to no probe"};
};

}  // namespace sipping::console
