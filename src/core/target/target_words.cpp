// The key=value words behind a target.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sipping/base/values.hpp"
#include "sipping/target/target_address.hpp"
#include "sipping/target/target_line.hpp"

namespace sipping::target {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t name_max = 128;

using Value = std::string_view;

std::string read_name(Value value, TargetSpec& spec) {
    spec.name = value;
    return check_name(value);
}
std::string read_user(Value value, TargetSpec& spec) {
    spec.user = value;
    return check_uri_user(value);
}
std::string read_domain(Value value, TargetSpec& spec) {
    spec.domain = value;
    return check_uri_host(value);
}
std::string read_own_interval(Value value, TargetSpec& spec) {
    return read_interval(value, spec.interval.emplace());
}
std::string read_own_timeout(Value value, TargetSpec& spec) {
    return read_timeout(value, spec.timeout.emplace());
}
std::string read_request_uri(Value value, TargetSpec& spec) {
    spec.request_uri = value;
    return check_uri(value);
}
/// A whole header value: the wire module judges whether it makes a request.
template <std::optional<std::string> TargetSpec::*field>
std::string read_header_value(Value value, TargetSpec& spec) {
    if (value.empty()) return "must not be empty";
    spec.*field = value;
    return {};
}
/// Nothing is a set too: a target for which the option for all does not hold.
template <std::optional<CodeSet> TargetSpec::*field>
std::string read_own_codes(Value value, TargetSpec& spec) {
    CodeSet& codes = (spec.*field).emplace();
    return value.empty() ? std::string{} : read_codes(value, codes);
}
std::string read_header(Value value, TargetSpec& spec) {
    spec.headers.emplace_back(value);
    return {};
}

struct Key {
    std::string_view name;
    std::string (*read)(Value value, TargetSpec& spec);
    bool repeats = false;
};
constexpr std::array keys = std::to_array<Key>({
    {"name", read_name},
    {"user", read_user},
    {"domain", read_domain},
    {"interval", read_own_interval},
    {"timeout", read_own_timeout},
    {"request-uri", read_request_uri},
    {"from", read_header_value<&TargetSpec::from>},
    {"to", read_header_value<&TargetSpec::to>},
    {"contact", read_header_value<&TargetSpec::contact>},
    {"header", read_header, true},
    {"down-codes", read_own_codes<&TargetSpec::down_codes>},
    {"maintenance-codes", read_own_codes<&TargetSpec::maintenance_codes>},
});

const Key* find_key(std::string_view name) noexcept {
    const auto* key = std::find_if(keys.begin(), keys.end(),
                                   [&](const Key& known) { return known.name == name; });
    return key == keys.end() ? nullptr : key;
}

std::string known_keys() {
    std::string text;
    for (const Key& key : keys)
        text += fmt::format("{}{}=", text.empty() ? "" : " ", key.name);
    return text;
}

struct Word {
    std::string_view key;
    std::string_view value;
};

/// Cuts the next `key=value` word off `rest`, which does not begin with a blank.
std::string next_word(std::string_view& rest, Word& word) {
    const auto whole = rest.substr(0, rest.find_first_of(blanks));
    const auto equals = whole.find('=');
    if (std::string wrong = only_udp(whole); !wrong.empty()) return wrong;
    if (equals == std::string_view::npos)
        return fmt::format("unexpected word '{}' (only key=value may follow a target)",
                           shown(whole));
    word.key = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    if (rest.starts_with('"') || rest.starts_with('\'')) {
        const char quote = rest.front();
        const auto size = quoted_size(rest);
        if (size == std::string_view::npos)
            return fmt::format("the quote after '{}=' is not closed", shown(word.key));
        word.value = rest.substr(1, size - 2);
        rest.remove_prefix(size);
        if (!rest.empty() && blanks.find(rest.front()) == std::string_view::npos)
            return fmt::format("a blank is missing after '{}={}{}{}'", shown(word.key), quote,
                               shown(word.value), quote);
    } else {
        word.value = rest.substr(0, rest.find_first_of(blanks));
        rest.remove_prefix(word.value.size());
        if (word.value.find('"') != std::string_view::npos)
            return fmt::format("{}='{}': quotes go around the whole value", shown(word.key),
                               shown(word.value));
    }
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(blanks)));
    return {};
}

}  // namespace

std::string check_name(std::string_view name) {
    if (name.empty()) return "must not be empty";
    if (name.size() > name_max) return "too long (128 characters at most)";
    if (has_control(name)) return "tab in it";
    return {};
}

bool is_target_word(std::string_view key) noexcept {
    return find_key(key) != nullptr;
}

std::string parse_words(std::string_view words, TargetSpec& spec) {
    std::array<bool, keys.size()> seen{};
    while (!words.empty()) {
        Word word;
        if (auto wrong = next_word(words, word); !wrong.empty()) return wrong;
        const Key* key = find_key(word.key);
        if (key == nullptr)
            return fmt::format("unknown key '{}=' (known: {})", shown(word.key), known_keys());
        bool& given = seen[static_cast<std::size_t>(key - keys.data())];
        if (given && !key->repeats) return fmt::format("'{}=' is given twice", key->name);
        given = true;
        auto wrong = key->read(word.value, spec);
        if (wrong.empty() && has_control(word.value)) wrong = "tab in it";
        if (!wrong.empty()) return fmt::format("{}='{}': {}", key->name, shown(word.value), wrong);
    }
    return {};
}

}  // namespace sipping::target
