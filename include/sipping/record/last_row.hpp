// The last row of a file that ends without a line end: the whole row (the original writes its line
// ends before the next row, and editors write none), or the beginning of one that was being
// written. Nothing is taken from it that may have been longer.
#pragma once

#include <string_view>

#include "sipping/record/row.hpp"

namespace sipping::record {

/// Of such a row as read_row() read it: leaves in `row` what is certain, or says false: it is cut
/// off. `fields_before`, `response_before`: of the rows before it in that file; 0 and empty when it
/// is the only one.
[[nodiscard]] bool keep_whole(const CsvRecord& record, std::size_t fields_before,
                              std::string_view response_before, Row& row) noexcept;

}  // namespace sipping::record
