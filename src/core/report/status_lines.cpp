#include "sipping/report/status_lines.hpp"

#include "sipping/base/parse.hpp"

namespace sipping::report {
namespace {

std::uint16_t code_of(std::string_view line) {
    const std::size_t blank = line.find(' ');
    if (blank == line.npos) return 0;
    return static_cast<std::uint16_t>(parse_count(line.substr(blank + 1, 3), 100, 699).value_or(0));
}

}  // namespace

StatusId StatusLines::id(std::string_view status_line) {
    if (last_ != 0 && known_[last_].text == status_line) return last_;
    std::string_view text = status_line.substr(0, text_max);
    if (known_.size() >= texts_max) text = text.substr(0, std::string_view{"SIP/2.0 503"}.size());
    if (const auto found = ids_.find(text); found != ids_.end()) return last_ = found->second;
    if (known_.size() >= texts_max + 1000) return last_ = static_cast<StatusId>(known_.size() - 1);
    last_ = static_cast<StatusId>(known_.size());
    known_.push_back({std::string{text}, code_of(text)});
    ids_.emplace(text, last_);
    return last_;
}

}  // namespace sipping::report
