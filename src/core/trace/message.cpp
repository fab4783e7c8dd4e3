#include "sipping/trace/message.hpp"

#include <cstring>
#include <utility>

#include "sipping/wire/text.hpp"

namespace sipping::trace {
namespace {

using wire::equals_nocase;
using wire::is_digit;
using wire::to_lower;
using wire::trim;

constexpr std::size_t start_line_max = 8192;
constexpr std::string_view version = "sip/2.0";
constexpr std::size_t branch_hex = 16;
constexpr std::size_t call_id_digits = 10;
constexpr std::string_view cookie = "z9hG4bK";

bool begins_nocase(std::string_view text, std::string_view lower) noexcept {
    return text.size() >= lower.size() && equals_nocase(text.substr(0, lower.size()), lower);
}

/// A line off the front, without its end. False when there is none left.
bool take_line(std::string_view& rest, std::string_view& line) noexcept {
    if (rest.empty()) return false;
    const void* end = std::memchr(rest.data(), '\n', rest.size());
    const std::size_t size =
        end == nullptr ? rest.size()
                       : static_cast<std::size_t>(static_cast<const char*>(end) - rest.data());
    line = rest.substr(0, size);
    rest.remove_prefix(end == nullptr ? size : size + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return true;
}

bool read_start(std::string_view line, Message& message) noexcept {
    message.start_line = line;
    if (begins_nocase(line, version)) {
        std::string_view rest = wire::trim_left(line.substr(version.size()));
        if (rest.size() < 3) return false;
        for (int i = 0; i < 3; ++i)
            if (!is_digit(rest[static_cast<std::size_t>(i)])) return false;
        message.status = static_cast<std::uint16_t>((rest[0] - '0') * 100 + (rest[1] - '0') * 10 +
                                                    (rest[2] - '0'));
        return message.status >= 100 && message.status < 700;
    }
    message.is_request = true;
    const std::size_t blank = line.find(' ');
    if (blank == line.npos || !wire::is_token(line.substr(0, blank))) return false;
    message.method = line.substr(0, blank);
    line = trim(line);
    return line.size() > version.size() &&
           equals_nocase(line.substr(line.size() - version.size()), version);
}

/// The value of ";name=" in `text`, which is a whole header or a part of it.
std::string_view param(std::string_view text, std::string_view name) noexcept {
    for (std::size_t at = text.find(';'); at != text.npos; at = text.find(';', at + 1)) {
        std::string_view rest = wire::trim_left(text.substr(at + 1));
        if (!begins_nocase(rest, name)) continue;
        rest = wire::trim_left(rest.substr(name.size()));
        if (rest.empty() || rest.front() != '=') continue;
        rest = wire::trim_left(rest.substr(1));
        return rest.substr(0, rest.find_first_of(";, \t\r\n>"));
    }
    return {};
}

void read_via(std::string_view value, Message& message) noexcept {
    if (!std::exchange(message.has_via, true))
        message.branch = param(value.substr(0, value.find(',')), "branch");
    for (std::string_view rest = value; message.own_branch.empty();) {
        const std::size_t comma = rest.find(',');
        const std::string_view branch = param(rest.substr(0, comma), "branch");
        std::uint64_t number = 0;
        if (parse_branch(branch, number)) message.own_branch = branch;
        if (comma == rest.npos) return;
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace

bool take_header(std::string_view& headers, HeaderLine& line) noexcept {
    std::string_view text;
    const char* const begin = headers.data();
    if (!take_line(headers, text) || text.empty()) return false;
    // A line that begins with a blank goes on with the one before (section 7.3.1).
    while (!headers.empty() && (headers.front() == ' ' || headers.front() == '\t')) {
        std::string_view more;
        if (!take_line(headers, more)) break;
        text = {begin, static_cast<std::size_t>(more.data() + more.size() - begin)};
    }
    const std::size_t colon = text.find(':');
    if (colon == text.npos) {
        line = {{}, trim(text)};
    } else {
        line = {trim(text.substr(0, colon)), trim(text.substr(colon + 1))};
    }
    return true;
}

std::string_view long_name(std::string_view name) noexcept {
    static constexpr std::string_view known[] = {"via",     "from",         "to",
                                                 "call-id", "contact",      "content-length",
                                                 "cseq",    "content-type", "max-forwards"};
    if (name.size() == 1) {
        switch (to_lower(name.front())) {
            case 'v': return "via";
            case 'f': return "from";
            case 't': return "to";
            case 'i': return "call-id";
            case 'm': return "contact";
            case 'l': return "content-length";
            case 'c': return "content-type";
            case 'k': return "supported";
            default: return name;
        }
    }
    for (const std::string_view one : known)
        if (equals_nocase(name, one)) return one;
    return name;
}

bool read_message(std::string_view bytes, Message& message) noexcept {
    message = {};
    // Keep-alives and the like may stand before (section 7.5).
    while (!bytes.empty() && (bytes.front() == '\r' || bytes.front() == '\n'))
        bytes.remove_prefix(1);
    if (bytes.size() < version.size() || !wire::is_token_char(bytes.front())) return false;
    std::string_view rest = bytes;
    std::string_view line;
    if (!take_line(rest, line) || line.size() > start_line_max || !read_start(line, message))
        return false;
    message.headers = rest;
    HeaderLine header;
    while (take_header(rest, header)) {
        const char first = header.name.empty() ? '\0' : to_lower(header.name.front());
        if (first != 'v' && first != 'c' && first != 'i' && first != 'f') continue;
        const std::string_view name = long_name(header.name);
        if (name == "via")
            read_via(header.value, message);
        else if (name == "call-id" && message.call_id.empty())
            message.call_id = header.value;
        else if (name == "from" && message.from_tag.empty())
            message.from_tag = param(header.value, "tag");
        else if (name == "cseq" && message.cseq.empty())
            message.cseq = header.value;
    }
    message.headers = message.headers.substr(0, message.headers.size() - rest.size());
    return true;
}

bool parse_call_id(std::string_view text, CallId& id) noexcept {
    const std::size_t at = text.find('@');
    const std::string_view number = text.substr(0, at);
    if (number.size() != call_id_digits) return false;
    id.site = at == text.npos ? std::string_view{} : text.substr(at + 1);
    return wire::read_number(number, id.number);
}

bool parse_branch(std::string_view text, std::uint64_t& number) noexcept {
    if (text.size() != cookie.size() + call_id_digits + branch_hex || !text.starts_with(cookie))
        return false;
    for (const char c : text.substr(cookie.size() + call_id_digits))
        if (!is_digit(c) && (to_lower(c) < 'a' || to_lower(c) > 'f')) return false;
    return wire::read_number(text.substr(cookie.size(), call_id_digits), number);
}

}  // namespace sipping::trace
