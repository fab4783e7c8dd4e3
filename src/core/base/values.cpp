#include "sipping/base/values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/parse.hpp"

namespace sipping {
namespace {

constexpr std::size_t shown_max = 80;
constexpr std::size_t host_max = 253;  // RFC 1035 section 2.3.4, without the closing dot
constexpr std::size_t label_max = 63;  // the same
constexpr std::size_t zone_max = 15;   // IFNAMSIZ - 1
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

bool is_literal_with_zone(std::string_view text) {
    const auto percent = text.find('%');
    if (percent == std::string_view::npos) return parse_address(text).has_value();
    const auto zone = text.substr(percent + 1);
    const auto address = parse_address(text.substr(0, percent));
    return address && address->family == Family::v6 && !zone.empty() && zone.size() <= zone_max &&
           std::all_of(zone.begin(), zone.end(),
                       [](char c) { return is_name_char(c) || c == '.'; });
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

}  // namespace

std::string shown(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at == shown_max) return out + "...";
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
    if (is_literal_with_zone(text)) return {};
    if (text.find(':') != std::string_view::npos) return "not an IPv6 address";
    // getaddrinfo() would read "10.1" as 10.0.0.1: surely not what was meant.
    if (std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; }))
        return "not an IPv4 address";
    if (!is_host_name(text)) return "not a host name or address";
    return {};
}

std::string check_uri_part(std::string_view text) {
    if (text.empty()) return "must not be empty";
    if (text.size() > part_max) return "too long (255 characters at most)";
    if (has_control(text) || text.find_first_of(" <>;\"@") != std::string_view::npos)
        return "must hold no blanks, control characters or any of <>;\"@";
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
    return {};
}

}  // namespace sipping
