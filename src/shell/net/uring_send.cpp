// The sending half of UringTransport.
#include <algorithm>
#include <cassert>

#include "net/uring_transport.hpp"

namespace sipping::net {
namespace {

// user_data of a send: probe (32 bits), socket (20 bits), place in its batch (4 bits).
constexpr std::uint64_t send_data(const probe::Outgoing& entry, std::size_t index) noexcept {
    static_assert(probe::Outbox::capacity <= 16);
    return io::user_data(io::Tag::send, std::uint64_t{entry.probe} << 24 |
                                            std::uint64_t{entry.socket & 0xfffff} << 4 | index);
}

constexpr std::size_t index_of(std::uint64_t data) noexcept {
    return data & 0xf;
}

}  // namespace

void UringTransport::submit(probe::Outbox& outbox) noexcept {
    const std::span<probe::Outgoing> entries = outbox.entries();
    if (entries.empty()) return;
    // Whatever else is queued goes first, so that it does not blur the send times.
    if (io_uring_sq_ready(ring_.raw()) > 0) ring_.submit();
    const unsigned first_completion = io_uring_smp_load_acquire(ring_.raw()->cq.ktail);
    for (std::size_t i = 0; i < entries.size(); ++i)
        prepare(entries[i], i);
    submit_prepared(entries);
    if (parts_.error_queue) repeat_disturbed(entries, first_completion);
}

void UringTransport::prepare(probe::Outgoing& entry, std::size_t index) noexcept {
    assert(entry.socket < parts_.pool->size());
    SendSlot& slot = slots_[index];
    const socklen_t length = to_socket_address(entry.to, slot.to);
    io_uring_sqe* sqe = ring_.require_sqe();
    // MSG_DONTWAIT: a full send buffer is a failure to report, not a datagram to send late.
    const auto file = static_cast<int>(entry.socket);
    if (parts_.pktinfo && entry.local) {
        set_source(*entry.local, slot.source);
        slot.part = {entry.bytes.data(), entry.length};
        slot.message = {};
        slot.message.msg_name = &slot.to;
        slot.message.msg_namelen = length;
        slot.message.msg_iov = &slot.part;
        slot.message.msg_iovlen = 1;
        slot.message.msg_control = slot.source.bytes.data();
        slot.message.msg_controllen = slot.source.length;
        io_uring_prep_sendmsg(sqe, file, &slot.message, MSG_DONTWAIT);
    } else {
        io_uring_prep_send(sqe, file, entry.bytes.data(), entry.length, MSG_DONTWAIT);
        io_uring_prep_send_set_addr(sqe, &slot.to.any, static_cast<std::uint16_t>(length));
    }
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    sqe->user_data = send_data(entry, index);
}

void UringTransport::submit_prepared(std::span<probe::Outgoing> entries) noexcept {
    std::size_t done = 0;
    for (int attempt = 0; done < entries.size() && attempt < 8; ++attempt) {
        const Instant begin = parts_.clock->now();
        const int submitted = ring_.submit();
        const Instant end = parts_.clock->now();
        if (submitted <= 0) {
            // EBUSY, EAGAIN: the kernel wants completions taken first (io_uring_enter(2)).
            (void)ring_.wait(0, Duration::zero());
            continue;
        }
        const auto rest = entries.subspan(done);
        const std::size_t n = std::min(rest.size(), static_cast<std::size_t>(submitted));
        stamp_sends(rest.first(n), begin, end);
        done += n;
    }
    if (done < entries.size()) withdraw(entries, done);
}

// What the kernel would not take must not leave later with other bytes: it becomes a failure.
void UringTransport::withdraw(std::span<probe::Outgoing> entries, std::size_t first) noexcept {
    const io_uring_sq& queue = ring_.raw()->sq;
    const unsigned left = io_uring_sq_ready(ring_.raw());
    for (unsigned i = 0; i < left; ++i) {
        io_uring_sqe& sqe = queue.sqes[(queue.sqe_tail - 1 - i) & queue.ring_mask];
        if (io::tag_of(sqe.user_data) != io::Tag::send) continue;
        io_uring_prep_nop(&sqe);
        sqe.flags = IOSQE_CQE_SKIP_SUCCESS;
        sqe.user_data = io::user_data(io::Tag::none, 0);
    }
    for (probe::Outgoing& entry : entries.subspan(first)) {
        entry.sent = parts_.clock->now();
        add_send_failure({entry.probe, entry.socket, EAGAIN});
    }
}

// A failed send posted its completion during the submission, so only those are looked at. An error
// that ICMP left on the socket was about an earlier datagram: this one was never tried.
void UringTransport::repeat_disturbed(std::span<probe::Outgoing> entries,
                                      unsigned first_completion) noexcept {
    const io_uring_cq& queue = ring_.raw()->cq;
    const unsigned end = io_uring_smp_load_acquire(queue.ktail);
    for (unsigned at = first_completion; at != end; ++at) {
        io_uring_cqe& cqe = queue.cqes[at & queue.ring_mask];
        if (io::tag_of(cqe.user_data) != io::Tag::send || !may_be_pending_error(-cqe.res)) continue;
        const std::size_t index = index_of(cqe.user_data);
        cqe.user_data = io::user_data(io::Tag::none, 0);  // dealt with here
        drain_error_queue(entries[index].socket);
        ++health_.send_repeats;
        prepare(entries[index], index);
        submit_prepared(entries.subspan(index, 1));
    }
}

void UringTransport::on_send_failure(const io_uring_cqe& cqe) noexcept {
    const std::uint64_t value = io::value_of(cqe.user_data);
    add_send_failure({static_cast<std::uint32_t>(value >> 24),
                      static_cast<std::uint32_t>(value >> 4 & 0xfffff), -cqe.res});
}

}  // namespace sipping::net
