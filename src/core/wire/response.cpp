#include "sipping/wire/response.hpp"

#include "sipping/wire/cseq.hpp"
#include "sipping/wire/header.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request_line.hpp"
#include "sipping/wire/status_line.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {

std::int64_t parse_retry_after(std::string_view value) noexcept {
    constexpr std::uint64_t limit_s = std::uint64_t{1} << 31;
    std::size_t digits = 0;
    while (digits < value.size() && is_digit(value[digits]))
        ++digits;
    const std::string_view rest = trim_left(value.substr(digits));
    if (!rest.empty() && rest.front() != ';' && rest.front() != '(') return -1;
    std::uint64_t seconds = 0;
    if (!read_number(value.substr(0, digits), seconds) || seconds >= limit_s) return -1;
    return static_cast<std::int64_t>(seconds);
}

namespace {

// The first of each header counts, later ones are only stepped over.
class ResponseHeaders {
public:
    explicit ResponseHeaders(Response& response) noexcept : response_(response) {}

    DecodeError take(const Header& header) noexcept {
        switch (header.name) {
            case HeaderName::via: return take_via(header.value);
            case HeaderName::from:
                if (has_from_) return DecodeError::ok;
                has_from_ = true;
                return parse_tag(header.value, response_.from_tag) ? DecodeError::ok
                                                                   : DecodeError::bad_from;
            case HeaderName::to:
                // Nothing is decided by it, so it is not read further, and is no reason to refuse.
                if (!has_to_) response_.to = header.value;
                has_to_ = true;
                return DecodeError::ok;
            case HeaderName::call_id:
                if (!response_.call_id.empty()) return DecodeError::ok;
                response_.call_id = header.value;
                return is_visible(header.value) ? DecodeError::ok : DecodeError::bad_call_id;
            case HeaderName::cseq:
                if (!response_.cseq_method.empty()) return DecodeError::ok;
                return parse_cseq(header.value, response_.cseq, response_.cseq_method)
                           ? DecodeError::ok
                           : DecodeError::bad_cseq;
            case HeaderName::content_length: return content_length_.add(header.value);
            case HeaderName::retry_after:
                if (response_.retry_after_s < 0)
                    response_.retry_after_s = parse_retry_after(header.value);
                return DecodeError::ok;
            case HeaderName::contact:
            case HeaderName::max_forwards:
            case HeaderName::other: break;
        }
        return DecodeError::ok;
    }

    DecodeError finish(std::string_view body) noexcept {
        response_.body = body;
        return content_length_.cut(response_.body);
    }

private:
    DecodeError take_via(std::string_view value) noexcept {
        response_.via_count += count_vias(value);
        if (response_.has_via) return DecodeError::ok;
        response_.has_via = true;
        response_.top_via = value;
        return parse_via(value, response_.via) ? DecodeError::ok : DecodeError::bad_via;
    }

    Response& response_;
    ContentLength content_length_;
    bool has_from_ = false;
    bool has_to_ = false;
};

}  // namespace

DecodeError decode_response(std::string_view datagram, Response& response) noexcept {
    response = {};
    std::string_view rest = datagram;
    if (const DecodeError error = take_start_line(rest, response.status_line);
        error != DecodeError::ok)
        return error;
    if (!begins_with_sip(response.status_line))
        return looks_like_request(response.status_line) ? DecodeError::request
                                                        : DecodeError::not_sip;
    if (!parse_status_line(response.status_line, response.status, response.reason))
        return DecodeError::bad_status_line;

    ResponseHeaders headers(response);
    HeaderReader reader(rest);
    Header header;
    while (reader.next(header))
        if (const DecodeError error = headers.take(header); error != DecodeError::ok) return error;
    if (reader.error() != DecodeError::ok) return reader.error();
    return headers.finish(reader.body());
}

}  // namespace sipping::wire
