// Every probe that is out or was out lately: a ring of slots in sending order, and the deadlines.
// The ring is the hash table too: a Call-ID gives back its probe's number (wire/identity.hpp), and
// probe n is in slot n modulo capacity, so there are no collisions and nothing to rehash. An
// identity rests in its slot until the late window is over, so a late reply never lands on a newer
// probe. Fixed memory; says when the limit cuts the window short.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sipping/base/code_set.hpp"
#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/base/syntax_fault.hpp"
#include "sipping/base/zeroed_array.hpp"
#include "sipping/wire/identity.hpp"

namespace sipping::match {

inline constexpr std::uint32_t no_slot = 0xffffffff;

enum class State : std::uint8_t {
    free,
    encoded,   ///< given to the transport, send time not known yet
    waiting,   ///< out, before its deadline
    answered,  ///< ended by a final answer; further ones are duplicates
    dropped,   ///< ended without one; an answer would be late
    not_sent,  ///< the kernel refused it
};

/// What is known of one probe. One cache line; all zero is a free one.
struct alignas(64) Slot {
    std::uint64_t call_id = 0;
    Instant sent{};
    Instant due{};
    WallTime sent_wall{};
    std::uint32_t target = 0;
    std::uint32_t socket = 0;
    std::uint32_t next_deadline = no_slot;    ///< next in the FIFO of the same timeout
    std::uint32_t next_of_target = no_slot;   ///< next probe of the same target, in sending order
    std::uint32_t older_on_socket = no_slot;  ///< the probe that used this socket before
    std::uint32_t take = 0;                   ///< PortPool::taken() of its target at the time
    std::uint16_t port = 0;                   ///< the socket's port at the time
    std::uint16_t note = 0;                   ///< index of its Note; 0: none
    State state = State::free;
    bool lost : 1 = false;
    bool counts : 1 = true;  ///< for Settled, as service is
    Service service : 2 = Service::fine;
    std::uint8_t generation = 0;  ///< which of its target's addresses it asked (AskedEndpoints)
    std::uint8_t self = 0;
};
static_assert(sizeof(Slot) == 64);

/// What came for a probe that is still waiting, other than its answer. Rare, hence apart.
struct Note {
    bool has_icmp = false;
    bool has_provisional = false;
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;
    Address icmp_from;
    std::uint16_t status = 0;
    std::uint8_t line_length = 0;
    bool rx_user = false;
    std::uint8_t mangled = 0;
    SyntaxFault syntax;
    Instant at{};  ///< of the last provisional answer
    Endpoint from;
    std::uint16_t arrival_port = 0;  ///< our port it came to
    std::uint16_t next_free = 0;
    std::array<char, 120> line{};

    [[nodiscard]] std::string_view status_line() const noexcept {
        return {line.data(), line_length};
    }
    void set_status_line(std::string_view text) noexcept;
};

struct TableOptions {
    std::uint32_t capacity = 1024;  ///< identities kept at most
    Duration late_window = 32s;
    std::uint32_t sockets = 1;
};

class ProbeTable {
public:
    /// Notes for at most this many probes at a time; more ICMP errors or 1xx go without details.
    static constexpr std::uint16_t note_limit = 16384;

    /// One timeout per target.
    ProbeTable(const TableOptions& options, std::span<const Duration> timeouts);

    // --- a probe's way through ---

    /// False: every identity is still in flight. True: insert() will find a slot, for which the
    /// oldest resting identity may have been given up.
    [[nodiscard]] bool make_room(Instant now) noexcept {
        return kept_ < slots_.size() || release_oldest(now, true);
    }
    /// make_room() would.
    [[nodiscard]] bool has_room() const noexcept {
        if (kept_ < slots_.size()) return true;
        const State oldest = slots_[tail_].state;
        return oldest != State::waiting && oldest != State::encoded;
    }
    /// The slot of a new probe. There must be room, and the n-th call must bring the Call-ID of
    /// number n (wire::IdentitySource::next).
    [[nodiscard]] std::uint32_t insert(std::uint64_t call_id, std::uint32_t target,
                                       std::uint32_t socket, std::uint16_t port,
                                       Instant due) noexcept;
    /// The probe left; its deadline runs.
    void mark_sent(std::uint32_t slot, Instant sent, WallTime sent_wall) noexcept;
    /// A waiting or encoded probe ends; `state` is answered, dropped or not_sent.
    void finish(std::uint32_t slot, State state) noexcept;

    /// The slot of the probe of this number, or no_slot when it is not kept.
    [[nodiscard]] std::uint32_t find(std::uint64_t number) const noexcept {
        // How far it is behind the next one, round the end of all numbers.
        const std::uint64_t behind =
            next_number_ - number + (number < next_number_ ? 0 : wire::call_id_count);
        if (behind > kept_) return no_slot;
        const auto back = static_cast<std::uint32_t>(behind);
        return head_ >= back ? head_ - back : head_ + capacity() - back;
    }
    [[nodiscard]] Slot& at(std::uint32_t slot) noexcept { return slots_[slot]; }
    [[nodiscard]] const Slot& at(std::uint32_t slot) const noexcept { return slots_[slot]; }
    [[nodiscard]] Instant deadline(const Slot& slot) const noexcept {
        return slot.sent + timeouts_[slot.target];
    }

    // --- time ---

    /// The earliest deadline of a waiting probe; `never` when none waits.
    [[nodiscard]] Instant next_deadline() noexcept;
    /// A waiting probe whose deadline is before `moment`, or no_slot. The caller finishes it.
    [[nodiscard]] std::uint32_t next_expired(Instant moment) noexcept;
    /// Lets go of identities whose late window is over.
    void retire(Instant now) noexcept;

    // --- order of sending ---

    /// The oldest finished, unreported probe of this target when all before it are reported;
    /// no_slot otherwise. Each is returned once.
    [[nodiscard]] std::uint32_t next_settled(std::uint32_t target) noexcept;
    /// The oldest probe of this target that next_settled() has not returned; no_slot: none.
    [[nodiscard]] std::uint32_t oldest_unsettled(std::uint32_t target) const noexcept {
        return of_target_[target].oldest;
    }
    /// The newest probe that left from this socket, or no_slot; go on with Slot::older_on_socket
    /// while is_older_in_use().
    [[nodiscard]] std::uint32_t newest_on_socket(std::uint32_t socket) const noexcept {
        return newest_on_socket_[socket];
    }
    /// `slot` is in use and not newer than the one it was linked from.
    [[nodiscard]] bool is_older_in_use(std::uint32_t slot, std::uint32_t newer) const noexcept;

    /// A probe of this target that left from this socket is still out. (Behind 64 others that are
    /// out from it too, one goes unseen.)
    [[nodiscard]] bool is_out(std::uint32_t socket, std::uint32_t target) const noexcept;

    // --- notes ---

    /// The probe's note, made when it has none; null when all are taken.
    [[nodiscard]] Note* note_for(std::uint32_t slot) noexcept;
    [[nodiscard]] const Note* note_of(const Slot& slot) const noexcept {
        return slot.note == 0 ? nullptr : &notes_[slot.note];
    }

    [[nodiscard]] std::uint32_t in_flight() const noexcept { return in_flight_; }
    [[nodiscard]] std::uint32_t in_flight_of(std::uint32_t target) const noexcept {
        return of_target_[target].in_flight;
    }
    /// Identities given up before their late window was over.
    [[nodiscard]] std::uint64_t early_forgotten() const noexcept { return early_forgotten_; }

    /// Calls `visit(slot)` for each probe that is still out, oldest first.
    template <typename Visitor>
    void for_each_in_flight(Visitor&& visit) noexcept {
        std::uint32_t slot = tail_;
        for (std::uint32_t left = kept_; left > 0; --left, slot = after(slot))
            if (slots_[slot].state == State::waiting || slots_[slot].state == State::encoded)
                visit(slot);
    }

private:
    struct Fifo {
        Duration timeout;
        std::uint32_t first = no_slot;
        std::uint32_t last = no_slot;
    };
    struct OfTarget {
        std::uint32_t fifo = 0;
        std::uint32_t oldest = no_slot;  ///< oldest unreported probe
        std::uint32_t newest = no_slot;
        std::uint32_t in_flight = 0;
    };

    [[nodiscard]] std::uint32_t capacity() const noexcept {
        return static_cast<std::uint32_t>(slots_.size());
    }
    [[nodiscard]] std::uint32_t after(std::uint32_t slot) const noexcept {
        return slot + 1 == capacity() ? 0 : slot + 1;
    }
    [[nodiscard]] bool release_oldest(Instant now, bool forced) noexcept;
    void drop_finished_heads(Fifo& fifo) noexcept;
    void free_note(Slot& slot) noexcept;

    TableOptions options_;
    std::vector<Duration> timeouts_;
    ZeroedArray<Slot> slots_;
    std::vector<Fifo> fifos_;
    std::vector<OfTarget> of_target_;
    std::vector<std::uint32_t> newest_on_socket_;
    std::vector<std::uint32_t> in_flight_on_socket_;
    std::vector<Note> notes_;  ///< [0] is unused: index 0 means none
    std::uint16_t free_note_ = 0;
    std::uint16_t fresh_note_ = 1;   ///< never used so far: from here on
    std::uint32_t head_ = 0;         ///< slot of the next probe
    std::uint32_t tail_ = 0;         ///< slot of the oldest kept one
    std::uint32_t kept_ = 0;         ///< slots from tail_ to head_
    std::uint64_t next_number_ = 0;  ///< of the next probe
    std::uint32_t in_flight_ = 0;
    std::uint64_t early_forgotten_ = 0;
};

}  // namespace sipping::match
