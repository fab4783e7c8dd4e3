// Arguments and the lines of a file, each read by parse_target().
#include "sipping/target/target_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/values.hpp"
#include "sipping/target/pasted_text.hpp"
#include "sipping/target/target_address.hpp"
#include "sipping/target/target_line.hpp"

namespace sipping::target {
namespace {

constexpr std::string_view blanks = " \t";

/// `line` without its comment: '#' at the start or after a blank, but not inside quotes, which
/// begin a word or stand behind '='.
std::string_view without_comment(std::string_view line) noexcept {
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char before = at == 0 ? ' ' : line[at - 1];
        const bool begins_word = blanks.find(before) != std::string_view::npos;
        if (line[at] == '#' && begins_word) return line.substr(0, at);
        if ((line[at] == '"' || line[at] == '\'') && (begins_word || before == '=')) {
            const auto size = quoted_size(line.substr(at));
            if (size == std::string_view::npos) return line;
            at += size - 1;
        }
    }
    return line;
}

void add(std::string_view text, std::uint32_t line, TargetList& list) {
    TargetSpec spec;
    std::string wrong = parse_target(text, spec);
    spec.line = line;
    if (wrong.empty() && list.check) wrong = list.check(spec);
    if (!wrong.empty()) return list.wrong.add(list.place(spec) + wrong);
    if (!spec.note.empty())
        list.notes.add(
            fmt::format("{}'{}' has no port; {}", list.place(spec), shown(spec.text), spec.note));
    list.specs.push_back(std::move(spec));
}

/// ';' begins a comment, as in an INI file; or a row of a table whose first column is empty.
void note_left_out(std::string_view line, std::uint32_t number, TargetList& list) {
    const std::string_view text =
        trimmed(line.substr(std::min(line.find_first_not_of("; \t"), line.size())));
    const std::string_view word = text.substr(0, text.find_first_of("; \t,"));
    if (looks_like_address(word))
        list.notes.add(
            fmt::format("{}:{}: '{}' is left out: a line that begins with ';' is a "
                        "comment",
                        shown(list.file), number, shown(line)));
}

}  // namespace

std::string TargetList::place(const TargetSpec& spec) const {
    return spec.line == 0 ? "" : fmt::format("{}:{}: ", shown(file), spec.line);
}

void add_target(std::string_view text, TargetList& list) {
    add(text, 0, list);
}

void add_target_file(std::string_view name, std::string_view bytes, TargetList& list) {
    list.file = name;
    std::string text;
    if (const auto wrong = read_plain_text(bytes, text); !wrong.empty())
        return list.wrong.add(fmt::format("{}: {}", shown(name), wrong));
    std::size_t targets = 0;
    std::string_view rest = text;
    for (std::uint32_t number = 1; !rest.empty(); ++number) {
        const auto end = rest.find('\n');
        auto line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::string plain = plain_line(line);
        line = trimmed(without_comment(plain));
        if (line.empty()) continue;
        if (line.front() == ';') {
            note_left_out(line, number, list);
            continue;
        }
        if (++targets > file_targets_max)
            return list.wrong.add(fmt::format("{}:{}: more than {} targets, split the file",
                                              shown(name), number, file_targets_max));
        add(line, number, list);
    }
    if (targets == 0)
        list.wrong.add(fmt::format("{}: no target in it, write one a line", shown(name)));
}

}  // namespace sipping::target
