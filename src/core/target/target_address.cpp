// Scheme, user and parameters of a target's address (RFC 3261 section 19.1.1). Host and port are in
// host_port.cpp.
#include "sipping/target/target_address.hpp"
#include "sipping/base/letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "sipping/base/parse.hpp"
#include "sipping/base/values.hpp"
#include "sipping/target/target_line.hpp"

namespace sipping::target {
namespace {

constexpr std::string_view separators = ",;";

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return to_lower(a) == to_lower(b); });
}

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Scheme {
    std::string_view name;
    std::string_view wrong;  ///< why it cannot be asked; empty: it can
};
constexpr std::array schemes = std::to_array<Scheme>({
    {"sip", ""},
    {"udp", ""},
    {"sips", "sips: needs TLS, only UDP is supported"},
    {"tcp", "tcp: is not supported, only UDP is"},
    {"tls", "tls: is not supported, only UDP is"},
    {"sctp", "sctp: is not supported, only UDP is"},
    {"ws", "ws: is not supported, only UDP is"},
    {"wss", "wss: is not supported, only UDP is"},
    {"tel", "tel: names a number and no host, write sip:NUMBER@HOST"},
    {"http", "http: is not SIP, write the host alone"},
    {"https", "https: is not SIP, write the host alone"},
    {"h323", "h323: is not SIP"},
    {"mailto", "mailto: is not SIP, write sip:USER@HOST"},
});

/// The scheme that `text` begins with. "udp:5060" is a host of that name with a port.
const Scheme* scheme_of(std::string_view text) noexcept {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return nullptr;
    const auto* scheme = std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& known) {
        return equal_ignoring_case(known.name, text.substr(0, colon));
    });
    if (scheme == schemes.end()) return nullptr;
    if (scheme != schemes.begin() && is_number(text.substr(colon + 1))) return nullptr;
    return scheme;
}

/// Where the columns of a list begin that has an address in a later column: "Berlin;sip:192.0.2.1".
std::size_t next_column(std::string_view text) noexcept {
    for (auto at = text.find_first_of(separators); at != std::string_view::npos;
         at = text.find_first_of(separators, at + 1))
        if (scheme_of(unquoted(text.substr(at + 1))) != nullptr || text.substr(at + 1, 1) == "<")
            return at;
    return text.size();
}

std::string check_parameter(std::string_view piece) {
    const auto equals = piece.find('=');
    const auto key = piece.substr(0, equals);
    const auto value = equals == std::string_view::npos ? "" : piece.substr(equals + 1);
    if (equal_ignoring_case(key, "maddr")) return "maddr is not supported, name that host";
    if (equal_ignoring_case(key, "transport") && !equal_ignoring_case(value, "udp"))
        return fmt::format("transport={} is not supported, only udp is", shown(value));
    // "user=phone" is of the URI. Others would be missed without a word.
    if (key != "user" && equals != std::string_view::npos && is_target_word(key))
        return fmt::format("a blank belongs in front of '{}='", key);
    return {};
}

/// Cuts the text before the first separator off `rest`.
std::string_view cut_piece(std::string_view& rest) noexcept {
    std::size_t end = rest.find_first_of(separators);
    if (rest.starts_with('"'))  // which may hold some
        if (const auto quoted = quoted_size(rest); quoted != std::string_view::npos)
            end = rest.find_first_of(separators, quoted);
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return unquoted(piece);
}

std::string cut_scheme(std::string_view& text, AddressParts& parts) {
    const Scheme* scheme = scheme_of(text);
    if (scheme == nullptr) return {};
    if (!scheme->wrong.empty()) return std::string{scheme->wrong};
    std::size_t size = scheme->name.size() + 1;
    if (text.substr(size).starts_with("//")) size += 2;
    parts.scheme = text.substr(0, size);
    text.remove_prefix(size);
    return {};
}

std::string cut_user(std::string_view& text, AddressParts& parts) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return {};
    if (parts.scheme.empty())
        return fmt::format("a target with a user is written 'sip:{}'", shown(text));
    parts.user = text.substr(0, at + 1);
    const auto user = text.substr(0, at);
    text.remove_prefix(at + 1);
    if (const auto wrong = check_uri_user(user); !wrong.empty())
        return fmt::format("user '{}' {}", shown(user), wrong);
    return {};
}

}  // namespace

std::string check_parameters(std::string_view parameters) {
    while (!parameters.empty())
        if (auto wrong = check_parameter(cut_piece(parameters)); !wrong.empty()) return wrong;
    return {};
}

std::string cut_address(std::string_view text, AddressParts& parts,
                        std::vector<std::string_view>& fields) {
    text = unquoted(without_separators(text));
    auto columns = text.substr(next_column(text));
    text = without_separators(text.substr(0, text.size() - columns.size()));
    if (auto wrong = cut_scheme(text, parts); !wrong.empty()) return wrong;
    if (auto wrong = cut_user(text, parts); !wrong.empty()) return wrong;
    if (text.find('?') != std::string_view::npos) return "headers in a URI ('?') are not supported";
    if (parts.scheme.empty() && text.find('=') < text.find_first_of(separators))
        return "the target comes first, key=value words behind it";
    parts.host_port = cut_piece(text);
    const char* begin = parts.scheme.empty() ? parts.host_port.data() : parts.scheme.data();
    parts.head = {begin, parts.host_port.data() + parts.host_port.size()};
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const auto piece = cut_piece(text);
        if (auto wrong = check_parameter(piece); !wrong.empty()) return wrong;
        const bool flag = !parts.scheme.empty() || equal_ignoring_case(piece, "lr");
        if (piece.empty() || piece.find('=') != std::string_view::npos) continue;
        if (is_number(piece) || !flag || looks_like_address(piece)) pieces.push_back(piece);
    }
    while (!columns.empty())
        if (const auto column = cut_piece(columns); !column.empty()) pieces.push_back(column);
    fields.insert(fields.begin(), pieces.begin(), pieces.end());
    return {};
}

bool looks_like_address(std::string_view text) {
    if (scheme_of(text) != nullptr || text.starts_with('<')) return true;
    TargetSpec spec;
    if (!parse_host_port(text, spec).empty()) return false;
    return spec.literal || spec.port != 0 || text.find('.') != std::string_view::npos;
}

std::string only_udp(std::string_view word) {
    const auto is = [&](std::string_view name) {
        return equal_ignoring_case(word.substr(0, word.find('=')), name);
    };
    constexpr std::array<std::string_view, 7> names{"udp", "tcp", "tls",      "sctp",
                                                    "ws",  "wss", "transport"};
    if (std::none_of(names.begin(), names.end(), is)) return {};
    return fmt::format("'{}': UDP is the only transport for now, so no word names one",
                       shown(word));
}

}  // namespace sipping::target
