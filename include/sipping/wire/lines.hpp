// A message cut into lines, whatever is broken in it. Knows no headers.
#pragma once

#include <string_view>

namespace sipping::wire {

/// What follows, line by line. A line that begins with a blank continues the one before. A message
/// without a single LF has CRs for line ends.
class Lines {
public:
    explicit Lines(std::string_view text) noexcept
        : rest_(text), end_(text.find('\n') == std::string_view::npos ? '\r' : '\n') {}

    /// The next line without its end. `ended` is false when the datagram ended it.
    bool next(std::string_view& line, bool& ended) noexcept;
    /// The first line, which nothing continues.
    std::string_view first(bool& ended) noexcept;
    /// Nothing but CRs: it ends the headers.
    [[nodiscard]] static bool is_empty(std::string_view line) noexcept {
        return line.find_first_not_of('\r') == std::string_view::npos;
    }
    [[nodiscard]] bool odd_ends() const noexcept { return end_ == '\r'; }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
    char end_;
};

}  // namespace sipping::wire
