// What came to our ports and belongs to no probe: requests, which are answered where they may be,
// and everything that cannot be attributed. Nothing that arrived goes unseen.
#include "sipping/probe/engine.hpp"
#include "sipping/wire/lenient.hpp"

namespace sipping::probe {

void Engine::on_request(const Arrival& arrival) noexcept {
    wire::Response identity;
    if (wire::read_echo(arrival.bytes, identity) &&
        match_of(identity, arrival).slot != match::no_slot)
        return on_stray(StrayReason::echo, arrival);
    const std::string_view message = wire::without_padding(arrival.bytes);
    wire::Request request;
    const bool readable = wire::decode_request(message, request) == wire::DecodeError::ok;
    tell({.reason = readable ? StrayReason::request : StrayReason::bad_request,
          .method = message.substr(0, message.find(' ')),
          .user_agent = wire::user_agent_of(message),
          .answered = readable && answer(request, arrival)},
         arrival);
}

/// Without state, from the port it came to (RFC 3261 section 11.2): OPTIONS with 200, ACK never,
/// the rest with 501. Strangers learn nothing: a scanner would find a thousand live ports.
bool Engine::answer(const wire::Request& request, const Arrival& arrival) noexcept {
    if (options_.answer == AnswerTo::none || request.method == wire::Method::ack) return false;
    if (options_.answer == AnswerTo::asked &&
        endpoints_.target_at(arrival.from.address) == every_target)
        return false;
    if (answers_waiting_ == answers_.size()) return false;
    wire::AnswerFields fields;
    fields.to_tag = to_tag_;
    if (request.method != wire::Method::options) {
        fields.status = 501;
        fields.reason = "Not Implemented";
    }
    Answer& answer = answers_[answers_waiting_];
    answer.socket = arrival.socket;
    answer.to = wire::answer_destination(request, arrival.from);
    answer.length = static_cast<std::uint32_t>(
        wire::encode_answer(request, arrival.from, fields, answer.bytes));
    // No amplifier: a forged source must not get more out of us than it put in.
    if (answer.length == 0 || answer.length > arrival.bytes.size() + arrival.bytes.size() / 2)
        return false;
    ++answers_waiting_;
    return true;
}

void Engine::on_stray(StrayReason reason, const Arrival& arrival) noexcept {
    tell({.reason = reason}, arrival);
}

void Engine::tell(Stray stray, const Arrival& arrival) noexcept {
    ++counts_.strays[static_cast<std::size_t>(stray.reason)];
    const Sender sender = endpoints_.sender(arrival.from);
    stray.target = sender.target;
    stray.other_port = sender.other_port;
    stray.from = arrival.from;
    stray.port = pool_.port(arrival.socket);
    stray.at = reading_.wall(arrival.at);
    stray.raw = arrival.bytes;
    if (stray.unread()) {
        ++counts_.unread;
        strays_.add(sender, arrival.at);
    }
    sink_.stray(stray);
}

}  // namespace sipping::probe
