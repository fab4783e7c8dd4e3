#include "sipping/record/last_row.hpp"

#include <algorithm>
#include <array>

namespace sipping::record {
namespace {

constexpr std::size_t classic_fields = 6;

/// Pairs that cannot be the beginning of longer ones.
bool is_whole(std::string_view pair) noexcept {
    static constexpr std::array<std::string_view, 5> known{"rx=user", "truncated=1", "run=stress",
                                                           "run=ports", "count=0"};
    return std::ranges::find(known, pair) != known.end();
}

/// Of a status line whose end is not known: up to its code, which has three digits.
std::string_view up_to_code(std::string_view line) noexcept {
    const std::size_t blank = line.find(' ');
    constexpr std::size_t digits = 3;
    if (blank == line.npos || line.size() < blank + 1 + digits) return {};
    const std::string_view code = line.substr(blank + 1, digits);
    const bool is_code = std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    return is_code ? line.substr(0, blank + 1 + digits) : std::string_view{};
}

bool keep_classic(const CsvRecord& record, std::string_view response_before, Row& row) noexcept {
    if (!has_answer(row.kind)) return record.field[5] == "drop";
    if (row.response != response_before) row.response = up_to_code(row.response);
    return !row.response.empty();
}

/// The last pair of a detail may be cut. What can stand behind it changes what the row says only
/// for a loss: `self=` comes last of all.
bool keep_full(Row& row) noexcept {
    if (row.type == RowType::unread || row.type == RowType::other) return false;
    if (row.detail.empty()) return row.is_probe();
    const std::size_t last = row.detail.rfind(';') + 1;  // npos + 1 is 0
    const std::string_view pair = row.detail.substr(last);
    if (row.is_gap()) return is_whole(pair);
    if (is_loss(row.kind)) return pair.starts_with("self=") && pair.size() > 5;
    if (pair.find('=') == pair.npos) return false;
    if (!is_whole(pair)) row.detail = row.detail.substr(0, last == 0 ? 0 : last - 1);
    return true;
}

}  // namespace

bool keep_whole(const CsvRecord& record, std::size_t fields_before,
                std::string_view response_before, Row& row) noexcept {
    if (fields_before != 0 && record.fields != fields_before) return false;
    if (record.fields == classic_fields) return keep_classic(record, response_before, row);
    // No detail has a quote within.
    return record.text.ends_with('"') || keep_full(row);
}

}  // namespace sipping::record
