// A file of targets, line by line. What a line means is in target_spec.cpp.
#include <fmt/format.h>

#include "sipping/base/values.hpp"
#include "sipping/target/target_spec.hpp"

namespace sipping::target {
namespace {

/// `line` without its comment: '#' at the start or after a blank, but not inside double quotes.
std::string_view without_comment(std::string_view line) noexcept {
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '"') quoted = !quoted;
        const bool may_begin = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t';
        if (line[at] == '#' && may_begin && !quoted) return line.substr(0, at);
    }
    return line;
}

}  // namespace

std::string parse_target_file(std::string_view name, std::string_view text,
                              std::vector<TargetSpec>& specs) {
    const std::size_t first = specs.size();
    const auto refuse = [&](std::string message) {
        specs.resize(first);
        return message;
    };
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a Windows editor's mark
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = without_comment(line);
        if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
        if (specs.size() - first == file_targets_max)
            return refuse(fmt::format("{}:{}: more than {} targets, split the file", shown(name),
                                      number, file_targets_max));
        TargetSpec spec;
        if (const auto wrong = parse_target(line, spec); !wrong.empty())
            return refuse(fmt::format("{}:{}: {}", shown(name), number, wrong));
        specs.push_back(std::move(spec));
    }
    if (specs.size() == first)
        return fmt::format("{}: no target in it, write one a line", shown(name));
    return {};
}

}  // namespace sipping::target
