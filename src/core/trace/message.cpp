#include "sipping/trace/message.hpp"

#include "sipping/wire/header.hpp"
#include "sipping/wire/lenient.hpp"
#include "sipping/wire/lines.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::trace {
namespace {

using wire::equals_nocase;
using wire::is_digit;
using wire::trim;

constexpr std::size_t call_id_digits = 10;

}  // namespace

bool read_message(std::string_view bytes, Message& message) noexcept {
    const wire::DecodeError error = wire::read_response(bytes, message.fields, message.fault);
    message.is_request = error == wire::DecodeError::request;
    if (error != wire::DecodeError::ok &&
        (!message.is_request || !wire::read_echo(bytes, message.fields)))
        return false;
    wire::Lines lines(wire::without_padding(bytes));
    bool ended = false;
    message.start_line = trim(lines.first(ended));
    message.rest = lines.rest();
    return true;
}

bool read_own_branch(const Message& message, std::uint64_t& number) noexcept {
    std::uint64_t proof = 0;
    if (wire::parse_branch(message.fields.via.branch, number, proof)) return true;
    wire::Lines lines(message.rest);
    std::string_view line;
    std::uint32_t left = message.fields.via_count > 1 ? message.fields.via_count : 0;
    for (bool ended = true; left > 0 && lines.next(line, ended);) {
        wire::HeaderName name{};
        const std::size_t size = wire::take_name(line, name);
        if (size == 0 || name != wire::HeaderName::via) continue;
        for (std::string_view rest = trim(line.substr(size)); !rest.empty() && left > 0; --left) {
            wire::Via via;
            if (wire::parse_via(rest, via) && wire::parse_branch(via.branch, number, proof))
                return true;
            const std::size_t comma = rest.find(',');
            rest = comma == rest.npos ? std::string_view{} : trim(rest.substr(comma + 1));
        }
    }
    return false;
}

bool read_cut_branch(std::string_view text, std::uint64_t& number) noexcept {
    constexpr std::string_view cookie = "z9hG4bK";
    if (text.size() < cookie.size() + call_id_digits || !text.starts_with(cookie)) return false;
    const std::string_view digits = text.substr(cookie.size());
    for (const char c : digits.substr(call_id_digits))
        if (!is_digit(c) && (to_lower(c) < 'a' || to_lower(c) > 'f')) return false;
    return wire::read_number(digits.substr(0, call_id_digits), number);
}

HeaderLine split_line(std::string_view line) noexcept {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return {{}, trim(line)};
    return {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
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

bool parse_call_id(std::string_view text, CallId& id) noexcept {
    const std::size_t at = text.find('@');
    const std::string_view number = text.substr(0, at);
    if (number.size() != call_id_digits) return false;
    id.site = at == text.npos ? std::string_view{} : text.substr(at + 1);
    return wire::read_number(number, id.number);
}

}  // namespace sipping::trace
