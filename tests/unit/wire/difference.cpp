#include "difference.hpp"

#include <optional>

#include "sipping/wire/lenient.hpp"
#include "sipping/wire/name_addr.hpp"
#include "sipping/wire/request.hpp"
#include "sipping/wire/response.hpp"
#include "sipping/wire/response_shape.hpp"
#include "slow_decoder.hpp"

namespace sipping::wire {
namespace {

// Numbers of at most five digits after leading zeros, as a port; 0 for anything else.
std::uint16_t port_of(const std::string& text) {
    const std::size_t begin = text.find_first_not_of('0');
    if (begin == std::string::npos || text.size() - begin > 5) return 0;
    if (text.find_first_not_of("0123456789") != std::string::npos) return 0;
    const unsigned long number = std::stoul(text.substr(begin));
    return number <= 65535 ? static_cast<std::uint16_t>(number) : std::uint16_t{0};
}

class Difference {
public:
    void same(std::string_view what, std::string_view fast, std::string_view slow) {
        if (fast == slow) return;
        text_ += std::string(what) + ": '" + std::string(fast) + "', slowly '" + std::string(slow) +
                 "'\n";
    }
    void same(std::string_view what, long long fast, long long slow) {
        same(what, std::to_string(fast), std::to_string(slow));
    }
    void same_via(const Via& fast, const slow::Response& slow) {
        same("transport", fast.transport, slow.transport);
        same("host", fast.host, slow.host);
        same("port", fast.port, port_of(slow.port));
        const auto first_filled = [&slow](std::string_view name) -> std::string {
            for (const auto& [key, value] : slow.via_params)
                if (key == name && value && !value->empty()) return *value;
            return {};
        };
        same("branch", fast.branch, first_filled("branch"));
        same("received", fast.received, first_filled("received"));
        const auto rport = slow::param(slow.via_params, "rport");
        same("has rport", fast.has_rport, rport.has_value());
        same("rport", fast.rport, port_of(rport.value_or("")));
    }
    void same_tag(std::string_view what, std::string_view value, const std::string& slow) {
        std::string_view tag;
        if (!parse_tag(value, tag)) tag = {};
        same(what, tag, slow);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

}  // namespace

std::string response_difference(std::string_view datagram) {
    Response fast;
    const DecodeError error = decode_response(datagram, fast);
    const slow::Response slow = slow::decode(datagram);
    Difference difference;
    difference.same("error", to_string(error), to_string(slow.error));
    if (error != DecodeError::ok || slow.error != DecodeError::ok) return difference.text();
    difference.same("status", std::to_string(fast.status), slow.status);
    difference.same("reason", fast.reason, slow.reason);
    difference.same("Vias", fast.via_count, slow.via_count);
    difference.same("Call-ID", fast.call_id, slow.call_id);
    difference.same("From tag", fast.from_tag, slow.from_tag);
    difference.same_tag("To tag", fast.to, slow.to_tag);
    difference.same("CSeq", std::to_string(fast.cseq), slow.cseq.empty() ? "0" : slow.cseq);
    difference.same("CSeq method", fast.cseq_method, slow.cseq_method);
    difference.same("Retry-After", fast.retry_after_s, slow.retry_after_s);
    difference.same("body", fast.body, slow.body);
    if (fast.has_via) difference.same_via(fast.via, slow);
    return difference.text();
}

/// Field by field.
void same_response(Difference& difference, const Response& one, const Response& strict) {
    difference.same("status", one.status, strict.status);
    difference.same("status line", one.status_line, strict.status_line);
    difference.same("reason", one.reason, strict.reason);
    difference.same("has Via", one.has_via, strict.has_via);
    difference.same("Vias", one.via_count, strict.via_count);
    difference.same("top Via", one.top_via, strict.top_via);
    difference.same("transport", one.via.transport, strict.via.transport);
    difference.same("host", one.via.host, strict.via.host);
    difference.same("port", one.via.port, strict.via.port);
    difference.same("branch", one.via.branch, strict.via.branch);
    difference.same("received", one.via.received, strict.via.received);
    difference.same("has rport", one.via.has_rport, strict.via.has_rport);
    difference.same("rport", one.via.rport, strict.via.rport);
    difference.same("Call-ID", one.call_id, strict.call_id);
    difference.same("From tag", one.from_tag, strict.from_tag);
    difference.same("To", one.to, strict.to);
    difference.same("CSeq", one.cseq, strict.cseq);
    difference.same("CSeq method", one.cseq_method, strict.cseq_method);
    difference.same("Retry-After", one.retry_after_s, strict.retry_after_s);
    difference.same("body", one.body, strict.body);
}

std::string lenient_difference(std::string_view datagram) {
    Response strict;
    Response lenient;
    SyntaxFault fault;
    const DecodeError error = decode_response(datagram, strict);
    const DecodeError lenient_error = decode_leniently(datagram, lenient, fault);
    Difference difference;
    if (error != DecodeError::ok) {
        // What is a keep-alive or a request to the strict one is that to both.
        if (error == DecodeError::keep_alive || error == DecodeError::request)
            difference.same("error", to_string(lenient_error), to_string(error));
        return difference.text();
    }
    difference.same("error", to_string(lenient_error), to_string(error));
    difference.same("fault", to_string(fault.fault), "none");
    same_response(difference, lenient, strict);
    return difference.text();
}

std::string shape_difference(std::string_view learnt, std::string_view datagram, bool& read) {
    Response ordinary;
    SyntaxFault fault;
    read = false;
    if (read_response(learnt, ordinary, fault) != DecodeError::ok || fault) return {};
    ResponseShape shape;
    shape.learn(learnt, ordinary);
    Response shaped;
    read = shape.read(datagram, shaped);
    if (!read) return {};
    Difference difference;
    const DecodeError error = read_response(datagram, ordinary, fault);
    difference.same("error", to_string(DecodeError::ok), to_string(error));
    difference.same("fault", to_string(Fault::none), to_string(fault.fault));
    if (error == DecodeError::ok) same_response(difference, shaped, ordinary);
    return difference.text();
}

std::string request_difference(std::string_view datagram) {
    Request fast;
    const bool ok = decode_request(datagram, fast) == DecodeError::ok;
    std::string method;
    const std::optional<slow::Response> slow = slow::decode_request(datagram, method);
    Difference difference;
    difference.same("can be answered", ok, slow.has_value());
    if (!ok || !slow) return difference.text();
    difference.same("method", fast.method_name, method);
    difference.same("Call-ID", fast.call_id, slow->call_id);
    difference.same_tag("From tag", fast.from, slow->from_tag);
    difference.same_tag("To tag", fast.to, slow->to_tag);
    difference.same("To has a tag", fast.to_has_tag, !slow->to_tag.empty());
    difference.same("CSeq", std::to_string(fast.cseq_number), slow->cseq);
    difference.same("CSeq method", fast.cseq_method, slow->cseq_method);
    difference.same_via(fast.top_via, *slow);
    return difference.text();
}

}  // namespace sipping::wire
