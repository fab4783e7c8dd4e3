// `sipping report --html`: how fine the page's pictures are, and its file.
#pragma once

#include <optional>
#include <string>

#include "commands/report/view.hpp"

namespace sipping::app {

/// Columns for all of the report's time; fewer of them where there are many targets, so that the
/// page can be mailed. None where nothing was probed.
[[nodiscard]] std::optional<report::Columns> page_columns(const ReportView& view);

/// Before the long read: makes the file if it is not there, and leaves what is in it.
/// @throws UsageError when it cannot be written, or is one of those that are read
void open_page(const std::string& path, const std::vector<std::string>& inputs);
/// There is nothing to write: takes it away, unless something is in it.
void abandon_page(const std::string& path);
/// @throws std::runtime_error when it cannot be written whole
void write_page(const std::string& path, const ReportView& view, const report::Columns& columns);

}  // namespace sipping::app
