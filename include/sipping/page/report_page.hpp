// The page of `sipping report --html`: puts the report's JSON into it. Does not make the JSON and
// writes no file. The page itself is in src/web/report.
#pragma once

#include <string>
#include <string_view>

namespace sipping::page {

/// One self-contained HTML file. `json` is one JSON object as src/web/report/README.md describes
/// it; it may hold any text within its strings, since every `<` becomes `\u003c`.
[[nodiscard]] std::string report_page(std::string_view json);

}  // namespace sipping::page
