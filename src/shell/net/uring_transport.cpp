#include "net/uring_transport.hpp"

#include <poll.h>

#include <algorithm>
#include <cassert>
#include <system_error>

namespace sipping::net {
namespace {

// One enter runs at most max(20, wait count) deferred completions (Linux >= 6.13).
constexpr unsigned drain_count = 256;
// Looks at one wait; each of them either fills the inbox or finds less to do.
constexpr int looks_at_most = 64;
constexpr int looks_to_end = 1000;
constexpr Duration longest_sleep = 1h;

// user_data of a receive: generation (32 bits), index (24 bits).
constexpr std::uint64_t receive_value(std::uint32_t generation, std::uint32_t index) noexcept {
    return std::uint64_t{generation} << 24 | index;
}

constexpr std::uint32_t index_of(std::uint64_t data) noexcept {
    return static_cast<std::uint32_t>(data & 0xffffff);
}

constexpr std::uint32_t generation_of(std::uint64_t data) noexcept {
    return static_cast<std::uint32_t>(io::value_of(data) >> 24);
}

}  // namespace

UringTransport::UringTransport(io::Ring& ring, TransportParts parts)
    : SocketTransport(std::move(parts)), ring_(ring), buffers_(ring) {
    const std::uint32_t sockets = parts_.pool->size();
    receivers_.resize(sockets + 2);
    waiting_.reserve(sockets + 2);
    held_.reserve(BufferRing::count);
    register_files();
    for (std::uint32_t index = 0; index < sockets + 2; ++index)
        if (descriptor(index) >= 0) arm(index);
    if (parts_.wake_fd >= 0) arm_wake();
    ring_.submit();
}

// Ends what is armed, as otherwise the ports would stay in use for a while after the ring is closed
// and a later system call of this thread would be interrupted by that.
UringTransport::~UringTransport() {
    ending_ = true;
    for (std::uint32_t index = 0; index < receivers_.size(); ++index)
        if (receivers_[index].armed) cancel(index);
    probe::Inbox unread;
    const auto armed = [](const Receiver& receiver) { return receiver.armed; };
    for (int look = 0; look < looks_to_end && std::ranges::any_of(receivers_, armed); ++look) {
        (void)ring_.wait(drain_count, Duration{1});
        unread.clear();
        ring_.drain(probe::Inbox::capacity,
                    [&](const io_uring_cqe& cqe) noexcept { on_completion(cqe, unread); });
    }
    io_uring_unregister_files(ring_.raw());
}

// Sends name their socket by its place in the ring's table. Receives do not: a kernel before 6.13
// keeps a replaced file, and so its port, until every request that was armed meanwhile has ended.
void UringTransport::register_files() {
    const std::uint32_t count = parts_.pool->size();
    std::vector<int> descriptors;
    for (std::uint32_t socket = 0; socket < count; ++socket)
        descriptors.push_back(descriptor(socket));
    int result = io_uring_register_files_sparse(ring_.raw(), count);
    if (result >= 0)
        result = io_uring_register_files_update(ring_.raw(), 0, descriptors.data(), count);
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), "io_uring_register_files");
}

void UringTransport::update_file(std::uint32_t socket, int fd) noexcept {
    io_uring_register_files_update(ring_.raw(), socket, &fd, 1);
}

void UringTransport::arm(std::uint32_t index) noexcept {
    Receiver& receiver = receivers_[index];
    assert(!receiver.armed);
    receiver.armed = true;
    ++receiver.generation;
    io_uring_sqe* sqe = ring_.require_sqe();
    io_uring_prep_recvmsg_multishot(sqe, descriptor(index), buffers_.shape(), 0);
    // Without POLL_FIRST an arming would fail at once when no buffer is free, even on an idle
    // socket.
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = BufferRing::group;
    const bool icmp = index >= parts_.pool->size();
    sqe->user_data = io::user_data(icmp ? io::Tag::icmp : io::Tag::receive,
                                   receive_value(receiver.generation, index));
}

void UringTransport::arm_wake() noexcept {
    io_uring_sqe* sqe = ring_.require_sqe();
    io_uring_prep_poll_multishot(sqe, parts_.wake_fd, POLLIN);
    sqe->user_data = io::user_data(io::Tag::wake, 0);
}

void UringTransport::want_armed(std::uint32_t index) noexcept {
    Receiver& receiver = receivers_[index];
    if (receiver.waiting || ending_) return;
    receiver.waiting = true;
    waiting_.push_back(index);
}

void UringTransport::arm_waiting() noexcept {
    for (const std::uint32_t index : waiting_) {
        receivers_[index].waiting = false;
        if (!receivers_[index].armed && descriptor(index) >= 0) arm(index);
    }
    waiting_.clear();
}

void UringTransport::cancel(std::uint32_t index) noexcept {
    const std::uint64_t value = receive_value(receivers_[index].generation, index);
    const bool icmp = index >= parts_.pool->size();
    io_uring_sqe* sqe = ring_.require_sqe();
    io_uring_prep_cancel64(sqe, io::user_data(icmp ? io::Tag::icmp : io::Tag::receive, value), 0);
    sqe->user_data = io::user_data(io::Tag::cancel, value);
}

void UringTransport::replace(std::uint32_t socket) noexcept {
    Receiver& receiver = receivers_[socket];
    if (receiver.closing) return;
    receiver.closing = true;
    // close() would neither end an armed receive nor free the port: cancel, and wait for its last
    // completion.
    if (receiver.armed)
        cancel(socket);
    else
        finish_replacing(socket);
}

void UringTransport::finish_replacing(std::uint32_t socket) noexcept {
    receivers_[socket].closing = false;
    const std::uint16_t port =
        parts_.pool->replace(socket, [this, socket](int fd) noexcept { update_file(socket, fd); });
    forget_drops(socket);
    if (port != 0) want_armed(socket);
    gathered_.replaced.push_back({socket, port});
}

void UringTransport::wait_until(Instant deadline, probe::Inbox& inbox) noexcept {
    inbox.clear();
    for (const std::uint16_t id : held_)
        buffers_.give_back(id);
    held_.clear();
    buffers_.publish();
    parts_.files->poll();

    woken_ = false;
    bool read_all = collect(inbox);
    if (read_all && !woken_ && nothing_came(inbox)) {
        const Duration left = deadline - read_until_;
        if (left > Duration::zero()) {
            const bool gather = parts_.gather && left <= gather_limit;
            (void)ring_.wait(gather ? drain_count : 1, std::min(left, longest_sleep));
            read_all = collect(inbox);
        }
    }
    if (io_uring_sq_ready(ring_.raw()) > 0) ring_.submit();
    inbox.woken = woken_;
    finish(inbox, read_all, deadline);
}

// Runs what the kernel deferred to us. True when nothing that was pending is left.
bool UringTransport::run_pending() noexcept {
    const auto overflow = [this] {
        return (IO_URING_READ_ONCE(*ring_.raw()->sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0;
    };
    // Without deferred completions there is no telling: look each time.
    const auto idle = [&] {
        return ring_.defers_task_work() && !ring_.work_pending() && !overflow();
    };
    if (idle()) return true;
    // Runs about 20 completions and arms no timer: a sixth cheaper a datagram than the wait for
    // many.
    (void)ring_.wait(0, Duration::zero());
    if (idle()) return true;
    // More than that, or the kernel's flag stayed set with nothing behind it. A wait for many that
    // ends with fewer ran them all.
    const int result = ring_.wait(drain_count, Duration{1});
    return (result >= 0 || result == -ETIME) && !overflow() &&
           io_uring_cq_ready(ring_.raw()) < drain_count;
}

// Takes everything that came. True when nothing that had reached our sockets by read_until_ is
// left; false when the inbox is full, and read_until_ stays where it was.
bool UringTransport::collect(probe::Inbox& inbox) noexcept {
    for (int look = 0; look < looks_at_most; ++look) {
        arm_waiting();
        if (io_uring_sq_ready(ring_.raw()) > 0) ring_.submit();
        const Instant now = parts_.clock->now();
        note_overflow();
        const bool ran_all = run_pending();
        // Room is what the whole drain may take: a completion adds at most one thing of each kind.
        const unsigned limit = room(inbox);
        const unsigned seen = ring_.drain(
            limit, [&](const io_uring_cqe& cqe) noexcept { on_completion(cqe, inbox); });
        buffers_.publish();
        if (seen == limit || room(inbox) == 0) return false;
        if (ran_all && waiting_.empty()) {
            read_until_ = now;
            return true;
        }
    }
    return false;
}

// Completions that did not fit the queue: the kernel keeps them, but ends multishot requests. If it
// could not even keep them, nobody told us which ones: a cancel finds nothing where a receive was
// lost.
void UringTransport::note_overflow() noexcept {
    const unsigned flags = IO_URING_READ_ONCE(*ring_.raw()->sq.kflags);
    const bool lost = ring_.take_overflow();
    if (lost || (flags & IORING_SQ_CQ_OVERFLOW) != 0) ++health_.cq_overflows;
    if (!lost) return;
    for (std::uint32_t index = 0; index < receivers_.size(); ++index)
        if (receivers_[index].armed) cancel(index);
    arm_wake();
}

void UringTransport::on_completion(const io_uring_cqe& cqe, probe::Inbox& inbox) noexcept {
    const Meaning meaning = meaning_of(io::tag_of(cqe.user_data), cqe.res, cqe.flags);
    switch (meaning.action) {
        case Action::send_failure: on_send_failure(cqe); return;
        case Action::file:
            parts_.files->complete(io::value_of(cqe.user_data), cqe.res);
            woken_ = true;
            return;
        case Action::wake:
            woken_ = true;
            if (meaning.ended && cqe.res >= 0) arm_wake();
            return;
        case Action::not_found: {
            const std::uint32_t index = index_of(cqe.user_data);
            Receiver& receiver = receivers_[index];
            if (generation_of(cqe.user_data) != receiver.generation || !receiver.armed) return;
            receiver.armed = false;
            receiver.closing ? finish_replacing(index) : want_armed(index);
            return;
        }
        default: break;
    }
    const io::Tag tag = io::tag_of(cqe.user_data);
    if (tag == io::Tag::receive || tag == io::Tag::icmp) on_receive(cqe, inbox);
}

void UringTransport::on_receive(const io_uring_cqe& cqe, probe::Inbox& inbox) noexcept {
    const std::uint32_t index = index_of(cqe.user_data);
    const Meaning meaning = meaning_of_receive(cqe.res, cqe.flags);
    Receiver& receiver = receivers_[index];
    if (generation_of(cqe.user_data) != receiver.generation) {
        if (meaning.has_buffer)
            buffers_.give_back(static_cast<std::uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT));
        return;
    }
    switch (meaning.action) {
        case Action::datagram: on_datagram(index, cqe, inbox); break;
        case Action::shortage:
            ++health_.buffer_shortages;
            buffers_.grow();
            break;
        case Action::pending_error:
            if (uses_error_queue(index)) {
                drain_error_queue(index);
                break;
            }
            [[fallthrough]];
        case Action::receive_error: ++health_.receive_errors; break;
        default: break;
    }
    if (meaning.has_buffer && meaning.action != Action::datagram)
        buffers_.give_back(static_cast<std::uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT));
    if (!meaning.ended) return;
    receiver.armed = false;
    if (receiver.closing)
        finish_replacing(index);
    else
        want_armed(index);
}

void UringTransport::on_datagram(std::uint32_t index, const io_uring_cqe& cqe,
                                 probe::Inbox& inbox) noexcept {
    const auto id = static_cast<std::uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
    const BufferRing::Message message = buffers_.read(id, cqe.res);
    const Datagram datagram{index, message.from, message.control, message.bytes, message.truncated};
    if (index < parts_.pool->size()) {
        add_arrival(inbox, datagram);
        held_.push_back(id);
        return;
    }
    add_raw_icmp(index == icmp_index(Family::v4) ? Family::v4 : Family::v6, datagram);
    buffers_.give_back(id);
}

}  // namespace sipping::net
