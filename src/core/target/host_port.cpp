// Host, port and zone of a target's address.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sipping/base/parse.hpp"
#include "sipping/base/values.hpp"
#include "sipping/target/target_address.hpp"

namespace sipping::target {
namespace {

constexpr std::size_t zone_max = 15;  // IFNAMSIZ - 1
constexpr std::string_view digits = "0123456789";

bool is_v6(const std::optional<Address>& address) noexcept {
    return address && address->family == Family::v6;
}

/// The last colon of what may be an IPv6 address and a port without brackets: the text in front of
/// it is such an address, perhaps with a zone, and that behind it a port. Else npos.
std::size_t port_colon(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return colon;
    const auto address = text.substr(0, std::min(colon, text.find('%')));
    const bool port = parse_count(text.substr(colon + 1), 1, 65535).has_value();
    return port && is_v6(parse_address(address)) ? colon : std::string_view::npos;
}

/// "for port 5060 of 2001:db8::5 write [2001:db8::5]:5060"
std::string how_to_write(std::string_view address, std::string_view port) {
    return fmt::format("for port {0} of {1} write [{1}]:{0}", port, shown(address));
}

/// A zone as in a URI, where '%' is "%25" and characters may be escaped (RFC 6874 section 2).
std::string unescaped_zone(std::string_view zone) {
    std::string out;
    for (std::size_t at = 0; at < zone.size(); ++at) {
        std::uint8_t code = 0;
        bool escape = zone[at] == '%' && at + 2 < zone.size();
        for (const char digit : escape ? zone.substr(at + 1, 2) : "") {
            const auto value = std::string_view{"0123456789abcdef"}.find(
                static_cast<char>(digit >= 'A' && digit <= 'F' ? digit + ('a' - 'A') : digit));
            escape = escape && value != std::string_view::npos;
            code = static_cast<std::uint8_t>(code * 16 + (escape ? value : 0));
        }
        out += escape ? static_cast<char>(code) : zone[at];
        if (escape) at += 2;
    }
    return out;
}

/// `host` has a '%'. "fe80::1%eth0", "fe80::1%2"; `uri`: "fe80::1%25eth0" too.
std::string parse_zone(std::string_view host, bool in_brackets, TargetSpec& spec) {
    const auto percent = host.find('%');
    const auto address = host.substr(0, percent);
    auto zone = host.substr(percent + 1);
    const auto literal = parse_address(address);
    if (!is_v6(literal))
        return literal || check_host(address).empty()
                   ? fmt::format("a zone ('%{}') is for IPv6 addresses", shown(zone))
                   : check_host(address);
    // Without brackets "%251" may be interface number 251; nobody calls one "25eth0".
    if (zone.starts_with("25") && zone.size() > 2 &&
        (in_brackets || digits.find(zone[2]) == digits.npos))
        zone.remove_prefix(2);
    spec.zone = unescaped_zone(zone);
    if (const auto colon = port_colon(host); colon != std::string_view::npos)
        return "brackets are missing: " +
               how_to_write(host.substr(0, colon), host.substr(colon + 1));
    if (spec.zone.empty() || spec.zone.size() > zone_max || has_control(spec.zone) ||
        spec.zone.find_first_of(" /:%[]<>\"'") != std::string::npos)
        return fmt::format("'{}' is no name of an interface", shown(spec.zone));
    if (!is_link_local(*literal))
        return fmt::format("a zone ('%{}') is for link-local addresses (fe80::...)",
                           shown(spec.zone));
    spec.host = to_string(*literal);
    spec.literal = literal;
    return {};
}

/// What follows a slash: "/udp" of a port scan is fine.
std::string check_slash(std::string_view text) {
    const auto behind = text.substr(text.find('/') + 1);
    if (behind.empty() || behind == "udp") return {};
    if (behind == "tcp" || behind == "tls" || behind == "sctp")
        return fmt::format("{} is not supported, only UDP is", behind);
    if (behind.find_first_not_of(digits) == std::string_view::npos)
        return "a network is no target, name its hosts one by one";
    return "not a host name or address";
}

bool is_range(std::string_view host) noexcept {
    return host.find_first_not_of("0123456789.-*") == std::string_view::npos &&
           host.find_first_of(digits) == 0 && host.find('.') != std::string_view::npos &&
           host.find_first_of("-*") != std::string_view::npos;
}

/// More than one colon and no brackets.
std::string parse_bare_v6(std::string_view text, TargetSpec& spec) {
    const auto colon = port_colon(text);
    const auto literal = parse_address(text.substr(0, text.find('%')));
    if (!literal && colon != std::string_view::npos)
        return "not an IPv6 address; " +
               how_to_write(text.substr(0, colon), text.substr(colon + 1));
    // A last group of four decimal digits is a port as often as not.
    const auto last = text.substr(0, text.find('%')).rfind(':') + 1;
    const auto group = text.substr(last, text.find('%') - last);
    const auto address = text.substr(0, last - 1);
    if (literal && group.size() == 4 && group.front() != '0' && is_v6(parse_address(address)) &&
        group.find_first_not_of(digits) == std::string_view::npos) {
        const auto zone = text.substr(std::min(text.size(), text.find('%')));
        spec.note = how_to_write(fmt::format("{}{}", address, zone), group);
    }
    return {};
}

}  // namespace

std::string parse_host_port(std::string_view text, TargetSpec& spec) {
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        if (auto wrong = check_slash(text); !wrong.empty()) return wrong;
        text = text.substr(0, slash);
    }
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    const bool in_brackets = text.starts_with('[');
    if (in_brackets) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return "']' is missing";
        host = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        has_port = rest.starts_with(':');
        if (!rest.empty() && !has_port) return "only ':' and a port may follow ']'";
        if (has_port) port = rest.substr(1);
        if (host.find(':') == std::string_view::npos) return "brackets are for IPv6 addresses";
    } else if (text.find_first_of("[]") != std::string_view::npos) {
        return "'[' belongs in front of an IPv6 address and ']' behind it";
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        if (colon == text.rfind(':')) {
            host = text.substr(0, colon);
            port = text.substr(colon + 1);
            has_port = true;
        } else if (auto wrong = parse_bare_v6(text, spec); !wrong.empty()) {
            return wrong;
        }
    }
    if (is_range(host)) return "a range is no target, name its hosts one by one";
    if (host.find('%') != std::string_view::npos) {
        if (auto wrong = parse_zone(host, in_brackets, spec); !wrong.empty()) return wrong;
    } else {
        if (auto wrong = check_host(host); !wrong.empty()) return wrong;
        spec.host = host;
        spec.literal = parse_address(host);
        if (spec.literal && spec.literal->family == Family::v6) {
            spec.literal = unmapped(*spec.literal);
            spec.host = to_string(*spec.literal);
        }
    }
    if (has_port)
        if (const auto wrong = read_port(port, spec.port); !wrong.empty())
            return fmt::format("port '{}' {}", shown(port), wrong);
    return {};
}

}  // namespace sipping::target
