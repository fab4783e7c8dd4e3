// Moments as people write them, and as they are shown, in the time zone of the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sipping/base/instant.hpp"

namespace sipping::app {

/// How the zone of this process is called: `given` by set_time_zone(), or what the box says.
[[nodiscard]] std::string zone_name(const std::string& given);

/// "Europe/Berlin", "UTC", "+02:00" becomes the zone of this process. False when there is none.
[[nodiscard]] bool set_time_zone(const std::string& name);

/// What one local time means: two moments, an hour apart, where a clock was put back.
struct Moments {
    WallTime first{};
    WallTime last{};
};

/// "2015-05-15 11:31:43", with T between, seconds left out or with decimals, a date alone (its
/// midnight), the CSV's "15/05/15 11:31:43:383775" (day first), a time alone (on the day of `day`),
/// each in local time or with Z or +02:00 behind it; UNIX seconds ("1431703128.38").
[[nodiscard]] std::optional<Moments> parse_moment(std::string_view text, WallTime day);
/// "11:31": what parse_moment() needs a day for.
[[nodiscard]] bool is_time_alone(std::string_view text);

/// "2015-05-15 11:31:43.383"; with the zone, "+02:00", in an hour that comes twice.
[[nodiscard]] std::string local_moment(WallTime at);
/// "2015-05-15": of days since 1970-01-01.
[[nodiscard]] std::string date_words(std::int64_t day);
/// "11:30"
[[nodiscard]] std::string time_of_day(std::int32_t second);
/// "37.580": milliseconds, as in the log.
[[nodiscard]] std::string ms_text(Duration latency);
/// "2 d 3 h", "182 s", "0.25 s": two units at most.
[[nodiscard]] std::string length_words(Duration length);

}  // namespace sipping::app
