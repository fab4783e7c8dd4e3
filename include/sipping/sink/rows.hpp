// Renders probe results and gaps as CSV rows (RFC 4180, LF line ends like the original's) and as
// JSON lines with the same keys. Row formats are product.md's; bytes only, no files.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/text_buffer.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/sink/local_time.hpp"

namespace sipping::sink {

inline constexpr std::string_view csv_header =
    "time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n";
inline constexpr std::string_view csv_header_classic =
    "time,timestamp,host,latency,callid,response\n";

/// The longest row; render only into a buffer with this much room.
inline constexpr std::size_t row_size_max = 2048;

/// What a row needs beside the result.
struct RowContext {
    std::string_view target_name;  ///< as the user named it
    std::string_view host;         ///< text of the target's address, for rows without an answer
    std::string_view site;         ///< non-empty: the Call-ID is digits@site
};

class RowWriter {
public:
    RowWriter(UtcOffset offset, bool classic) noexcept : time_(offset), classic_(classic) {}

    /// One whole row with its line end, or nothing: classic form has no late, duplicate or gap rows.
    /// False only when `out` has too little room (then unchanged).
    bool csv(const ProbeResult& result, const RowContext& context, TextBuffer& out) noexcept;
    bool csv(const Gap& gap, const RowContext& context, TextBuffer& out) noexcept;
    bool json(const ProbeResult& result, const RowContext& context, TextBuffer& out) noexcept;
    bool json(const Gap& gap, const RowContext& context, TextBuffer& out) noexcept;

private:
    LocalTime time_;
    bool classic_;
};

}  // namespace sipping::sink
