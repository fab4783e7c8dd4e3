// The receiving half of the engine: what came in, and which probe it is about.
#include <algorithm>
#include <cerrno>

#include "sipping/probe/engine.hpp"
#include "sipping/wire/lenient.hpp"

namespace sipping::probe {

// A Match's disagreeing fields are a result's mangled ones, bit for bit.
static_assert(int{match::Field::call_id} == int{mangled_call_id});
static_assert(int{match::Field::branch} == int{mangled_via});
static_assert(int{match::Field::from_tag} == int{mangled_from_tag});
static_assert(int{match::Field::cseq} == int{mangled_cseq});

namespace {

/// Neither a response nor a request.
StrayReason what_is(std::string_view datagram) noexcept {
    switch (wire::keep_alive_kind(datagram)) {
        case wire::KeepAlive::empty: return StrayReason::empty;
        case wire::KeepAlive::crlf: return StrayReason::crlf;
        case wire::KeepAlive::nul: return StrayReason::nul;
        case wire::KeepAlive::stun: return StrayReason::stun;
        case wire::KeepAlive::none: break;
    }
    return StrayReason::not_sip;
}

/// Ends a probe. Only 1xx do not (RFC 3261 section 7.2); a code that is none says nothing of more.
bool is_final(std::uint16_t status) noexcept {
    return status < 100 || status >= 200;
}

/// A quoted packet does not say over which interface it left (RFC 4007 section 6).
bool is_quote_of(Endpoint asked, const Endpoint& quoted) noexcept {
    if (quoted.address.scope == 0) asked.address.scope = 0;
    return asked == quoted;
}

}  // namespace

void Engine::on_inbox(const Inbox& inbox, const ClockReading& reading) noexcept {
    reading_ = reading;
    note_time(reading.now);
    for (const SendFailure& failure : inbox.send_failures)
        on_send_failure(failure);
    // Errors end nothing, but a late answer in the same inbox ends the probe they name: first.
    for (const IcmpArrival& arrival : inbox.icmp_errors)
        on_icmp(arrival);
    for (const std::uint32_t socket : inbox.queue_dropped)
        blame_queue_drop(socket);
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
    SyntaxFault syntax;
    bool by_shape = false;
    switch (decode(arrival, response, syntax, by_shape)) {
        case wire::DecodeError::ok: break;
        case wire::DecodeError::request: return on_request(arrival);
        default: return on_stray(what_is(arrival.bytes), arrival);
    }
    const match::Match match = match_of(response, arrival);
    if (match.slot == match::no_slot) return on_stray(StrayReason::foreign, arrival);
    // Only what is ours teaches: forgers shall not make us forget.
    if (!by_shape && !syntax) {
        std::uint8_t& shape = shape_of_[table_.at(match.slot).target];
        shape = shapes_.note(shape, arrival.bytes, response);
    }
    on_answer(match, response, syntax, arrival);
}

/// By the shape that the last responses of the target had which was asked from this socket; else
/// strictly; and what that refuses, forgivingly.
wire::DecodeError Engine::decode(const Arrival& arrival, wire::Response& response,
                                 SyntaxFault& syntax, bool& by_shape) noexcept {
    const std::uint32_t newest = table_.newest_on_socket(arrival.socket);
    if (newest != match::no_slot) {
        by_shape = shapes_.read(shape_of_[table_.at(newest).target], arrival.bytes, response);
        if (by_shape) return wire::DecodeError::ok;
    }
    return wire::read_response(arrival.bytes, response, syntax);
}

match::Match Engine::match_of(const wire::Response& response,
                              const Arrival& arrival) const noexcept {
    const match::Path path{
        .from = arrival.from, .socket = arrival.socket, .local_port = pool_.port(arrival.socket)};
    return matcher_.find(response, path,
                         [&](const match::Slot& slot) -> const Endpoint& { return asked(slot); });
}

Service Engine::judge(std::uint32_t target, std::uint16_t status) const noexcept {
    const std::uint32_t policy = targets_[target].policy;
    return policy < options_.policies.size() ? options_.policies[policy].judge(status)
                                             : Service::fine;
}

void Engine::on_answer(const match::Match& match, const wire::Response& response,
                       const SyntaxFault& syntax, const Arrival& arrival) noexcept {
    match::Slot& slot = table_.at(match.slot);
    const bool final = is_final(response.status);
    if (slot.state == match::State::waiting) {
        if (arrival.at <= table_.deadline(slot)) {
            if (!final) return keep_provisional(match, response, syntax, arrival);
            ProbeResult result = result_of(match.slot, Kind::reply);
            describe_answer(result, match, response, syntax, arrival);
            slot.service = result.service;
            sink_.result(result);
            return finish(match.slot, match::State::answered);
        }
        end_unanswered(match.slot);
    }
    // An answer to what never left is nobody's.
    if (slot.state != match::State::answered && slot.state != match::State::dropped)
        return on_stray(StrayReason::foreign, arrival);
    ProbeResult result =
        result_of(match.slot, slot.state == match::State::answered ? Kind::duplicate : Kind::late);
    describe_answer(result, match, response, syntax, arrival);
    sink_.result(result);
    if (final) slot.state = match::State::answered;
}

void Engine::keep_provisional(const match::Match& match, const wire::Response& response,
                              const SyntaxFault& syntax, const Arrival& arrival) noexcept {
    match::Note* note = table_.note_for(match.slot);
    if (note == nullptr) return;
    note->has_provisional = true;
    note->status = response.status;
    note->set_status_line(response.status_line);
    note->at = arrival.at;
    note->from = arrival.from;
    note->rx_user = !arrival.kernel_stamped;
    note->mangled = match.disagree;
    note->syntax = syntax;
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

std::uint32_t Engine::probe_quoted(const IcmpArrival& arrival) noexcept {
    // A host that answers no ARP is reported after three seconds: mostly behind the timeout.
    const auto is_it = [&](const match::Slot& slot) {
        return (slot.state == match::State::waiting || slot.state == match::State::dropped) &&
               slot.port == arrival.local_port && is_quote_of(asked(slot), arrival.to);
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
