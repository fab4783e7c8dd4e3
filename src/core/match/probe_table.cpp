#include "sipping/match/probe_table.hpp"

#include <algorithm>
#include <cstring>

namespace sipping::match {

void Note::set_status_line(std::string_view text) noexcept {
    line_length = static_cast<std::uint8_t>(std::min(text.size(), line.size()));
    std::memcpy(line.data(), text.data(), line_length);
}

ProbeTable::ProbeTable(const TableOptions& options, std::span<const Duration> timeouts)
    : options_(options),
      timeouts_(timeouts.begin(), timeouts.end()),
      slots_(options.capacity),
      of_target_(timeouts.size()),
      newest_on_socket_(options.sockets, no_slot),
      in_flight_on_socket_(options.sockets),
      notes_(std::min<std::uint32_t>(note_limit, options.capacity + 1)) {
    assert(options.capacity > 0);
    for (std::size_t target = 0; target < timeouts_.size(); ++target) {
        const auto same = std::find_if(fifos_.begin(), fifos_.end(), [&](const Fifo& fifo) {
            return fifo.timeout == timeouts_[target];
        });
        of_target_[target].fifo = static_cast<std::uint32_t>(same - fifos_.begin());
        if (same == fifos_.end()) fifos_.push_back({timeouts_[target]});
    }
}

std::uint32_t ProbeTable::insert(std::uint64_t call_id, std::uint32_t target, std::uint32_t socket,
                                 std::uint16_t port, Instant due) noexcept {
    assert(kept_ < slots_.size());
    const std::uint32_t at = head_;
    head_ = after(head_);
    ++kept_;
    next_number_ = next_number_ + 1 == wire::call_id_count ? 0 : next_number_ + 1;
    Slot& slot = slots_[at];
    slot = Slot{.call_id = call_id,
                .due = due,
                .target = target,
                .socket = socket,
                .older_on_socket = newest_on_socket_[socket],
                .port = port,
                .state = State::encoded};
    newest_on_socket_[socket] = at;
    OfTarget& of_target = of_target_[target];
    if (of_target.oldest == no_slot)
        of_target.oldest = at;
    else
        slots_[of_target.newest].next_of_target = at;
    of_target.newest = at;
    ++of_target.in_flight;
    ++in_flight_on_socket_[socket];
    ++in_flight_;
    return at;
}

void ProbeTable::mark_sent(std::uint32_t slot_index, Instant sent, WallTime sent_wall) noexcept {
    Slot& slot = slots_[slot_index];
    assert(slot.state == State::encoded);
    slot.state = State::waiting;
    slot.sent = sent;
    slot.sent_wall = sent_wall;
    Fifo& fifo = fifos_[of_target_[slot.target].fifo];
    if (fifo.last == no_slot)
        fifo.first = slot_index;
    else
        slots_[fifo.last].next_deadline = slot_index;
    fifo.last = slot_index;
}

void ProbeTable::finish(std::uint32_t slot_index, State state) noexcept {
    Slot& slot = slots_[slot_index];
    assert(slot.state == State::waiting || slot.state == State::encoded);
    assert(state == State::answered || state == State::dropped || state == State::not_sent);
    slot.state = state;
    --in_flight_;
    --of_target_[slot.target].in_flight;
    --in_flight_on_socket_[slot.socket];
    free_note(slot);
}

void ProbeTable::drop_finished_heads(Fifo& fifo) noexcept {
    while (fifo.first != no_slot && slots_[fifo.first].state != State::waiting) {
        const std::uint32_t next = slots_[fifo.first].next_deadline;
        slots_[fifo.first].next_deadline = no_slot;
        fifo.first = next;
    }
    if (fifo.first == no_slot) fifo.last = no_slot;
}

Instant ProbeTable::next_deadline() noexcept {
    Instant earliest = never;
    for (Fifo& fifo : fifos_) {
        drop_finished_heads(fifo);
        if (fifo.first != no_slot)
            earliest = std::min(earliest, slots_[fifo.first].sent + fifo.timeout);
    }
    return earliest;
}

std::uint32_t ProbeTable::next_expired(Instant moment) noexcept {
    for (Fifo& fifo : fifos_) {
        drop_finished_heads(fifo);
        if (fifo.first != no_slot && slots_[fifo.first].sent + fifo.timeout < moment)
            return fifo.first;
    }
    return no_slot;
}

bool ProbeTable::release_oldest(Instant now, bool forced) noexcept {
    Slot& slot = slots_[tail_];
    if (slot.state == State::waiting || slot.state == State::encoded) return false;
    // A finished probe that waits for an older one of its target to be reported in order.
    OfTarget& of_target = of_target_[slot.target];
    if (of_target.oldest == tail_) return false;
    const bool rested =
        slot.state == State::not_sent || deadline(slot) + options_.late_window <= now;
    if (!rested && !forced) return false;
    if (!rested) ++early_forgotten_;
    // Still linked in a deadline FIFO? Its head was dropped first: the ring is in sending order,
    // but FIFOs of longer timeouts may lag behind.
    Fifo& fifo = fifos_[of_target.fifo];
    drop_finished_heads(fifo);
    if (newest_on_socket_[slot.socket] == tail_) newest_on_socket_[slot.socket] = no_slot;
    slot.state = State::free;
    tail_ = after(tail_);
    --kept_;
    return true;
}

void ProbeTable::retire(Instant now) noexcept {
    while (kept_ > 0 && release_oldest(now, false)) {
    }
}

std::uint32_t ProbeTable::next_settled(std::uint32_t target) noexcept {
    OfTarget& of_target = of_target_[target];
    const std::uint32_t at = of_target.oldest;
    if (at == no_slot) return no_slot;
    const Slot& slot = slots_[at];
    if (slot.state == State::waiting || slot.state == State::encoded) return no_slot;
    of_target.oldest = slot.next_of_target;
    if (of_target.oldest == no_slot) of_target.newest = no_slot;
    return at;
}

bool ProbeTable::is_older_in_use(std::uint32_t slot, std::uint32_t newer) const noexcept {
    if (slot == no_slot || slots_[slot].state == State::free) return false;
    if (slots_[slot].socket != slots_[newer].socket) return false;  // reused for another one
    // Ring order: how far behind the head each stands.
    const auto age = [&](std::uint32_t at) {
        return at < head_ ? head_ - at : head_ + capacity() - at;
    };
    return age(slot) > age(newer);
}

bool ProbeTable::is_out(std::uint32_t socket, std::uint32_t target) const noexcept {
    std::uint32_t left = in_flight_on_socket_[socket];
    std::uint32_t slot = newest_on_socket_[socket];
    for (int steps = 0; left > 0 && slot != no_slot && steps < 64; ++steps) {
        const Slot& probe = slots_[slot];
        if (probe.state == State::waiting || probe.state == State::encoded) {
            if (probe.target == target) return true;
            --left;
        }
        if (!is_older_in_use(probe.older_on_socket, slot)) return false;
        slot = probe.older_on_socket;
    }
    return false;
}

Note* ProbeTable::note_for(std::uint32_t slot_index) noexcept {
    Slot& slot = slots_[slot_index];
    if (slot.note != 0) return &notes_[slot.note];
    if (free_note_ != 0) {
        slot.note = free_note_;
        free_note_ = notes_[slot.note].next_free;
    } else if (fresh_note_ < notes_.size()) {
        slot.note = fresh_note_++;
    } else {
        return nullptr;
    }
    notes_[slot.note] = Note{};
    return &notes_[slot.note];
}

void ProbeTable::free_note(Slot& slot) noexcept {
    if (slot.note == 0) return;
    notes_[slot.note].next_free = free_note_;
    free_note_ = slot.note;
    slot.note = 0;
}

}  // namespace sipping::match
