#include "report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "local_offset.hpp"
#include "look_back.hpp"
#include "sipping/page/report_page.hpp"
#include "targets.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t cells_max = 310'000;  // of all targets, for about 4 MB
constexpr std::size_t columns_min = 200;
constexpr std::size_t columns_max = 2'100;

}  // namespace

std::optional<report::Columns> page_columns(const ReportView& view) {
    if (view.from > view.to) return std::nullopt;
    const auto wanted = static_cast<std::uint32_t>(std::clamp<std::size_t>(
        cells_max / std::max<std::size_t>(view.targets.size(), 1), columns_min, columns_max));
    const auto begin_s = std::chrono::floor<std::chrono::seconds>(view.from.time_since_epoch());
    return report::columns_for(view.from, view.to, wanted, local_utc_offset(begin_s.count()));
}

void open_page(const std::string& path, const std::vector<std::string>& inputs) {
    refuse_input("--html", path, inputs);
    if (!std::ofstream(path, std::ios::app))
        throw UsageError(fmt::format("--html {}: {}", path, std::strerror(errno)));
}

void write_page(const std::string& path, const ReportView& view, const report::Columns& columns) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << page::report_page(report_json(view, &columns));
    file.close();
    if (!file)
        throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

}  // namespace sipping::app
