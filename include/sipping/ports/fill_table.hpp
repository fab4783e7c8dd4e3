// How full a box was at which cost: the levels at which a filling stops to measure, and a row of
// what was measured at each. Opens nothing and reads no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/stats/histogram.hpp"

namespace sipping::ports {

struct FillLevel {
    int percent = 0;
    std::size_t sockets = 0;
};

/// 10 to 90 in steps of ten, then 95, 98, 99 and 100 % of `total`, rounded up. Of levels with the
/// same number of sockets (a small total) only the highest stays.
[[nodiscard]] std::vector<FillLevel> fill_levels(std::size_t total);

/// Quantiles of what one kind of call took.
struct Cost {
    std::uint64_t calls = 0;
    Duration p50{};
    Duration p99{};
};

/// Of what was recorded; all zero when nothing was.
[[nodiscard]] Cost cost_of(const stats::Histogram& times) noexcept;

/// The kernel's memory is what all of the box uses: with fewer sockets than this its own coming and
/// going is more than theirs.
inline constexpr std::size_t memory_sockets_min = 1000;

struct FillRow {
    int percent = 0;  ///< of the total that was foreseen, rounded down
    std::size_t held = 0;
    Cost bind;      ///< to a port of our choice, since the row before
    Cost any_bind;  ///< to port 0, at this level; refused ones take their time too
    std::uint64_t any_refused = 0;
    int any_error = 0;                              ///< of the last refused one
    std::optional<std::uint64_t> bytes_per_socket;  ///< with memory_sockets_min at least
};

class FillTable {
public:
    explicit FillTable(std::size_t total) noexcept : total_(total) {}

    void bound(Duration took) noexcept { bind_.record(took); }
    /// `error` 0: it got a port.
    void bound_any(Duration took, int error) noexcept;
    /// Ends a row. `bytes`: the kernel memory used since the start; unknown, or not above zero when
    /// others gave memory back meanwhile: then the row has none.
    void end_row(std::size_t held, std::optional<std::int64_t> bytes);

    [[nodiscard]] const std::vector<FillRow>& rows() const noexcept { return rows_; }

private:
    std::size_t total_;
    stats::Histogram bind_;
    stats::Histogram any_;
    std::uint64_t refused_ = 0;
    int error_ = 0;
    std::vector<FillRow> rows_;
};

}  // namespace sipping::ports
