// Which files a look back reads, and what their names say.
#pragma once

#include <string>
#include <vector>

#include "history/log_rows.hpp"

namespace sipping::app {

/// Files as given; of folders, also the ones below, all files with ".csv" in their names (a.csv,
/// A.CSV, a.csv.zst, a.csv.1.gz). None twice. Throws UsageError; a folder that cannot be read is
/// told.
[[nodiscard]] std::vector<std::string> log_paths(const std::vector<std::string>& names,
                                                 Unread& unread);

/// "logs/203.0.113.5_5080.20261125T225135+0000.csv.zst" -> "203.0.113.5_5080": up to ".csv", and
/// without the time of a rotated file.
[[nodiscard]] std::string log_name(const std::string& path);

/// Of a log that is not there any more: it may have been compressed since it was found.
[[nodiscard]] std::string where_it_went(const std::string& path);

}  // namespace sipping::app
