#include "sipping/respond/responder.hpp"

#include <cstring>

#include "sipping/respond/reason_phrase.hpp"

namespace sipping::respond {
namespace {

// An answer is about as long as its request; this is what most requests stay below.
constexpr std::size_t usual_answer_bytes = 512;

std::size_t queue_bytes(const Options& options) {
    return options.max_waiting * usual_answer_bytes + wire::request_capacity;
}

Options with_reason(Options options) {
    if (options.reason.empty()) options.reason = reason_phrase(options.status);
    return options;
}

// RFC 3261 section 11.2: what a 200 to OPTIONS says about us, section 20.5.
constexpr std::string_view allow = "Allow: OPTIONS, REGISTER\r\n";

}  // namespace

Responder::Responder(const Options& options)
    : options_(with_reason(options)),
      queue_(options.max_waiting, queue_bytes(options)),
      drops_(options.drop_key) {}

void Responder::on_arrival(const probe::Arrival& arrival, Instant now) noexcept {
    ++counts_.received;
    if (arrival.bytes.starts_with("SIP/")) {  // never answered, so two responders cannot loop
        ++counts_.responses;
        return;
    }
    wire::Request request;
    const wire::DecodeError error = wire::decode_request(arrival.bytes, request);
    if (error == wire::DecodeError::keep_alive) {
        ++counts_.keep_alives;
    } else if (error != wire::DecodeError::ok || arrival.truncated) {
        ++counts_.malformed;
    } else if (request.method == wire::Method::ack) {  // RFC 3261 section 17.1.1.3
        ++counts_.acks;
    } else if (options_.drop_percent > 0 && drops_.chance(options_.drop_percent)) {
        ++counts_.dropped;
    } else {
        answer(arrival, request, now);
    }
}

void Responder::answer(const probe::Arrival& arrival, const wire::Request& request,
                       Instant now) noexcept {
    wire::AnswerFields fields;
    fields.to_tag = options_.to_tag;
    switch (request.method) {
        case wire::Method::options:
            fields.status = options_.status;
            fields.reason = options_.reason;
            if (fields.status == 200) fields.extra_headers = allow;
            break;
        case wire::Method::register_: break;
        default: fields.status = 501; fields.reason = reason_phrase(501);
    }
    const std::span<char> space = queue_.space(wire::request_capacity);
    if (space.empty()) {
        ++counts_.overflowed;
        return;
    }
    const std::size_t length =
        wire::encode_answer(request, arrival.from, fields, space.first(wire::request_capacity));
    if (length == 0) {
        ++counts_.malformed;
        return;
    }
    queue_.push({.due = now + options_.delay,
                 .to = wire::answer_destination(request, arrival.from),
                 .local = arrival.local,
                 .socket = arrival.socket,
                 .length = static_cast<std::uint32_t>(length)});
}

bool Responder::due(Instant now, probe::Outbox& outbox) noexcept {
    while (!queue_.empty() && queue_.front().due <= now) {
        if (outbox.full()) return true;
        const DelayQueue::Entry& waiting = queue_.front();
        const std::string_view text = queue_.text(waiting);
        probe::Outgoing& outgoing = outbox.add();
        outgoing.probe = probe::no_probe;
        outgoing.socket = waiting.socket;
        outgoing.to = waiting.to;
        outgoing.local = waiting.local;
        outgoing.length = waiting.length;
        std::memcpy(outgoing.bytes.data(), text.data(), text.size());
        ++counts_.answered;
        queue_.pop();
    }
    return false;
}

Instant Responder::next_deadline() const noexcept {
    return queue_.empty() ? never : queue_.front().due;
}

}  // namespace sipping::respond
