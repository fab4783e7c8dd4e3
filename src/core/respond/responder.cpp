#include "sipping/respond/responder.hpp"

#include <cstring>

#include "sipping/respond/reason_phrase.hpp"
#include "sipping/wire/lenient.hpp"

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

std::optional<TokenBucket> bucket_of(const Options& options) {
    if (options.capacity_per_s == 0) return std::nullopt;
    return TokenBucket{options.capacity_per_s};
}

std::string retry_after_of(const Options& options) {
    if (!options.retry_after_s) return {};
    return "Retry-After: " + std::to_string(*options.retry_after_s) + "\r\n";
}

}  // namespace

Responder::Responder(const Options& options)
    : options_(with_reason(options)),
      capacity_(bucket_of(options)),
      reason_asked_(options.reason.size()),
      retry_after_(retry_after_of(options)),
      queue_(options.max_waiting, queue_bytes(options)),
      drops_(options.drop_key) {
    if (options.max_rate_per_s > 0) sources_.emplace(options.max_rate_per_s, options.source_key);
}

void Responder::on_arrival(const probe::Arrival& arrival, Instant now) noexcept {
    ++counts_.received;
    if (arrival.bytes.starts_with("SIP/")) {  // never answered, so two responders cannot loop
        ++counts_.responses;
        return;
    }
    wire::Request request;
    const wire::DecodeError error = wire::decode_request(arrival.bytes, request);
    if (error != wire::DecodeError::ok &&
        wire::keep_alive_kind(arrival.bytes) != wire::KeepAlive::none) {
        ++counts_.keep_alives;
    } else if (error != wire::DecodeError::ok || arrival.truncated) {
        ++counts_.malformed;
    } else if (request.method == wire::Method::ack) {  // RFC 3261 section 17.1.1.3
        ++counts_.acks;
    } else if (sources_ && !sources_->take(arrival.from.address, arrival.at)) {
        ++counts_.over_rate;
    } else if (options_.drop_percent > 0 && drops_.chance(options_.drop_percent)) {
        ++counts_.dropped;
    } else {
        answer(arrival, request, now);
    }
}

bool Responder::beyond_capacity(const wire::Request& request, Instant came) noexcept {
    if (!capacity_ || request.method == wire::Method::other) return false;
    return !capacity_->take(came);
}

void Responder::answer(const probe::Arrival& arrival, const wire::Request& request,
                       Instant now) noexcept {
    const Endpoint to = wire::answer_destination(request, arrival.from);
    if (to.port == options_.port && to.address == arrival.local) {
        ++counts_.own;
        return;
    }
    // By when it came and not by when it is read: being scheduled late is no lack of capacity.
    const bool refusal = beyond_capacity(request, arrival.at);
    if (refusal && options_.beyond == Beyond::silence) {
        ++counts_.over_capacity;
        return;
    }
    const std::span<char> space = queue_.space(wire::request_capacity);
    if (space.empty()) {
        ++counts_.overflowed;
        return;
    }
    const std::size_t length =
        encode(arrival, request, refusal ? refusal_fields() : answer_fields(request.method),
               space.first(wire::request_capacity));
    if (length == 0) {
        ++counts_.malformed;
        return;
    }
    queue_.push({.due = now + options_.delay,
                 .to = to,
                 .local = arrival.local,
                 .socket = arrival.socket,
                 .length = static_cast<std::uint32_t>(length),
                 .refusal = refusal});
}

/// No amplifier: a forged source must not get more than half as much again as was put in, but for
/// what was asked for on the command line. 0 when it cannot be answered so.
std::size_t Responder::encode(const probe::Arrival& arrival, const wire::Request& request,
                              wire::AnswerFields fields, std::span<char> out) const noexcept {
    const std::size_t most = arrival.bytes.size() * 3 / 2 + reason_asked_;
    std::size_t length = wire::encode_answer(request, arrival.from, fields, out);
    if (length > most && fields.status == 200) {
        fields.extra_headers = {};  // Allow may be left out (RFC 3261 table 2)
        length = wire::encode_answer(request, arrival.from, fields, out);
    }
    return length > most ? 0 : length;
}

wire::AnswerFields Responder::answer_fields(wire::Method method) const noexcept {
    wire::AnswerFields fields;
    fields.to_tag = options_.to_tag;
    switch (method) {
        case wire::Method::options:
            fields.status = options_.status;
            fields.reason = options_.reason;
            if (fields.status == 200) fields.extra_headers = allow;
            break;
        case wire::Method::register_: break;
        default: fields.status = 501; fields.reason = reason_phrase(501);
    }
    return fields;
}

wire::AnswerFields Responder::refusal_fields() const noexcept {
    return {.status = 503,
            .reason = reason_phrase(503),
            .to_tag = options_.to_tag,
            .extra_headers = retry_after_};
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
        ++(waiting.refusal ? counts_.refused : counts_.answered);
        queue_.pop();
    }
    return false;
}

Instant Responder::next_deadline() const noexcept {
    return queue_.empty() ? never : queue_.front().due;
}

}  // namespace sipping::respond
