// The rows of logs that are not as they were written, or that overlap: all of them, sorted by time,
// and how they belong together. What is too much for memory is put aside (TMPDIR).
#pragma once

#include "history/log_input.hpp"
#include "io/external_sort.hpp"
#include "sipping/record/packed_row.hpp"
#include "sipping/report/analysis.hpp"
#include "sipping/report/plan.hpp"

namespace sipping::app {

class SortedRows {
public:
    /// Reads all once. Throws std::system_error where there is no room to put rows aside.
    SortedRows(LogInput& input, WallTime from, WallTime to, Progress& progress);

    [[nodiscard]] const report::Plan& plan() const noexcept { return plan_; }
    /// As often as wanted.
    void tell(report::Analysis& analysis);

private:
    using Take = std::function<void(const record::Row&, const record::RowPlace&)>;

    [[nodiscard]] std::vector<report::Stream> read_logs(LogInput& input, WallTime from, WallTime to,
                                                        Progress& progress);
    void read(const Take& take);
    void refine_times(const std::vector<report::Stream>& streams);
    void sort_by_shifted_time();

    io::ExternalSort rows_;
    report::Plan plan_;
};

}  // namespace sipping::app
