// Text in columns, two blanks apart, each as wide as its widest cell; numbers at their right edge.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace sipping::app {

class Table {
public:
    using Row = std::vector<std::string>;

    explicit Table(Row head) { rows_.push_back(std::move(head)); }
    /// This column's cells stand at its left edge.
    void left(std::size_t column) { left_.insert(column); }
    void add(Row row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_.size() - 1; }

    [[nodiscard]] std::string text() const {
        std::vector<std::size_t> widths(rows_.front().size());
        for (const Row& row : rows_)
            for (std::size_t i = 0; i < row.size(); ++i)
                widths[i] = std::max(widths[i], characters(row[i]));
        std::string out;
        for (const Row& row : rows_) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string blanks(widths[i] - characters(row[i]), ' ');
                const bool at_left = left_.contains(i);
                const bool last = i + 1 == row.size();
                out += (i == 0 ? "" : "  ") + (at_left ? "" : blanks) + row[i] +
                       (at_left && !last ? blanks : "");
            }
            out += '\n';
        }
        return out;
    }

private:
    /// Of UTF-8 text, each taken as one column wide.
    static std::size_t characters(const std::string& text) {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
        }));
    }

    std::vector<Row> rows_;
    std::set<std::size_t> left_;
};

}  // namespace sipping::app
