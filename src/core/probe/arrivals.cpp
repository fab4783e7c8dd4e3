// The receiving half of the engine: what came in, and which probe it is about.
#include <algorithm>
#include <cerrno>

#include "sipping/probe/engine.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::probe {

// A Match's disagreeing fields are a result's mangled ones, bit for bit.
static_assert(int{match::Field::call_id} == int{mangled_call_id});
static_assert(int{match::Field::branch} == int{mangled_via});
static_assert(int{match::Field::from_tag} == int{mangled_from_tag});
static_assert(int{match::Field::cseq} == int{mangled_cseq});

void Engine::on_inbox(const Inbox& inbox, const ClockReading& reading) noexcept {
    reading_ = reading;
    note_time(reading.now);
    for (const SendFailure& failure : inbox.send_failures)
        on_send_failure(failure);
    // Errors end nothing, but a late answer in the same inbox ends the probe they name: first.
    for (const IcmpArrival& arrival : inbox.icmp_errors)
        on_icmp(arrival);
    for (const Arrival& arrival : inbox.arrivals)
        on_arrival(arrival);
    for (const Replaced& replaced : inbox.replaced) {
        pool_.replaced(replaced.socket, replaced.port, reading.now);
        if (replaced.port == 0) continue;
        // The old number stays in the map until its port is taken again: an ICMP error about it
        // finds the socket, and the slot's own port tells the two apart.
        socket_by_port_[static_cast<std::size_t>(pool_.family(replaced.socket))][replaced.port] =
            replaced.socket;
    }
    read_until_ = inbox.read_until;
    expire(inbox.read_until, reading.now);
}

void Engine::on_arrival(const Arrival& arrival) noexcept {
    if (arrival.queue_drops > 0) blame_queue_drop(arrival.socket);
    wire::Response response;
    const wire::DecodeError error = wire::decode_response(arrival.bytes, response);
    if (error == wire::DecodeError::keep_alive) {
        ++counts_.keep_alives;
        return;
    }
    if (error == wire::DecodeError::request) return on_request(arrival);
    if (error != wire::DecodeError::ok) {
        ++counts_.malformed[static_cast<std::size_t>(error)];
        return;
    }
    const match::Path path{
        .from = arrival.from, .socket = arrival.socket, .local_port = pool_.port(arrival.socket)};
    const match::Match match = matcher_.find(
        response, path, [&](const match::Slot& slot) -> const Endpoint& { return asked(slot); });
    if (match.slot == match::no_slot) {
        ++counts_.foreign;
        return;
    }
    on_answer(match, response, arrival);
}

void Engine::on_answer(const match::Match& match, const wire::Response& response,
                       const Arrival& arrival) noexcept {
    const match::Slot& slot = table_.at(match.slot);
    const bool final = response.status >= 200;
    if (slot.state == match::State::waiting) {
        if (arrival.at <= table_.deadline(slot)) {
            if (!final) return keep_provisional(match.slot, match.disagree, response, arrival);
            ProbeResult result = result_of(match.slot, Kind::reply);
            describe_answer(result, match, response, arrival);
            sink_.result(result);
            return finish(match.slot, match::State::answered);
        }
        end_unanswered(match.slot);
    }
    if (slot.state != match::State::answered && slot.state != match::State::dropped) {
        ++counts_.foreign;  // an answer to what never left
        return;
    }
    ProbeResult result =
        result_of(match.slot, slot.state == match::State::answered ? Kind::duplicate : Kind::late);
    describe_answer(result, match, response, arrival);
    sink_.result(result);
    if (final) table_.at(match.slot).state = match::State::answered;
}

void Engine::keep_provisional(std::uint32_t slot, std::uint8_t disagree,
                              const wire::Response& response, const Arrival& arrival) noexcept {
    match::Note* note = table_.note_for(slot);
    if (note == nullptr) return;
    note->has_provisional = true;
    note->status = response.status;
    note->set_status_line(response.status_line);
    note->at = arrival.at;
    note->from = arrival.from;
    note->rx_user = !arrival.kernel_stamped;
    note->mangled = disagree;
    note->arrival_port = pool_.port(arrival.socket);
}

void Engine::on_send_failure(const SendFailure& failure) noexcept {
    if (failure.probe == no_probe) return;
    match::Slot& slot = table_.at(failure.probe);
    if (slot.state != match::State::waiting) return;
    --counts_.sent;
    ++counts_.send_error;
    slot.counts = false;
    if (failure.error == ENOBUFS) slot.self |= self_enobufs;
    ProbeResult result = result_of(failure.probe, Kind::send_error);
    result.error = failure.error;
    sink_.result(result);
    finish(failure.probe, match::State::not_sent);
}

/// Answered without state, from the port it came to (RFC 3261 section 11.2): OPTIONS with 200, ACK
/// never, the rest with 501.
void Engine::on_request(const Arrival& arrival) noexcept {
    ++counts_.requests;
    wire::Request request;
    if (wire::decode_request(arrival.bytes, request) != wire::DecodeError::ok) return;
    if (request.method == wire::Method::ack || answers_waiting_ == answers_.size()) return;
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
    if (answer.length > 0 && answer.length <= arrival.bytes.size() + arrival.bytes.size() / 2)
        ++answers_waiting_;
}

std::uint32_t Engine::probe_quoted(const IcmpArrival& arrival) noexcept {
    // A host that answers no ARP is reported after three seconds: mostly behind the timeout.
    const auto is_it = [&](const match::Slot& slot) {
        return (slot.state == match::State::waiting || slot.state == match::State::dropped) &&
               slot.port == arrival.local_port && asked(slot) == arrival.to;
    };
    if (arrival.call_id != 0) {
        const std::uint32_t slot = table_.find(identities_.number_of(arrival.call_id));
        return slot != match::no_slot && is_it(table_.at(slot)) ? slot : match::no_slot;
    }
    // The quote was cut before the Call-ID: the newest probe from that port to that target which no
    // error has named yet.
    const auto& by_port = socket_by_port_[static_cast<std::size_t>(arrival.to.address.family)];
    if (by_port.empty() || by_port[arrival.local_port] == no_socket) return match::no_slot;
    std::uint32_t slot = table_.newest_on_socket(by_port[arrival.local_port]);
    for (int steps = 0; slot != match::no_slot && steps < 1024; ++steps) {
        const match::Slot& candidate = table_.at(slot);
        const match::Note* note = table_.note_of(candidate);
        if (is_it(candidate) && (note == nullptr || !note->has_icmp)) return slot;
        const std::uint32_t older = candidate.older_on_socket;
        if (!table_.is_older_in_use(older, slot)) break;
        slot = older;
    }
    return match::no_slot;
}

void Engine::on_icmp(const IcmpArrival& arrival) noexcept {
    const std::uint32_t slot = probe_quoted(arrival);
    if (slot == match::no_slot) {
        ++counts_.icmp_unmatched;
        return;
    }
    const match::Slot& probe = table_.at(slot);
    match::Note* note = probe.state == match::State::waiting ? table_.note_for(slot) : nullptr;
    if (note != nullptr) {
        note->has_icmp = true;
        note->icmp_type = arrival.error.type;
        note->icmp_code = arrival.error.code;
        note->icmp_from = arrival.error.from;
    }
    sink_.icmp(probe.target, arrival.to, probe.call_id, arrival.error, arrival.at);
}

/// This socket's queue overflowed: what waits on it may have been answered into the full queue.
void Engine::blame_queue_drop(std::uint32_t socket) noexcept {
    std::uint32_t slot = table_.newest_on_socket(socket);
    for (int steps = 0; slot != match::no_slot && steps < 65536; ++steps) {
        match::Slot& probe = table_.at(slot);
        // Marked by an earlier drop: so are all before it. (On an answered probe it says nothing.)
        if ((probe.self & self_rx_drop) != 0) return;
        probe.self |= self_rx_drop;
        if (!table_.is_older_in_use(probe.older_on_socket, slot)) return;
        slot = probe.older_on_socket;
    }
}

}  // namespace sipping::probe
