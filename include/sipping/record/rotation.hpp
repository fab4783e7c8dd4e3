// When a log gives way to its next file, and what that one is called. Arithmetic alone: no clock,
// no file, no time zone database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sipping/base/instant.hpp"
#include "sipping/base/local_time.hpp"

namespace sipping::record {

struct Rotation {
    Duration every{};         ///< whole seconds; 0: not by time
    std::uint64_t bytes = 0;  ///< of one file, looked at after a write; 0: not by size

    [[nodiscard]] bool wanted() const noexcept { return every > Duration::zero() || bytes > 0; }
};

/// "logs/192.0.2.1.csv" begun at a local time: "logs/192.0.2.1.20261112T113000+0100.csv". The
/// offset keeps the two hours apart that have the same name when summer time ends. The time stands
/// before the file name's last extension, or at its end.
[[nodiscard]] std::string dated_path(std::string_view path, WallTime begin, UtcOffset offset);

/// The first moment after `now` at which local time is a multiple of `every` after midnight; a
/// period longer than a day counts from 1970. So an hourly log has whole hours in its files.
[[nodiscard]] WallTime next_rotation(WallTime now, Duration every, UtcOffset offset) noexcept;

}  // namespace sipping::record
