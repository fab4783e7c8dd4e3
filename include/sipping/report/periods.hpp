// One target by hours, days, or columns of a picture: what each of them saw.
#pragma once

#include <cstdint>
#include <vector>

#include "sipping/report/event.hpp"
#include "sipping/stats/histogram.hpp"

namespace sipping::report {

/// Divides time. Periods are numbered; each ends where the next begins.
class Grid {
public:
    struct Cell {
        std::int64_t number = 0;
        WallTime begin{};
        WallTime end{};
    };
    virtual ~Grid() = default;
    [[nodiscard]] virtual Cell cell(WallTime at) const = 0;
};

struct Period {
    std::int64_t number = 0;
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::uint64_t longest_run = 0;  ///< of losses within it that are not perhaps our own
    Duration p50{};
    Duration p99{};
    Duration max{};  ///< none of the three where nothing was answered
    [[nodiscard]] bool has_latency() const noexcept { return max > Duration::zero(); }
};

class Periods {
public:
    /// `grid` may be null: then there are none.
    explicit Periods(const Grid* grid) : grid_(grid) {}

    void answered(WallTime sent, Duration latency);
    void lost(WallTime sent, bool own);
    /// Nobody looked, or an answer came: the next loss begins a new run.
    void end_run() noexcept { run_ = 0; }
    /// Then they are in order, and each number is there once.
    void finish();
    [[nodiscard]] const std::vector<Period>& all() const noexcept { return all_; }

private:
    void enter(WallTime at);
    void close();

    const Grid* grid_;
    WallTime begin_{};
    WallTime end_{};
    bool inside_ = false;
    Period now_;
    std::uint64_t run_ = 0;
    stats::Histogram latency_;
    std::vector<Period> all_;
};

}  // namespace sipping::report
