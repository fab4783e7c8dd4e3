// What a record of our logs says, in either form (`--csv full` and `classic`), in the logs of the
// original SIP Ping of 2015, which are the classic form with floats as Python prints them, and in
// what spreadsheets and scripts make of all these.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sipping/base/instant.hpp"
#include "sipping/record/csv_record.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::record {

/// What a row is about.
enum class RowType : std::uint8_t {
    probe,   ///< a probe, or a further row of one (late, duplicate)
    gap,     ///< a time in which this prober did not probe
    unread,  ///< something that came from a target and belongs to no probe
    other,   ///< of a kind that a later version writes: no probe and no loss
};

/// Views as those of the record it was read from.
struct Row {
    RowType type = RowType::probe;
    Kind kind{};      ///< of a probe; classic: reply or timeout, which is all it tells
    WallTime sent{};  ///< of the UNIX column, whole microseconds; of a gap its begin
    std::optional<Duration> latency;  ///< whole microseconds; answered probes only
    std::string_view host;
    std::uint64_t call_id = 0;  ///< the digits, of probes. Ten: the original's may begin with 0
    std::string_view site;      ///< what follows '@' in the Call-ID
    std::string_view response;  ///< the status line; of answered probes only
    std::string_view target;    ///< empty in the classic form
    std::uint16_t source_port = 0;
    std::string_view detail;
    std::string_view kind_word;  ///< of the column; empty in the classic form

    [[nodiscard]] bool is_probe() const noexcept { return type == RowType::probe; }
    [[nodiscard]] bool is_gap() const noexcept { return type == RowType::gap; }
    /// The value of `key` in `detail`; nothing when it is not there.
    [[nodiscard]] std::optional<std::string_view> detail_of(std::string_view key) const noexcept;
};

/// "1778803687.230895", with just six decimals: a time as our logs write it.
[[nodiscard]] std::optional<WallTime> unix_time(std::string_view text) noexcept;

enum class RowError : std::uint8_t {
    ok,
    header,  ///< the header of either form: no row, and no mistake
    blank,   ///< an empty line, as the original has between all others on Windows
    fields,
    timestamp,
    latency,
    call_id,
    source_port,
    kind,
    changed_timestamp,  ///< these three: what a spreadsheet made of it, "1.79581E+09"
    changed_latency,
    changed_call_id,
};
/// "ok", "the header", "not 6 or 10 fields", "no UNIX time in column 2", ...
[[nodiscard]] std::string_view to_string(RowError error) noexcept;

/// Numbers may have fewer or more decimals than ours, and a comma instead of the point where fields
/// are not separated by commas. What is finer than a microsecond is rounded.
[[nodiscard]] RowError read_row(const CsvRecord& record, Row& row) noexcept;

/// A row that can be read, but whose first column is a date in another form: a program that knows
/// dates has written this file.
[[nodiscard]] bool has_changed_date(const CsvRecord& record) noexcept;

}  // namespace sipping::record
