#include "sipping/wire/via.hpp"

#include <cstring>

#include "sipping/wire/params.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

bool take_slash(std::string_view& rest) noexcept {
    rest = trim_left(rest);
    if (rest.empty() || rest.front() != '/') return false;
    rest = trim_left(rest.substr(1));
    return true;
}

bool take_host(std::string_view& rest, std::string_view& host) noexcept {
    if (rest.empty() || rest.front() != '[') {
        host = take_token(rest);
        return !host.empty();
    }
    std::size_t length = 1;
    while (length < rest.size() &&
           (is_token_char(rest[length]) || rest[length] == ':'))  // a zone may follow a '%'
        ++length;
    if (length == 1 || length == rest.size() || rest[length] != ']') return false;
    host = rest.substr(0, length + 1);
    rest.remove_prefix(length + 1);
    return true;
}

bool read_port(std::string_view digits, std::uint16_t& port) noexcept {
    constexpr unsigned limit = 65535;
    unsigned number = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
        if (number > limit) return false;
    }
    if (number == 0) return false;
    port = static_cast<std::uint16_t>(number);
    return true;
}

}  // namespace

bool take_sent_by(std::string_view& rest, Via& via) noexcept {
    if (rest.starts_with("SIP/2.0/UDP ")) {  // what nearly all of them begin with, in one look
        via.transport = rest.substr(8, 3);
        rest.remove_prefix(11);
    } else {
        rest = trim_left(rest);
        if (take_token(rest).empty() || !take_slash(rest)) return false;  // protocol name: "SIP"
        if (take_token(rest).empty() || !take_slash(rest)) return false;  // version: "2.0"
        via.transport = take_token(rest);
        if (via.transport.empty() || rest.empty() || !is_lws(rest.front())) return false;
    }
    rest = trim_left(rest);
    if (!take_host(rest, via.host)) return false;
    rest = trim_left(rest);
    if (rest.empty() || rest.front() != ':') return true;
    rest = trim_left(rest.substr(1));
    return read_port(take_token(rest), via.port);
}

namespace {

inline void take_param(const Param& param, Via& via) noexcept {
    if (is_param(param, "branch")) {
        if (via.branch.empty()) via.branch = param.value;
    } else if (is_param(param, "received")) {
        if (via.received.empty()) via.received = param.value;
    } else if (is_param(param, "rport") && !via.has_rport) {
        via.has_rport = true;
        if (!read_port(param.value, via.rport)) via.rport = 0;
    }
}

}  // namespace

void take_via_param(const Param& param, Via& via) noexcept {
    take_param(param, via);
}

bool parse_via(std::string_view value, Via& via) noexcept {
    via = {};
    if (!take_sent_by(value, via)) return false;
    ParamReader params(value);
    Param param;
    while (params.next(param))
        take_param(param, via);
    return params.rest().empty() || params.rest().front() == ',';
}

std::uint32_t count_vias(std::string_view value) noexcept {
    if (value.empty() || std::memchr(value.data(), ',', value.size()) == nullptr) return 1;
    std::uint32_t count = 1;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == ',') ++count;
        if (value[i] != '"') continue;
        const std::size_t length = quoted_length(value.substr(i));
        if (length == 0) break;
        i += length - 1;
    }
    return count;
}

}  // namespace sipping::wire
