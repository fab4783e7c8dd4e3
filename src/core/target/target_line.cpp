// A line cut into its parts: <...> or the first word, bare words behind it, key=value words. What
// the parts mean is in target_spec.cpp and target_words.cpp.
#include "sipping/target/target_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/values.hpp"

namespace sipping::target {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view separators = ",;";

bool is_quote(char c) noexcept {
    return c == '"' || c == '\'';
}

/// Size of the first word: up to a blank that is not within double quotes.
std::size_t word_size(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size() && blanks.find(text[at]) == std::string_view::npos) {
        const std::size_t quoted = text[at] == '"' ? quoted_size(text.substr(at)) : 1;
        if (quoted == std::string_view::npos) return text.size();
        at += quoted;
    }
    return at;
}

/// The text of a quoted display name (RFC 3261 section 25.1 `quoted-string`).
std::string unescaped(std::string_view quoted) {
    std::string out;
    for (std::size_t at = 1; at + 1 < quoted.size(); ++at) {
        if (quoted[at] == '\\') ++at;
        out += quoted[at];
    }
    return out;
}

/// As quoted_size(), where a backslash hides the character behind it.
std::size_t display_size(std::string_view text) noexcept {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') return at + 1;
        if (text[at] == '\\') ++at;
    }
    return std::string_view::npos;
}

/// The display name in front of '<', if that is what `line` begins with.
std::string cut_display(std::string_view& line, LineParts& parts) {
    std::size_t size = 0;
    if (line.front() == '"') {
        size = display_size(line);
        if (size == std::string_view::npos) return "a quote is not closed";
        if (!trimmed(line.substr(size)).starts_with('<')) return {};
        parts.display = unescaped(line.substr(0, size));
    } else {
        size = line.find('<');
        const auto before = line.substr(0, size);
        if (size == std::string_view::npos || before.find_first_of("=\"") != before.npos) return {};
        if (before.find_first_of(":,;@") != before.npos)
            return fmt::format("only a name may stand in front of '<', not '{}'",
                               shown(trimmed(before)));
        parts.display = trimmed(before);
    }
    line = trimmed(line.substr(size));
    return {};
}

/// "<...>;parameters"; `line` begins with '<'.
std::string cut_angle_brackets(std::string_view& line, LineParts& parts) {
    const auto close = line.find('>');
    if (close == std::string_view::npos) return "'>' is missing";
    parts.address = trimmed(line.substr(1, close - 1));
    if (parts.address.find_first_of(blanks) != std::string_view::npos)
        return "a blank stands between '<' and '>'";
    line.remove_prefix(close + 1);
    parts.parameters = line.substr(0, word_size(line));
    line = trimmed(line.substr(parts.parameters.size()));
    if (!parts.parameters.empty() && separators.find(parts.parameters.front()) == separators.npos)
        return fmt::format("a blank is missing in front of '{}'", shown(parts.parameters));
    if (const auto comma = parts.parameters.find(','); comma != std::string_view::npos) {
        if (const auto more = without_separators(parts.parameters.substr(comma)); !more.empty())
            parts.fields.push_back(more);
        parts.parameters = parts.parameters.substr(0, comma);
    }
    return {};
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(blanks)));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view without_separators(std::string_view text) noexcept {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(separators)));
    return text.substr(0, text.find_last_not_of(separators) + 1);
}

std::string_view unquoted(std::string_view text) noexcept {
    if (text.size() < 2 || !is_quote(text.front()) || quoted_size(text) != text.size()) return text;
    return text.substr(1, text.size() - 2);
}

std::size_t quoted_size(std::string_view text) noexcept {
    const auto close = text.find(text.front(), 1);
    return close == std::string_view::npos ? close : close + 1;
}

std::string cut_line(std::string_view line, LineParts& parts) {
    // All of it in quotes, as on a command line.
    if (const auto inside = trimmed(unquoted(line)); inside.find_first_of(blanks) != inside.npos)
        line = inside;
    if (auto wrong = cut_display(line, parts); !wrong.empty()) return wrong;
    if (line.starts_with('<')) {
        if (auto wrong = cut_angle_brackets(line, parts); !wrong.empty()) return wrong;
    } else {
        parts.address = line.substr(0, word_size(line));
        line = trimmed(line.substr(parts.address.size()));
    }
    while (!line.empty()) {
        const auto word = line.substr(0, word_size(line));
        if (word.find('=') != std::string_view::npos && word.front() != '<') break;
        if (const auto field = unquoted(without_separators(word)); !field.empty())
            parts.fields.push_back(field);
        line = trimmed(line.substr(word.size()));
    }
    parts.words = line;
    return {};
}

}  // namespace sipping::target
