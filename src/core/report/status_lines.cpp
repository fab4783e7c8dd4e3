#include "sipping/report/status_lines.hpp"

#include "sipping/base/parse.hpp"

namespace sipping::report {
namespace {

std::uint16_t code_of(std::string_view line) {
    const std::size_t digits = line.find_first_not_of(' ', line.find(' '));
    if (digits == line.npos) return 0;
    return static_cast<std::uint16_t>(
        parse_count(line.substr(digits, 3), CodeSet::first, CodeSet::last).value_or(0));
}

}  // namespace

TextId StatusLines::id(std::string_view status_line) {
    const TextId id = texts_.id(status_line);
    if (id == known_.size()) {
        const std::uint16_t code = code_of(texts_.text(id));
        known_.push_back({code, policy_.judge(code)});
    }
    return id;
}

}  // namespace sipping::report
