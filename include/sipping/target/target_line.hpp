// The steps of parse_target(): a line is cut into its parts, and its words are read. Each returns
// an empty string when fine, else what is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sipping/target/target_spec.hpp"

namespace sipping::target {

/// Views into the line; nothing is judged yet.
struct LineParts {
    std::string display;          ///< in front of <...>
    std::string_view address;     ///< what stands in <...>, or the first word
    std::string_view parameters;  ///< ";..." behind '>'
    /// What follows the address and is no key=value word: a port, or what its author took for a
    /// column. Never empty strings.
    std::vector<std::string_view> fields;
    std::string_view words;  ///< key=value, up to the end
};

/// `line` is not empty and has no blanks around it.
[[nodiscard]] std::string cut_line(std::string_view line, LineParts& parts);

/// The key=value words.
[[nodiscard]] std::string parse_words(std::string_view words, TargetSpec& spec);

/// What a target is called; also a display name.
[[nodiscard]] std::string check_name(std::string_view name);

/// `key` is the name of such a word.
[[nodiscard]] bool is_target_word(std::string_view key) noexcept;

/// Less blanks, and less commas and semicolons, at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
[[nodiscard]] std::string_view without_separators(std::string_view text) noexcept;
/// Less a pair of quotes around it.
[[nodiscard]] std::string_view unquoted(std::string_view text) noexcept;

/// How long the quoted text is that `text` begins with, with both quotes; npos: it never ends.
[[nodiscard]] std::size_t quoted_size(std::string_view text) noexcept;

}  // namespace sipping::target
