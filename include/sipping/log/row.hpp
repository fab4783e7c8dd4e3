// What a record of our logs says, in either form (`--csv full` and `classic`), and in the logs of
// the original SIP Ping of 2015, which are the classic form with floats as Python prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sipping/base/instant.hpp"
#include "sipping/log/csv_record.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping::log {

/// Views as those of the record it was read from.
struct Row {
    bool is_gap = false;
    Kind kind{};      ///< of a probe; classic: reply or timeout, which is all it tells
    WallTime sent{};  ///< of the UNIX column, whole microseconds; of a gap its begin
    std::optional<Duration> latency;  ///< whole microseconds; none for drops and gaps
    std::string_view host;
    std::uint64_t call_id = 0;  ///< the digits; 0 for gaps. Ten of them: the original's may begin 0
    std::string_view site;      ///< what follows '@' in the Call-ID
    std::string_view response;  ///< the status line; empty for drops and gaps
    std::string_view target;    ///< empty in the classic form
    std::uint16_t source_port = 0;
    std::string_view detail;

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
};
/// "ok", "the header", "not 6 or 10 fields", "no UNIX time in column 2", ...
[[nodiscard]] std::string_view to_string(RowError error) noexcept;

[[nodiscard]] RowError read_row(const CsvRecord& record, Row& row) noexcept;

}  // namespace sipping::log
