#include "sipping/base/values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/parse.hpp"
#include "sipping/base/utf8.hpp"

namespace sipping {
namespace {

constexpr std::size_t shown_max = 80;
constexpr std::size_t host_max = 253;  // RFC 1035 section 2.3.4, without the closing dot
constexpr std::size_t label_max = 63;  // the same
constexpr std::size_t part_max = 255;  // keeps a request well below one datagram
constexpr std::size_t uri_max = 512;   // the same

bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// Not std::isalnum: what a host name may hold does not depend on a locale.
bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_name_char(char c) noexcept {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}
bool is_hex_digit(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_ascii(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x80;
}

bool is_host_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    while (true) {
        const auto label = text.substr(0, text.find('.'));
        if (label.empty() || label.size() > label_max || label.front() == '-') return false;
        if (!std::all_of(label.begin(), label.end(), is_name_char)) return false;
        if (label.size() == text.size()) return true;
        text.remove_prefix(label.size() + 1);
    }
}

/// Digits, or 0x and hexadecimal ones: part of an address to getaddrinfo(), which would read "10.1"
/// as 10.0.0.1 and "0x7f.1" as 127.0.0.1.
bool is_number(std::string_view label) noexcept {
    if (label.starts_with("0x") || label.starts_with("0X"))
        return std::all_of(label.begin() + 2, label.end(), is_hex_digit);
    return std::all_of(label.begin(), label.end(), is_digit);
}

/// "10.1", "300.1.1.1", "010.001.000.005": surely meant for an IPv4 address. What is wrong with it.
std::string check_numbers(std::string_view text) {
    bool zeros = false;
    std::size_t labels = 0;
    for (std::string_view rest = text; true; ++labels) {
        const auto label = rest.substr(0, rest.find('.'));
        if (!is_number(label)) return {};
        zeros = zeros || (label.size() > 1 && label.size() <= 3 && label.front() == '0');
        if (label.size() == rest.size()) break;
        rest.remove_prefix(label.size() + 1);
    }
    // Some programs read these numbers as octal ones.
    return zeros && labels == 3 ? "not an IPv4 address (write it without leading zeros)"
                                : "not an IPv4 address";
}

/// Behind the user of a URI: an IPv6 address, perhaps with a port or parameters, but no brackets.
bool has_bare_v6(std::string_view text) {
    const auto host = text.substr(0, text.find_first_of(";?"));
    const auto address = parse_address(host);
    return address && address->family == Family::v6;
}

/// Why a text with a character beyond ASCII is no host name.
std::string check_beyond_ascii(std::string_view text) {
    const auto at = std::find_if_not(text.begin(), text.end(), is_ascii);
    if (at == text.end()) return {};
    const auto character = text.substr(static_cast<std::size_t>(at - text.begin()));
    const Utf8 first = first_utf8(character);
    if (first.length == 0) return "not a host name or address (a byte in it is not UTF-8)";
    const auto code = static_cast<std::uint32_t>(first.code);
    // Dashes of text processors and web pages, and the minus sign.
    if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212)
        return fmt::format("has U+{:04X} in it, which looks like a hyphen and is none", code);
    return fmt::format(
        "has U+{:04X} in it; a name in other letters than a to z is written in its ASCII form, "
        "xn--...",
        code);
}

}  // namespace

std::string shown(std::string_view text) {
    const auto cut = cut_utf8(text, shown_max);
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at == cut.size()) return out + "...";
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool c1 = at > 0 && text[at - 1] == '\xc2' && byte >= 0x80 && byte < 0xa0;
        if (is_control(text[at]) || c1)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += text[at];
    }
    return out;
}

bool has_control(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), is_control);
}

std::string read_interval(std::string_view text, Duration& interval) {
    const auto value = parse_duration(text, 1ms);
    if (!value) return "not a time (e.g. 1000, 0.5, 250us, 2s; a bare number is milliseconds)";
    if (*value == Duration::zero()) return "must be more than 0 (e.g. 1000, 0.5, 250us)";
    if (*value > interval_max) return "must be at most 1 day";
    interval = *value;
    return {};
}

std::string read_timeout(std::string_view text, Duration& timeout) {
    const auto value = parse_duration(text, 1ms);
    if (!value) return "not a time (e.g. 1000, 250ms, 1.5s; a bare number is milliseconds)";
    if (*value < timeout_min || *value > timeout_max) return "must be 1 ms to 1 hour";
    timeout = *value;
    return {};
}

std::string read_port(std::string_view text, std::uint16_t& port) {
    const auto value = parse_count(text, 1, 65535);
    if (!value) return "must be 1 to 65535";
    port = static_cast<std::uint16_t>(*value);
    return {};
}

std::string check_host(std::string_view text) {
    if (text.empty()) return "the host is empty";
    if (text.size() > host_max) return "too long for a host name (253 characters at most)";
    if (parse_address(text)) return {};
    if (has_zone(text)) return "a zone ('%') means something on this box only, leave it out";
    const auto colons = std::count(text.begin(), text.end(), ':');
    if (colons > 2 || text.find("::") != std::string_view::npos) return "not an IPv6 address";
    if (auto wrong = check_beyond_ascii(text); !wrong.empty()) return wrong;
    if (auto wrong = check_numbers(text); !wrong.empty()) return wrong;
    if (colons > 0) return "not a host name or address (there is a ':' too many)";
    if (!is_host_name(text)) return "not a host name or address";
    return {};
}

bool has_zone(std::string_view text) noexcept {
    const auto at = text.rfind('@');  // in front of it '%' is an escape
    if (at != std::string_view::npos) text.remove_prefix(at + 1);
    for (auto percent = text.find('%'); percent != std::string_view::npos;
         percent = text.find('%', percent + 1)) {
        std::size_t begin = percent;
        while (begin > 0 &&
               (is_hex_digit(text[begin - 1]) || text[begin - 1] == ':' || text[begin - 1] == '.'))
            --begin;
        auto address = text.substr(begin, percent - begin);
        // The colon of "sip:".
        if (begin > 0 && address.starts_with(':') && !address.starts_with("::"))
            address.remove_prefix(1);
        if (address.find(':') != std::string_view::npos && parse_address(address)) return true;
    }
    return false;
}

std::string check_uri_user(std::string_view text) {
    if (text.empty()) return "must not be empty";
    if (text.size() > part_max) return "too long (255 characters at most)";
    if (has_control(text) || text.find_first_of(" <>\"@") != std::string_view::npos)
        return "must hold no blanks, control characters or any of <>\"@";
    return {};
}

std::string check_uri_host(std::string_view text) {
    if (text.empty()) return "must not be empty";
    if (text.size() > part_max) return "too long (255 characters at most)";
    if (has_control(text) || text.find_first_of(" <>;\"@") != std::string_view::npos)
        return "must hold no blanks, control characters or any of <>;\"@";
    if (has_zone(text)) return "a zone ('%') means something on this box only, leave it out";
    return {};
}

std::string check_uri(std::string_view text) {
    if (text.size() > uri_max) return "too long (512 characters at most)";
    const auto colon = text.find(':');
    const auto scheme = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    const bool has_scheme =
        !scheme.empty() && is_letter(scheme.front()) &&
        std::all_of(scheme.begin(), scheme.end(), [](char c) {
            return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
        });
    if (!has_scheme || colon + 1 == text.size() || has_control(text) ||
        text.find_first_of(" <>\"") != std::string_view::npos)
        return "not a URI (e.g. sip:100@example.com)";
    if (has_zone(text)) return "a zone ('%') means something on this box only, leave it out";
    if (const auto at = text.find_last_of('@'); at != std::string_view::npos)
        text.remove_prefix(at + 1);
    else
        text.remove_prefix(colon + 1);
    if (has_bare_v6(text)) return "an IPv6 address stands in brackets in a URI";
    return {};
}

}  // namespace sipping
