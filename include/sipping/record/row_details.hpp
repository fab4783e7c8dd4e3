// The pairs of the column `detail`, in CSV (key=value;key=value) or JSON ("key":"value",...).
// Values hold no quote, ';' or backslash. For the row writers' own files only.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/line_writer.hpp"

namespace sipping::record {

class Details {
public:
    Details(LineWriter& row, bool json) noexcept : row_(row), json_(json) {}

    template <class WriteValue>
    void pair(std::string_view key, WriteValue&& write_value) noexcept {
        if (!first_) row_.put(json_ ? ',' : ';');
        first_ = false;
        if (json_) row_.put('"');
        row_.put(key);
        row_.put(json_ ? std::string_view{"\":\""} : std::string_view{"="});
        write_value(row_);
        if (json_) row_.put('"');
    }
    void word(std::string_view key, std::string_view value) noexcept {
        pair(key, [&](LineWriter& row) { row.put(value); });
    }
    void number(std::string_view key, std::uint64_t value) noexcept {
        pair(key, [&](LineWriter& row) { row.number(value); });
    }

private:
    LineWriter& row_;
    bool json_;
    bool first_ = true;
};

}  // namespace sipping::record
