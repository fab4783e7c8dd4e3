#include "sipping/wire/lenient.hpp"

#include <algorithm>
#include <utility>

#include "sipping/wire/header.hpp"
#include "sipping/wire/lenient_values.hpp"
#include "sipping/wire/lines.hpp"
#include "sipping/wire/request_line.hpp"
#include "sipping/wire/status_line.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

using namespace std::string_view_literals;

constexpr auto npos = std::string_view::npos;

/// The first fault counts, later ones often follow from it.
void note(SyntaxFault& fault, Fault what, std::string_view name = {}) noexcept {
    if (fault) return;
    fault.fault = what;
    const std::size_t size = std::min(token_chars.span_of(name), SyntaxFault::name_max);
    std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(size),
                   fault.name.begin(), to_lower);
    fault.name_size = static_cast<std::uint8_t>(size);
}

/// Takes what is known from each header; the first of each name counts.
class LenientHeaders {
public:
    LenientHeaders(Response& response, SyntaxFault& fault) noexcept
        : response_(response), fault_(fault) {}

    void read(Lines& lines) noexcept {
        std::string_view line;
        bool ended = true;
        for (int count = 0; lines.next(line, ended); ++count) {
            if (Lines::is_empty(line)) {
                if (!ended) break;
                if (line.size() > 1) note(fault_, Fault::line_end);
                return finish(lines.rest());
            }
            if (count == header_limit) {
                note(fault_, Fault::too_many_headers);
                return;
            }
            if (!ended) note(fault_, Fault::no_end);  // a line cut off is not broken besides
            take_line(line);
            if (!ended) break;
        }
        note(fault_, Fault::no_end);
        if (content_length_.cut(response_.body) != DecodeError::ok) note(fault_, Fault::short_body);
    }

private:
    void take_line(std::string_view line) noexcept {
        if (is_lws(line.front())) {
            note(fault_, Fault::leading_blank);
            line = trim(line);
            if (line.empty()) return;
        }
        HeaderName name{};
        if (const std::size_t size = take_name(line, name); size > 0)
            return take(name, trim(line.substr(size)), line);
        std::string_view rest = line;
        const std::string_view word = take_token(rest);
        rest = trim_left(rest);
        const bool colon = !rest.empty() && rest.front() == ':';
        note(fault_, colon && word.empty() ? Fault::no_name : Fault::no_colon, word);
        take(header_name(word), trim(rest), line);
    }

    void take(HeaderName name, std::string_view value, std::string_view line) noexcept {
        if (!take_value(name, value)) note(fault_, Fault::bad_value, line);
    }

    bool take_value(HeaderName name, std::string_view value) noexcept {
        switch (name) {
            case HeaderName::via:
                response_.via_count += count_vias(value);
                if (response_.has_via) return true;
                response_.has_via = true;
                response_.top_via = value;
                return read_via(value, response_.via);
            case HeaderName::from:
                if (std::exchange(has_from_, true)) return true;
                return read_tag(value, response_.from_tag);
            case HeaderName::to:
                if (!std::exchange(has_to_, true)) response_.to = value;
                return true;
            case HeaderName::call_id:
                return !response_.call_id.empty() || read_call_id(value, response_.call_id);
            case HeaderName::cseq:
                return !response_.cseq_method.empty() ||
                       read_cseq(value, response_.cseq, response_.cseq_method);
            case HeaderName::content_length: return content_length_.add(value) == DecodeError::ok;
            case HeaderName::retry_after:
                if (response_.retry_after_s < 0) response_.retry_after_s = parse_retry_after(value);
                return true;
            case HeaderName::contact:
            case HeaderName::max_forwards:
            case HeaderName::other: break;
        }
        return true;
    }

    void finish(std::string_view body) noexcept {
        response_.body = body;
        if (content_length_.cut(response_.body) != DecodeError::ok) note(fault_, Fault::short_body);
    }

    Response& response_;
    SyntaxFault& fault_;
    ContentLength content_length_;
    bool has_from_ = false;
    bool has_to_ = false;
};

/// "SIP/", a version, a code and the reason, with what blanks there are. A code above 65535 or that
/// is none reads as 0.
void read_status_line(Response& response, SyntaxFault& fault) noexcept {
    if (parse_status_line(response.status_line, response.status, response.reason)) return;
    std::string_view rest = response.status_line.substr("SIP/"sv.size());
    rest.remove_prefix(std::min(rest.find_first_of(" \t"), rest.size()));
    rest = trim_left(rest);
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits]))
        ++digits;
    std::uint64_t code = 0;
    const bool number = read_number(rest.substr(0, digits), code) && code <= 0xffff;
    response.status = number ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
    response.reason = trim(rest.substr(digits));
    const bool known = number && code >= 100 && code <= 699;
    note(fault, known ? Fault::status_line : Fault::status_code);
}

}  // namespace

std::string_view without_padding(std::string_view datagram) noexcept {
    const std::size_t begin = datagram.find_first_not_of("\0 \t\r\n"sv);
    return begin == npos ? std::string_view{} : datagram.substr(begin);
}

DecodeError decode_leniently(std::string_view datagram, Response& response,
                             SyntaxFault& fault) noexcept {
    response = {};
    fault = {};
    const std::string_view message = without_padding(datagram);
    if (message.empty()) return DecodeError::keep_alive;
    Lines lines(message);
    bool ended = false;
    response.status_line = lines.first(ended);
    if (!begins_with_sip(response.status_line))
        return looks_like_request(response.status_line) ? DecodeError::request
                                                        : DecodeError::not_sip;
    const std::size_t padding = datagram.size() - message.size();
    if (datagram.substr(0, padding).find_first_not_of("\r\n") != npos)
        note(fault, Fault::leading_bytes);
    if (!response.status_line.empty() && response.status_line.back() == '\r')
        response.status_line.remove_suffix(1);
    if (lines.odd_ends()) note(fault, ended ? Fault::line_end : Fault::no_end);
    read_status_line(response, fault);
    LenientHeaders(response, fault).read(lines);
    return DecodeError::ok;
}

DecodeError read_response(std::string_view datagram, Response& response,
                          SyntaxFault& fault) noexcept {
    fault = {};
    const DecodeError strict = decode_response(datagram, response);
    if (strict == DecodeError::ok || strict == DecodeError::keep_alive ||
        strict == DecodeError::request)
        return strict;
    return decode_leniently(datagram, response, fault);
}

bool read_echo(std::string_view datagram, Response& identity) noexcept {
    identity = {};
    Lines lines(without_padding(datagram));
    bool ended = false;
    if (!looks_like_request(lines.first(ended))) return false;
    SyntaxFault fault;
    LenientHeaders(identity, fault).read(lines);
    return true;
}

KeepAlive keep_alive_kind(std::string_view datagram) noexcept {
    if (datagram.empty()) return KeepAlive::empty;
    if (without_padding(datagram).empty())
        return datagram.find('\0') == npos ? KeepAlive::crlf : KeepAlive::nul;
    constexpr std::size_t header_size = 20;  // RFC 8489 section 5
    const bool stun = datagram.size() >= header_size &&
                      (static_cast<unsigned char>(datagram[0]) & 0xc0U) == 0 &&
                      datagram.substr(4, 4) == "\x21\x12\xa4\x42";
    return stun ? KeepAlive::stun : KeepAlive::none;
}

}  // namespace sipping::wire
