// Renders probe results and gaps as CSV rows (RFC 4180, LF line ends like the original's) and as
// JSON lines with the same keys. Row formats are product.md's; bytes only, no files.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/line_writer.hpp"
#include "sipping/base/local_time.hpp"
#include "sipping/base/text_buffer.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/result/stray.hpp"
#include "sipping/stats/stray_limit.hpp"

namespace sipping::record {

inline constexpr std::string_view csv_header =
    "time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n";
inline constexpr std::string_view csv_header_classic =
    "time,timestamp,host,latency,callid,response\n";

/// The longest text of others in a row, in bytes as received (a host name ends at 253, RFC 1035);
/// what is longer is cut, with "...".
inline constexpr std::size_t row_text_max = 256;

/// The longest row; render only into a buffer with this much room. Three texts (response, target,
/// site) of which each byte may become six characters, and at most 1024 bytes of our own.
inline constexpr std::size_t row_size_max = 3 * 6 * row_text_max + 1024;

/// What a row needs beside the result.
struct RowContext {
    std::string_view target_name;  ///< as the user named it
    std::string_view host;         ///< text of the target's address, for rows without an answer
    std::string_view site;         ///< non-empty: the Call-ID is digits@site
    std::string_view run = {};     ///< non-empty: `run=` of what is no plain monitoring
};

/// CSV columns hold nothing where there is nothing (a gap's latency, response and callid; port 0).
/// A JSON line has the CSV header's keys in its order: time, host, target, kind are strings,
/// timestamp a number, latency, callid, response, source_port null where there is nothing (drops
/// have neither latency nor response), detail an object of strings.
class RowWriter {
public:
    RowWriter(UtcOffset offset, bool classic) noexcept : time_(offset), classic_(classic) {}

    /// One whole row with its line end, or nothing: classic form has no late, duplicate or gap
    /// rows. False only when `out` has too little room (then unchanged).
    bool csv(const ProbeResult& result, const RowContext& context, TextBuffer& out) noexcept;
    bool csv(const Gap& gap, const RowContext& context, TextBuffer& out) noexcept;
    bool json(const ProbeResult& result, const RowContext& context, TextBuffer& out) noexcept;
    bool json(const Gap& gap, const RowContext& context, TextBuffer& out) noexcept;
    /// Of Stray::unread() ones, and the counts of those beyond stats::StrayLimit.
    bool csv(const Stray& stray, const RowContext& context, TextBuffer& out) noexcept;
    bool json(const Stray& stray, const RowContext& context, TextBuffer& out) noexcept;
    bool csv(const stats::HiddenStrays& hidden, const RowContext& context,
             TextBuffer& out) noexcept;
    bool json(const stats::HiddenStrays& hidden, const RowContext& context,
              TextBuffer& out) noexcept;

private:
    void csv_begin(LineWriter& row, WallTime at) noexcept;
    void json_begin(LineWriter& row, WallTime at) noexcept;
    template <class WriteHost, class What>
    bool unread_csv(WallTime at, std::uint16_t port, const What& what, const RowContext& context,
                    const WriteHost& write_host, TextBuffer& out) noexcept;
    template <class WriteHost, class What>
    bool unread_json(WallTime at, std::uint16_t port, const What& what, const RowContext& context,
                     const WriteHost& write_host, TextBuffer& out) noexcept;

    LocalTime time_;
    bool classic_;
};

}  // namespace sipping::record
