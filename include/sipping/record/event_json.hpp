// Events as JSON lines, among the rows of --json: an object whose first key is "event", which no
// row has. Bytes only; RowWriter (rows.hpp) makes the rows.
#pragma once

#include <string_view>

#include "sipping/base/line_writer.hpp"
#include "sipping/base/local_time.hpp"
#include "sipping/base/text_buffer.hpp"
#include "sipping/stats/event.hpp"
#include "sipping/stats/request_sources.hpp"

namespace sipping::record {

/// The longest event, as row_size_max.
inline constexpr std::size_t event_size_max = 16 * 1024;

class EventWriter {
public:
    explicit EventWriter(UtcOffset offset) noexcept : time_(offset) {}

    // Each writes one whole line or, when `out` has too little room, nothing and is false.
    // `name` is the target's.

    /// {"event":"DOWN","time":...,"timestamp":...,"target":...,"since":...,"lost":3,...}
    bool write(const stats::StateEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// {"event":"STATUS",...,"from":"200 OK","to":"503 Service Unavailable","hidden":0}
    bool write(const stats::StatusEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// {"event":"UNKNOWN",...,"target":...,"since":...,"reason":"cannot resolve 'gw7.example':
    /// ..."}
    bool write(const stats::UnresolvedEvent& event, std::string_view name,
               TextBuffer& out) noexcept;
    /// {"event":"RESOLVED",...,"target":...,"address":"192.0.2.7","after_s":62.100000}
    bool write(const stats::ResolvedEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// {"event":"COMMON",...,"state":"DOWN","targets":41,"of":300,"within_ms":80.0,"since":...}
    bool write(const stats::CommonEvent& event, WallTime at, TextBuffer& out) noexcept;
    /// {"event":"REQUEST",...,"from":"192.0.2.9:5060","method":...,"user_agent":...}
    bool write(const stats::RequestEvent& event, TextBuffer& out) noexcept;
    /// {"event":"SEEN",...,"received":"198.51.100.7","sent_by":"192.0.2.1","port_kept":true}
    bool write(const stats::SeenEvent& event, std::string_view name, TextBuffer& out) noexcept;
    /// At the end of the run: a target's figures, as in the table.
    bool summary(const stats::TargetStats& stats, std::string_view name, WallTime at,
                 TextBuffer& out) noexcept;
    /// At the end of the run: who sent requests.
    bool sources(const stats::RequestSources& sources, WallTime at, TextBuffer& out) noexcept;

private:
    void begin(LineWriter& line, std::string_view event, WallTime at) noexcept;

    LocalTime time_;
};

}  // namespace sipping::record
