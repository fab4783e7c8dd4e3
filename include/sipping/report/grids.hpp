// The ways to divide time: local hours and days, and columns of equal width.
#pragma once

#include <optional>

#include "sipping/base/local_time.hpp"
#include "sipping/report/periods.hpp"

namespace sipping::report {

/// Hours or days of the time zone; a day may have 23 or 25 hours.
class LocalGrid final : public Grid {
public:
    LocalGrid(std::chrono::seconds length, UtcOffset offset) : length_(length), offset_(offset) {}
    /// Numbers count half of local hours, or days, since 1970-01-01: the odd ones are the second
    /// time of an hour that comes twice, since a clock was put back in it.
    [[nodiscard]] Cell cell(WallTime at) const override;
    [[nodiscard]] WallTime begin_of(std::int64_t number) const;

private:
    [[nodiscard]] std::optional<WallTime> again(std::int64_t place) const;

    std::chrono::seconds length_;
    UtcOffset offset_;
};

class ColumnGrid final : public Grid {
public:
    ColumnGrid(WallTime begin, Duration width) : begin_(begin), width_(width) {}
    /// Column 0 begins at `begin`; what is before it is numbered -1 and so on.
    [[nodiscard]] Cell cell(WallTime at) const override;

private:
    WallTime begin_;
    Duration width_;
};

/// At most `columns_max` columns of a width that people know (1, 2, 5, 10, 15, 30 s, ... 1 d), the
/// first beginning at a whole multiple of it.
struct Columns {
    WallTime begin{};
    Duration width{};
    std::uint32_t count = 0;
};
[[nodiscard]] Columns columns_for(WallTime from, WallTime to, std::uint32_t columns_max,
                                  std::int32_t utc_offset_s);

}  // namespace sipping::report
