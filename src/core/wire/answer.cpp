#include <array>
#include <cassert>

#include "sipping/wire/params.hpp"
#include "sipping/wire/request.hpp"
#include "sipping/wire/text.hpp"
#include "sipping/wire/text_writer.hpp"

namespace sipping::wire {
namespace {

constexpr std::uint16_t default_port = 5060;  // RFC 3261 section 18.2.2

// Without brackets, as the grammar of via-received has it (RFC 3261 section 25.1).
void put_address(TextWriter& writer, const Address& address) noexcept {
    std::array<char, address_text_max> text;
    writer.put(write_address(address, text));
}

// The sender's entry again, with our view of the sender instead of what it may have said itself
// (RFC 3261 section 18.2.1, RFC 3581 section 4); then the line's other entries as they were.
void put_top_via(TextWriter& writer, std::string_view value, const Via& via,
                 const Endpoint& source) noexcept {
    std::string_view rest = value;
    Via ignored;
    [[maybe_unused]] const bool known = take_sent_by(rest, ignored);
    assert(known);
    writer.put("Via: ");
    writer.put_unfolded(trim(value.substr(0, value.size() - rest.size())));
    ParamReader params(rest);
    Param param;
    while (params.next(param)) {
        if (equals_nocase(param.name, "received") || equals_nocase(param.name, "rport")) continue;
        writer.put(";");
        writer.put_unfolded(param.whole);
    }
    writer.put(";received=");
    put_address(writer, source.address);
    if (via.has_rport) {
        writer.put(";rport=");
        writer.put_number(source.port);
    }
    writer.put_unfolded(params.rest());
    writer.put("\r\n");
}

void put_header(TextWriter& writer, std::string_view name, std::string_view value) noexcept {
    writer.put(name);
    writer.put_unfolded(value);
    writer.put("\r\n");
}

}  // namespace

std::size_t encode_answer(const Request& request, const Endpoint& source,
                          const AnswerFields& fields, std::span<char> out) noexcept {
    assert(fields.status >= 100 && fields.status <= 699);
    TextWriter writer(out);
    writer.put("SIP/2.0 ");
    writer.put_number(fields.status);
    writer.put(" ");
    writer.put(fields.reason);
    writer.put("\r\n");
    put_top_via(writer, request.vias[0], request.top_via, source);
    for (std::uint32_t i = 1; i < request.via_count; ++i)
        put_header(writer, "Via: ", request.vias[i]);
    put_header(writer, "From: ", request.from);
    writer.put("To: ");
    writer.put_unfolded(request.to);
    if (!request.to_has_tag) {
        writer.put(";tag=");
        writer.put_hex(fields.to_tag);
    }
    writer.put("\r\n");
    put_header(writer, "Call-ID: ", request.call_id);
    put_header(writer, "CSeq: ", request.cseq);
    writer.put(fields.extra_headers);
    writer.put("Content-Length: ");
    writer.put_number(fields.body.size());
    writer.put("\r\n\r\n");
    writer.put(fields.body);
    return writer.size();
}

Endpoint answer_destination(const Request& request, const Endpoint& source) noexcept {
    if (request.top_via.has_rport) return source;
    const std::uint16_t port = request.top_via.port;
    return {source.address, port == 0 ? default_port : port};
}

}  // namespace sipping::wire
