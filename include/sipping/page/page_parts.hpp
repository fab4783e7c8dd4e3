// The report's page without its data, in two halves. They are made at build time from
// src/web/report and uPlot by tools/embed_page.py.
#pragma once

#include <string_view>

namespace sipping::page {

extern const std::string_view before_data;
extern const std::string_view after_data;

}  // namespace sipping::page
