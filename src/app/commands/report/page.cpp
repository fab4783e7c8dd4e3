#include "commands/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "history/look_back.hpp"
#include "sipping/page/report_page.hpp"
#include "text/local_offset.hpp"
#include "text/message.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t cells_max = 310'000;  // of all targets, for about 4 MB
constexpr std::size_t columns_min = 200;
constexpr std::size_t columns_max = 2'100;
constexpr std::size_t columns_least = 20;

/// Between two probes of a target, on average; that of the middle one of all.
Duration usual_interval(const ReportView& view) {
    std::vector<Duration> intervals{1s};
    for (const report::TargetHistory* target : view.targets) {
        const report::Series& series = target->series;
        if (series.sent() > 1)
            intervals.push_back((series.last() - series.first()) /
                                static_cast<std::int64_t>(series.sent() - 1));
    }
    const auto middle = intervals.begin() + std::ssize(intervals) / 2;
    std::ranges::nth_element(intervals, middle);
    return std::max<Duration>(*middle, 1s);
}

}  // namespace

std::optional<report::Columns> page_columns(const ReportView& view) {
    if (view.from > view.to) return std::nullopt;
    const std::size_t fitting = std::clamp<std::size_t>(
        cells_max / std::max<std::size_t>(view.targets.size(), 1), columns_min, columns_max);
    // A column without a probe would look like one in which nobody probed.
    const auto filled = static_cast<std::size_t>((view.to - view.from) / usual_interval(view));
    const auto wanted = static_cast<std::uint32_t>(std::clamp(filled, columns_least, fitting));
    const auto begin_s = std::chrono::floor<std::chrono::seconds>(view.from.time_since_epoch());
    return report::columns_for(view.from, view.to, wanted, local_utc_offset(begin_s.count()));
}

void open_page(const std::string& path, const std::vector<std::string>& inputs) {
    refuse_input("--html", path, inputs);
    if (!std::ofstream(path, std::ios::app))
        throw UsageError(fmt::format("--html {}: {}", path, std::strerror(errno)));
}

void abandon_page(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error) &&
        std::filesystem::file_size(path, error) == 0)
        std::filesystem::remove(path, error);
}

void write_page(const std::string& path, const ReportView& view, const report::Columns& columns) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << page::report_page(report_json(view, &columns));
    file.close();
    if (!file)
        throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

}  // namespace sipping::app
