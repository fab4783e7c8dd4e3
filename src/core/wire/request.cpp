#include "sipping/wire/request.hpp"

#include "sipping/wire/cseq.hpp"
#include "sipping/wire/header.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request_line.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

// Methods are case-sensitive (RFC 3261 section 7.1).
Method method_of(std::string_view name) noexcept {
    if (name == "OPTIONS") return Method::options;
    if (name == "REGISTER") return Method::register_;
    if (name == "ACK") return Method::ack;
    return Method::other;
}

// An empty first one is not passed over: a response decoder would not do that either.
void keep_first(std::string_view& field, std::string_view value) noexcept {
    if (field.data() == nullptr) field = value;
}

// Fills in the raw values; what they mean is looked at once all are there.
DecodeError take_header(const Header& header, Request& request, ContentLength& length) noexcept {
    switch (header.name) {
        case HeaderName::via:
            if (request.via_count == via_limit) return DecodeError::too_many_headers;
            request.vias[request.via_count++] = header.value;
            break;
        case HeaderName::from: keep_first(request.from, header.value); break;
        case HeaderName::to: keep_first(request.to, header.value); break;
        case HeaderName::call_id: keep_first(request.call_id, header.value); break;
        case HeaderName::cseq: keep_first(request.cseq, header.value); break;
        case HeaderName::contact: keep_first(request.contact, header.value); break;
        case HeaderName::content_length: return length.add(header.value);
        case HeaderName::max_forwards:
        case HeaderName::retry_after:
        case HeaderName::other: break;
    }
    return DecodeError::ok;
}

// A missing header is empty and fails like a bad one.
DecodeError check_headers(Request& request) noexcept {
    std::string_view tag;
    if (!parse_via(request.vias[0], request.top_via)) return DecodeError::bad_via;
    if (!parse_tag(request.from, tag)) return DecodeError::bad_from;
    if (!parse_tag(request.to, tag)) return DecodeError::bad_header;
    request.to_has_tag = !tag.empty();
    if (!is_visible(request.call_id)) return DecodeError::bad_call_id;
    if (!parse_cseq(request.cseq, request.cseq_number, request.cseq_method) ||
        request.cseq_method != request.method_name)
        return DecodeError::bad_cseq;
    return DecodeError::ok;
}

}  // namespace

DecodeError decode_request(std::string_view datagram, Request& request) noexcept {
    request = {};
    std::string_view line;
    if (const DecodeError error = take_start_line(datagram, line); error != DecodeError::ok)
        return error == DecodeError::keep_alive ? error : DecodeError::not_sip;
    if (!parse_request_line(line, request.method_name, request.request_uri))
        return DecodeError::not_sip;
    request.method = method_of(request.method_name);

    ContentLength length;
    HeaderReader reader(datagram);
    Header header;
    while (reader.next(header))
        if (const DecodeError error = take_header(header, request, length);
            error != DecodeError::ok)
            return error;
    if (reader.error() != DecodeError::ok) return reader.error();
    if (const DecodeError error = check_headers(request); error != DecodeError::ok) return error;
    std::string_view body = reader.body();
    return length.cut(body);
}

std::string_view user_agent_of(std::string_view datagram) noexcept {
    // The header reader gives names of no meaning to us as `other`: this one is looked for alone.
    constexpr std::string_view name = "user-agent";
    for (std::size_t at = datagram.find('\n'); at != std::string_view::npos;
         at = datagram.find('\n', at + 1)) {
        const std::string_view line = datagram.substr(at + 1, datagram.find('\n', at + 1) - at - 1);
        if (line.empty() || line == "\r") break;
        if (!equals_nocase(line.substr(0, name.size()), name)) continue;
        const std::string_view value = trim_left(line.substr(name.size()));
        if (value.starts_with(':')) return trim(value.substr(1));
    }
    return {};
}

}  // namespace sipping::wire
