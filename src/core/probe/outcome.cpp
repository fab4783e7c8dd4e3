// How probes end: expiry, and the records made of it.
#include <algorithm>

#include "sipping/probe/engine.hpp"

namespace sipping::probe {

void Engine::expire(Instant read_until, Instant now) noexcept {
    const Instant moment = read_until - expiry_grace;
    for (;;) {
        const std::uint32_t slot = table_.next_expired(moment);
        if (slot == match::no_slot) break;
        end_unanswered(slot);
    }
    table_.retire(now);
}

/// What came while this probe was out from where it was asked, or from a port of that host at which
/// nobody is.
std::uint32_t Engine::unread_beside(const match::Slot& slot) const noexcept {
    const Endpoint& to = asked(slot);
    const Instant end = table_.deadline(slot);
    Sender there = endpoints_.sender(to);
    // A name that has moved since: what came before that is noted as its target's.
    if (there.target == every_target || there.other_port) there = {slot.target, false};
    const Sender other_port{endpoints_.target_at(to.address), true};
    return strays_.count(there, slot.sent, end) + strays_.count(other_port, slot.sent, end);
}

/// The deadline has passed: 1xx came, or an ICMP error named it, or nothing at all.
void Engine::end_unanswered(std::uint32_t slot_index) noexcept {
    match::Slot& slot = table_.at(slot_index);
    const match::Note* note = table_.note_of(slot);
    if (slot.sent < stall_until_ && table_.deadline(slot) > stall_from_) slot.self |= self_stall;
    Kind kind = Kind::timeout;
    if (note != nullptr && note->has_provisional)
        kind = Kind::provisional;
    else if (note != nullptr && note->has_icmp)
        kind = Kind::icmp;
    ProbeResult result = result_of(slot_index, kind);
    if (kind == Kind::provisional) {
        result.status = note->status;
        result.status_line = note->status_line();
        result.latency = std::max(note->at - slot.sent, Duration::zero());
        result.rx_user = note->rx_user;
        result.mangled = note->mangled;
        result.syntax = note->syntax;
        result.arrival_port =
            note->arrival_port == slot.port ? std::uint16_t{0} : note->arrival_port;
        result.from_elsewhere = note->from != asked(slot);
        result.from = note->from;
    }
    slot.lost = is_loss(kind);
    if (slot.lost) result.unread = unread_beside(slot);
    sink_.result(result);
    finish(slot_index, match::State::dropped);
}

void Engine::abandon() noexcept {
    stopping_ = true;
    answers_waiting_ = 0;
    table_.for_each_in_flight([this](std::uint32_t slot) {
        table_.at(slot).counts = false;
        sink_.result(result_of(slot, Kind::pending));
        finish(slot, match::State::dropped);
    });
}

ProbeResult Engine::result_of(std::uint32_t slot_index, Kind kind) noexcept {
    const match::Slot& slot = table_.at(slot_index);
    ProbeResult result;
    result.kind = kind;
    // Blame is for losses: an answered probe needs no excuse.
    result.self = has_answer(kind) ? std::uint8_t{0} : slot.self;
    result.target = slot.target;
    result.call_id = slot.call_id;
    result.source_port = slot.port;
    result.due = slot.due;
    result.sent = slot.sent;
    result.sent_wall = slot.sent_wall;
    result.from = asked(slot);
    result.moved = slot.generation != asked_.generation(slot.target);
    const match::Note* note = table_.note_of(slot);
    if (note != nullptr && note->has_icmp && !has_answer(kind))
        result.icmp = IcmpError{.family = note->icmp_from.family,
                                .type = note->icmp_type,
                                .code = note->icmp_code,
                                .from = note->icmp_from};
    return result;
}

void Engine::describe_answer(ProbeResult& result, const match::Match& match,
                             const wire::Response& response, const SyntaxFault& syntax,
                             const Arrival& arrival) noexcept {
    const match::Slot& slot = table_.at(match.slot);
    const std::uint16_t arrival_port = pool_.port(arrival.socket);
    result.mangled = match.disagree;
    result.rx_user = !arrival.kernel_stamped;
    result.truncated = arrival.truncated;
    result.from = arrival.from;
    result.from_elsewhere = arrival.from != asked(slot);
    result.arrival_port = arrival_port == slot.port ? std::uint16_t{0} : arrival_port;
    result.status = response.status;
    result.status_line = response.status_line;
    result.syntax = syntax;
    if ((match.disagree & match::Field::branch) == 0) {
        result.via_received = response.via.received;
        result.via_rport = response.via.rport;
    }
    result.service = judge(slot.target, response.status);
    // A batch's interpolated send time may be a few microseconds late: never below zero.
    result.latency = std::max(arrival.at - slot.sent, Duration::zero());
    result.retry_after_s = response.retry_after_s;
    result.raw = arrival.bytes;
}

void Engine::finish(std::uint32_t slot_index, match::State state) noexcept {
    const std::uint32_t target = table_.at(slot_index).target;
    table_.finish(slot_index, state);
    for (;;) {
        const std::uint32_t settled = table_.next_settled(target);
        if (settled == match::no_slot) return;
        const match::Slot& slot = table_.at(settled);
        sink_.settled(Settled{.target = target,
                              .counts = slot.counts,
                              .lost = slot.lost,
                              .service = slot.service,
                              .self = slot.self,
                              .call_id = slot.call_id,
                              .sent = slot.sent,
                              .sent_wall = slot.sent_wall});
    }
}

}  // namespace sipping::probe
