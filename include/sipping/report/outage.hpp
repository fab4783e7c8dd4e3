// A time in which a target failed, and what else a look back tells of a target.
#pragma once

#include <cstdint>
#include <string>

#include "sipping/base/instant.hpp"
#include "sipping/report/texts.hpp"

namespace sipping::report {

/// What the last probe of an outage met with.
enum class Sort : std::uint8_t { lost, refused, maintenance };
/// "lost", "refused", "maintenance".
[[nodiscard]] std::string_view to_string(Sort sort) noexcept;

/// Failures one after the other: losses, and responses with a code of --down-codes or
/// --maintenance-codes. Losses that may be the prober's own neither lengthen nor end it, and it
/// does not reach over a time in which nobody looked.
struct Outage {
    WallTime begin{};           ///< the first failed one was sent
    WallTime last_lost{};       ///< the last failed one was sent
    WallTime end{};             ///< the first good one after was sent; open: as last_lost
    WallTime at{};              ///< Event::at of the first failed one
    WallTime good_before{};     ///< the last good one before was sent; none: open_begin
    Duration length{};          ///< from begin to end, also when the clock was set back in between
    Duration in_maintenance{};  ///< of length, after responses that said so
    Sort sort = Sort::lost;
    bool open = true;             ///< no good response came after, or nobody looked
    bool open_begin = false;      ///< no good response came before it since somebody looks
    bool clock_set_back = false;  ///< within it: then `length` is not `end` - `begin`
    std::uint64_t lost = 0;
    std::uint64_t refused = 0;
    std::uint64_t maintenance = 0;
    std::uint64_t late = 0;    ///< of the lost ones, answered after the timeout
    std::uint64_t icmp = 0;    ///< of the lost ones, with an ICMP error
    std::uint64_t unread = 0;  ///< of the lost ones, with something beside them that was not read
    std::uint64_t first_call_id = 0;
    std::uint64_t last_call_id = 0;

    [[nodiscard]] std::uint64_t failed() const noexcept { return lost + refused + maintenance; }
};

/// The code of the responses became another one.
struct StatusChange {
    WallTime at{};
    TextId before = 0;
    TextId after = 0;
    std::uint64_t call_id = 0;
};

/// A time in which this prober did not probe or did not log, or a mark of it.
struct OwnGap {
    WallTime from{};
    WallTime until{};
    std::string reason;  ///< the word of the row, hostile
    std::uint64_t count = 0;

    friend auto operator<=>(const OwnGap&, const OwnGap&) = default;
};

}  // namespace sipping::report
