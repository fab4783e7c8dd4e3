#include "commands/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <tuple>

#include "commands/report/moment.hpp"
#include "commands/report/page.hpp"
#include "commands/report/view.hpp"
#include "history/look_back.hpp"
#include "history/sorted_rows.hpp"
#include "io/clock.hpp"
#include "text/local_offset.hpp"
#include "text/message.hpp"
#include "text/time_words.hpp"

namespace sipping::app {
namespace {

WallTime now() {
    return io::SystemClock{}.read().wall();
}

struct Range {
    WallTime from = WallTime::min();
    WallTime to = WallTime::max();

    [[nodiscard]] bool is_part() const noexcept {
        return from > WallTime::min() || to < WallTime::max();
    }
};

report::Runs runs_of(config::ReportRuns runs) {
    switch (runs) {
        case config::ReportRuns::monitor: break;
        case config::ReportRuns::stress: return report::Runs::stress;
        case config::ReportRuns::ports: return report::Runs::ports;
        case config::ReportRuns::all: return report::Runs::all;
    }
    return report::Runs::monitor;
}

Range range_of(const config::ReportConfig& config, LogInput& logs) {
    Range range;
    if (config.last) {
        range.from = now() - *config.last;
    } else if (!config.at.empty()) {
        const Moments at = read_moment("--at", config.at, logs);
        range = {at.first - config.around, at.last + config.around};
    }
    std::optional<WallTime> day;
    if (!config.from.empty()) day = range.from = read_moment("--from", config.from, logs).first;
    if (!config.to.empty()) range.to = read_moment("--to", config.to, logs, day).last;
    if (range.from >= range.to) throw UsageError("--from must be before --to");
    return range;
}

/// Worst first: time in outages, then loss, then name.
std::vector<std::uint32_t> worst_first(const std::deque<report::TargetHistory>& targets) {
    std::vector<Duration> down;
    for (const report::TargetHistory& target : targets)
        down.push_back(target.series.time_down());
    std::vector<std::uint32_t> order(targets.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (down[a] != down[b]) return down[a] > down[b];
        const double loss_a = targets[a].series.loss_percent();
        const double loss_b = targets[b].series.loss_percent();
        if (loss_a != loss_b) return loss_a > loss_b;
        return std::tie(targets[a].name, targets[a].site) <
               std::tie(targets[b].name, targets[b].site);
    });
    return order;
}

/// The findings speak of places in `order` instead of histories.
template <class Findings>
void renumber(Findings& findings, const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> place(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        place[order[i]] = i;
    for (auto& finding : findings) {
        for (std::uint32_t& target : finding.targets)
            target = place[target];
        std::sort(finding.targets.begin(), finding.targets.end());
    }
}

class ReportRun {
public:
    explicit ReportRun(const config::ReportConfig& config)
        : config_(config),
          input_(config.logs, unread_),
          progress_(config.quiet),
          range_(range_of(config, input_)) {}

    int run() {
        if (!config_.at.empty())
            show_moment(config_, input_, range_.from, range_.to, progress_);
        else
            look_back();
        tell_unread(unread_);
        return unread_.count > 0 || interrupted() ? 1 : 0;
    }

private:
    void look_back() {
        if (config_.per != config::ReportPer::nothing) {
            const std::chrono::hours length{config_.per == config::ReportPer::hour ? 1 : 24};
            local_grid_.emplace(length, local_utc_offset);
        }
        if (!config_.html.empty()) measure_columns();
        if (!interrupted()) read_all(grid());
        refuse_mistyped(analysis_->names(), range_.is_part());
        std::fputs(render().c_str(), stdout);
        if (!config_.html.empty()) finish_page();
    }

    [[nodiscard]] const report::Grid* grid() const {
        if (local_grid_) return &*local_grid_;
        return column_grid_ ? &*column_grid_ : nullptr;
    }

    /// The columns of the page's pictures need to know how much time there is before the first of
    /// them is filled, so the logs are read twice.
    void measure_columns() {
        open_page(config_.html, paths_of(input_.files()));
        const Unread before = unread_;
        read_all(nullptr);
        if (interrupted()) return;
        columns_ = page_columns(view());
        if (!columns_ || !analysis_->names().missing().empty()) {
            abandon_page(config_.html);
            refuse_mistyped(analysis_->names(), range_.is_part());
            throw UsageError("--html: there is no probe to show");
        }
        column_grid_.emplace(columns_->begin, columns_->width);
        if (!sorted_) unread_ = before;
    }

    void finish_page() const {
        if (column_grid_ && !interrupted()) return write_page(config_.html, view(), *columns_);
        abandon_page(config_.html);
        tell(fmt::format("{}: not written, since not all was read", config_.html));
    }

    [[nodiscard]] report::AnalysisOptions options(const report::Grid* grid) const {
        return {.outage_run = config_.outage_run,
                .from = range_.from,
                .to = range_.to,
                .targets = config_.targets,
                .codes = config_.codes,
                .runs = runs_of(config_.runs),
                .grid = grid};
    }

    /// Once, or, where rows are not as they were written, twice.
    void read_all(const report::Grid* grid) {
        const Unread before = unread_;
        if (!sorted_ && read_as_written(grid)) return;
        if (!sorted_) {
            unread_ = before;
            sorted_.emplace(input_, range_.from, range_.to, progress_);
        }
        analysis_ = std::make_unique<report::Analysis>(options(grid), &sorted_->plan());
        sorted_->tell(*analysis_);
        analysis_->finish();
    }

    bool read_as_written(const report::Grid* grid) {
        analysis_ = std::make_unique<report::Analysis>(options(grid));
        input_.read(
            range_.from, range_.to,
            [this](const LogFile& file) { analysis_->begin_file(file.name, file.log); },
            [this](const record::Row& row) {
                analysis_->add(row);
                return !analysis_->needs_sorting();
            },
            progress_);
        if (analysis_->needs_sorting()) return false;
        analysis_->finish();
        return !analysis_->needs_sorting();
    }

    [[nodiscard]] ReportView view() const {
        const auto& targets = analysis_->targets();
        const std::vector<std::uint32_t> order = worst_first(targets);
        ReportView view{.config = config_,
                        .analysis = *analysis_,
                        .files = input_.files(),
                        .unread = unread_,
                        .targets = {},
                        .together = report::find_together(targets),
                        .daily = report::find_daily(targets, local_utc_offset),
                        .from = WallTime::max(),
                        .to = WallTime::min(),
                        .made = now(),
                        .zone = zone_name(config_.zone),
                        .interrupted = interrupted()};
        renumber(view.together, order);
        renumber(view.daily, order);
        // Only so many are shown: those that most targets had.
        std::stable_sort(view.together.begin(), view.together.end(),
                         [](const report::Together& a, const report::Together& b) {
                             return a.targets.size() > b.targets.size();
                         });
        for (const std::uint32_t index : order) {
            const report::TargetHistory& target = targets[index];
            view.targets.push_back(&target);
            if (!target.series.any_probe()) continue;
            view.from = std::min(view.from, target.series.first());
            view.to = std::max(view.to, target.series.last());
        }
        return view;
    }

    [[nodiscard]] std::string render() const {
        const ReportView all = view();
        if (local_grid_) return report_periods(all, *local_grid_);
        switch (config_.form) {
            case config::ReportForm::json: return report_json(all);
            case config::ReportForm::csv: return report_csv(all);
            case config::ReportForm::text: break;
        }
        return report_text(all);
    }

    const config::ReportConfig& config_;
    Unread unread_;
    LogInput input_;
    Progress progress_;
    Range range_;
    std::optional<report::LocalGrid> local_grid_;
    std::optional<report::Columns> columns_;
    std::optional<report::ColumnGrid> column_grid_;
    std::optional<SortedRows> sorted_;
    std::unique_ptr<report::Analysis> analysis_;
};

}  // namespace

int run_report(const config::ReportConfig& config) {
    use_zone(config.zone);
    catch_interrupt();
    ReportRun run(config);
    return run.run();
}

}  // namespace sipping::app
