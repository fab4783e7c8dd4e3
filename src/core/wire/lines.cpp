#include "sipping/wire/lines.hpp"

namespace sipping::wire {

constexpr auto npos = std::string_view::npos;

bool Lines::next(std::string_view& line, bool& ended) noexcept {
    if (rest_.empty()) return false;
    std::size_t end = rest_.find(end_);
    while (end != npos && end > 0 && !is_empty(rest_.substr(0, end)) && end + 1 < rest_.size() &&
           (rest_[end + 1] == ' ' || rest_[end + 1] == '\t'))
        end = rest_.find(end_, end + 1);
    ended = end != npos;
    line = rest_.substr(0, end);
    rest_ = ended ? rest_.substr(end + 1) : std::string_view{};
    return true;
}

std::string_view Lines::first(bool& ended) noexcept {
    const std::size_t end = rest_.find(end_);
    ended = end != npos;
    const std::string_view line = rest_.substr(0, end);
    rest_ = ended ? rest_.substr(end + 1) : std::string_view{};
    return line;
}

}  // namespace sipping::wire
