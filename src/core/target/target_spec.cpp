#include "sipping/target/target_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "sipping/base/values.hpp"

namespace sipping::target {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t line_max = 4096;
constexpr std::size_t name_max = 128;

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    });
}

/// Cuts the text before `mark` off `rest`; without a mark that is all of it.
std::string_view cut(std::string_view& rest, char mark) noexcept {
    const auto end = rest.find(mark);
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return piece;
}

/// "host", "host:port", "[v6]:port", a bare v6 literal.
std::string parse_host_port(std::string_view text, TargetSpec& spec) {
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return "']' is missing";
        host = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        has_port = rest.starts_with(':');
        if (!rest.empty() && !has_port) return "only ':' and a port may follow ']'";
        if (has_port) port = rest.substr(1);
        if (host.find(':') == std::string_view::npos) return "brackets are for IPv6 addresses";
    } else if (const auto colon = text.find(':');
               colon != std::string_view::npos && colon == text.rfind(':')) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    }
    if (auto wrong = check_host(host); !wrong.empty()) return wrong;
    if (has_port)
        if (const auto wrong = read_port(port, spec.port); !wrong.empty())
            return fmt::format("port '{}' {}", shown(port), wrong);
    spec.host = host;
    spec.literal = parse_address(host);
    return {};
}

/// What follows the host of a SIP URI: ";name[=value]" pieces (RFC 3261 section 19.1.1). Those that
/// would send the request elsewhere than to the host over UDP are refused, the rest means nothing
/// to a probe.
std::string check_parameters(std::string_view parameters) {
    while (!parameters.empty()) {
        auto value = cut(parameters, ';');
        const auto key = cut(value, '=');
        if (equal_ignoring_case(key, "maddr")) return "maddr is not supported, name that host";
        if (equal_ignoring_case(key, "transport") && !equal_ignoring_case(value, "udp"))
            return fmt::format("transport={} is not supported, only udp is", shown(value));
    }
    return {};
}

std::string parse_address_word(std::string_view text, TargetSpec& spec) {
    const auto scheme = text.substr(0, text.find(':') + 1);  // npos + 1 is 0: none
    if (equal_ignoring_case(scheme, "sips:")) return "sips: needs TLS, only UDP is supported";
    if (!equal_ignoring_case(scheme, "sip:")) {
        if (text.find('@') != std::string_view::npos)
            return fmt::format("a target with a user is written 'sip:{}'", shown(text));
        if (text.find('=') != std::string_view::npos)
            return "the target comes first, key=value words behind it";
        return parse_host_port(text, spec);
    }
    text.remove_prefix(scheme.size());
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        const auto user = text.substr(0, at);
        if (auto wrong = check_uri_part(user); !wrong.empty())
            return fmt::format("user '{}' {}", shown(user), wrong);
        spec.uri_user = user;
        text.remove_prefix(at + 1);
    }
    if (text.find('?') != std::string_view::npos) return "headers in a URI ('?') are not supported";
    const auto host_port = cut(text, ';');
    if (auto wrong = check_parameters(text); !wrong.empty()) return wrong;
    return parse_host_port(host_port, spec);
}

std::string read_name(std::string_view value, TargetSpec& spec) {
    if (value.empty()) return "must not be empty";
    if (value.size() > name_max) return "too long (128 characters at most)";
    spec.name = value;
    return {};
}
std::string read_user(std::string_view value, TargetSpec& spec) {
    spec.user = value;
    return check_uri_part(value);
}
std::string read_domain(std::string_view value, TargetSpec& spec) {
    spec.domain = value;
    return check_uri_part(value);
}
std::string read_own_interval(std::string_view value, TargetSpec& spec) {
    return read_interval(value, spec.interval.emplace());
}
std::string read_own_timeout(std::string_view value, TargetSpec& spec) {
    return read_timeout(value, spec.timeout.emplace());
}
std::string read_request_uri(std::string_view value, TargetSpec& spec) {
    spec.request_uri = value;
    return check_uri(value);
}

struct Key {
    std::string_view name;
    std::string (*read)(std::string_view value, TargetSpec& spec);
};
constexpr std::array<Key, 6> keys{{{"name", read_name},
                                   {"user", read_user},
                                   {"domain", read_domain},
                                   {"interval", read_own_interval},
                                   {"timeout", read_own_timeout},
                                   {"request-uri", read_request_uri}}};

struct Word {
    std::string_view key;
    std::string_view value;
};

/// Cuts the next `key=value` word off `rest`, which does not begin with a blank.
std::string next_word(std::string_view& rest, Word& word) {
    const auto whole = rest.substr(0, rest.find_first_of(blanks));
    const auto equals = whole.find('=');
    if (equals == std::string_view::npos)
        return fmt::format("unexpected word '{}' (only key=value may follow a target)",
                           shown(whole));
    word.key = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        const auto close = rest.find('"');
        if (close == std::string_view::npos)
            return fmt::format("the quote after '{}=' is not closed", shown(word.key));
        word.value = rest.substr(0, close);
        rest.remove_prefix(close + 1);
        if (!rest.empty() && blanks.find(rest.front()) == std::string_view::npos)
            return fmt::format("a blank is missing after '{}=\"{}\"'", shown(word.key),
                               shown(word.value));
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

std::string parse_words(std::string_view rest, TargetSpec& spec) {
    std::array<bool, keys.size()> seen{};
    while (!rest.empty()) {
        Word word;
        if (auto wrong = next_word(rest, word); !wrong.empty()) return wrong;
        const auto* key = std::find_if(keys.begin(), keys.end(),
                                       [&](const Key& known) { return known.name == word.key; });
        if (key == keys.end())
            return fmt::format(
                "unknown key '{}=' (known: name= user= domain= interval= timeout= request-uri=)",
                shown(word.key));
        bool& given = seen[static_cast<std::size_t>(key - keys.begin())];
        if (given) return fmt::format("'{}=' is given twice", key->name);
        given = true;
        if (const auto wrong = key->read(word.value, spec); !wrong.empty())
            return fmt::format("{}='{}': {}", key->name, shown(word.value), wrong);
    }
    return {};
}

}  // namespace

std::string parse_target(std::string_view line, TargetSpec& spec) {
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(blanks)));
    line = line.substr(0, line.find_last_not_of(blanks) + 1);
    if (line.empty()) return "the target is empty, name a host";
    if (line.size() > line_max) return fmt::format("'{}': too long for a target", shown(line));
    // A tab between words is a blank; every other control character is an accident or an attack.
    const auto stray = std::find_if(line.begin(), line.end(), [](char c) {
        return c != '\t' && has_control({&c, 1});
    });
    if (stray != line.end()) return fmt::format("'{}': control character in it", shown(line));

    const auto text = line.substr(0, line.find_first_of(blanks));
    TargetSpec parsed;
    if (const auto wrong = parse_address_word(text, parsed); !wrong.empty())
        return fmt::format("'{}': {}", shown(text), wrong);
    line.remove_prefix(text.size());
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(blanks)));
    if (auto wrong = parse_words(line, parsed); !wrong.empty()) return wrong;
    if (has_control(parsed.name)) return fmt::format("name='{}': tab in it", shown(parsed.name));
    parsed.text = text;
    if (parsed.name.empty()) parsed.name = text;
    spec = std::move(parsed);
    return {};
}

}  // namespace sipping::target
