#include "sipping/wire/user_headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sipping/wire/header.hpp"
#include "sipping/wire/text.hpp"
#include "sipping/wire/value_checks.hpp"

namespace sipping::wire {
namespace {

struct CompactForm {
    char letter;
    std::string_view name;  ///< in lower case
};
// IANA, "SIP Parameters", header fields.
constexpr std::array compact_forms = std::to_array<CompactForm>({
    {'a', "accept-contact"},
    {'b', "referred-by"},
    {'c', "content-type"},
    {'d', "request-disposition"},
    {'e', "content-encoding"},
    {'f', "from"},
    {'i', "call-id"},
    {'j', "reject-contact"},
    {'k', "supported"},
    {'l', "content-length"},
    {'m', "contact"},
    {'n', "identity-info"},
    {'o', "event"},
    {'r', "refer-to"},
    {'s', "subject"},
    {'t', "to"},
    {'u', "allow-events"},
    {'v', "via"},
    {'x', "session-expires"},
    {'y', "identity"},
});

std::string long_name(std::string_view name) {
    std::string lower;
    std::ranges::transform(name, std::back_inserter(lower), to_lower);
    if (lower.size() == 1)
        for (const auto& [letter, full] : compact_forms)
            if (letter == lower.front()) return std::string{full};
    return lower;
}

std::string check_max_forwards(std::string_view value) {
    std::uint64_t hops = 0;
    if (value.empty()) return "a request must have it";
    return read_number(value, hops) && hops <= 255 ? "" : "must be 0 to 255";
}

std::string check_value(std::string_view name, std::string_view value) {
    switch (header_name(name)) {
        case HeaderName::via:
        case HeaderName::call_id:
        case HeaderName::cseq: return "an answer is known by it, so it is set by sipping itself";
        case HeaderName::from:
            return "an answer is known by its tag, so it is set by sipping itself; --from and "
                   "from= "
                   "say the rest";
        case HeaderName::to: return value.empty() ? "a request must have it" : check_address(value);
        case HeaderName::max_forwards: return check_max_forwards(value);
        case HeaderName::content_length:
            return value.empty() || value == "0" ? "" : "a request without a body has length 0";
        case HeaderName::contact: return check_contact(value);
        case HeaderName::retry_after:
        case HeaderName::other: break;
    }
    return {};
}

/// Of these a request has one (section 7.3.1: only lists may be in several lines).
bool is_single(std::string_view name) noexcept {
    const HeaderName known = header_name(name);
    return known == HeaderName::to || known == HeaderName::max_forwards ||
           known == HeaderName::content_length;
}

std::string check_header(std::string_view line) {
    if (auto wrong = check_line(line); !wrong.empty()) return wrong;
    if (line.find(':') == std::string_view::npos) return "no colon in it; write 'Name: value'";
    const auto [name, value] = split_header(line);
    if (!is_token(name) || is_lws(line.front())) return "does not begin with a header name";
    return check_value(name, value);
}

}  // namespace

UserHeader split_header(std::string_view line) noexcept {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    return {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
}

bool same_header(std::string_view left, std::string_view right) noexcept {
    return long_name(left) == long_name(right);
}

bool is_replaceable(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 6> ours{"To",     "Max-Forwards", "Contact",
                                                   "Accept", "User-Agent",   "Content-Length"};
    return std::ranges::any_of(ours, [&](auto own) { return same_header(own, name); });
}

std::string check_headers(std::span<const std::string> lines, std::string_view& culprit) {
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        culprit = *line;
        if (auto wrong = check_header(*line); !wrong.empty()) return wrong;
        const auto name = split_header(*line).name;
        const bool again = std::any_of(lines.begin(), line, [&](const std::string& other) {
            return same_header(split_header(other).name, name);
        });
        if (again && is_single(name)) return "a request has one of these, and one is given already";
    }
    return {};
}

std::vector<std::string> joined_headers(std::span<const std::string> own,
                                        std::span<const std::string> general) {
    std::vector<std::string> joined{own.begin(), own.end()};
    for (const std::string& line : general) {
        const auto name = split_header(line).name;
        if (std::ranges::none_of(own, [&](const std::string& other) {
                return same_header(split_header(other).name, name);
            }))
            joined.push_back(line);
    }
    return joined;
}

}  // namespace sipping::wire
