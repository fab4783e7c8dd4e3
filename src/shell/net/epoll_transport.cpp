#include "net/epoll_transport.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

#include "net/completion.hpp"
#include "net/error_queue.hpp"

namespace sipping::net {
namespace {

constexpr std::uint32_t wake_index = 0xffff'ffff;
constexpr Duration longest_sleep = 1h;

}  // namespace

EpollTransport::EpollTransport(TransportParts parts)
    : SocketTransport(std::move(parts)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      arena_(std::make_unique_for_overwrite<char[]>(arena_size)) {
    bool ok = static_cast<bool>(epoll_);
    for (std::uint32_t index = 0; ok && index < parts_.pool->size() + 2; ++index)
        ok = descriptor(index) < 0 || watch(index);
    if (ok && parts_.wake_fd >= 0) {
        epoll_event event{EPOLLIN, {.u32 = wake_index}};
        ok = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, parts_.wake_fd, &event) == 0;
    }
    if (!ok) throw std::system_error(errno, std::generic_category(), "epoll");
}

bool EpollTransport::watch(std::uint32_t index) noexcept {
    epoll_event event{EPOLLIN, {.u32 = index}};
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor(index), &event) == 0;
}

void EpollTransport::submit(probe::Outbox& outbox) noexcept {
    Instant begin = parts_.clock->now();
    for (probe::Outgoing& entry : outbox.entries()) {
        send_or_report(entry);
        const Instant end = parts_.clock->now();
        stamp_sends({&entry, 1}, begin, end);
        begin = parts_.send_times == SendTimes::stamped ? parts_.clock->now() : end;
    }
}

void EpollTransport::send_or_report(probe::Outgoing& entry) noexcept {
    int error = send(entry);
    // An error that ICMP left on the socket was about an earlier datagram: this one was never
    // tried.
    if (parts_.error_queue && may_be_pending_error(error)) {
        drain_error_queue(entry.socket);
        ++health_.send_repeats;
        error = send(entry);
    }
    if (error != 0) add_send_failure({entry.probe, entry.socket, error});
}

int EpollTransport::send(probe::Outgoing& entry) noexcept {
    assert(entry.socket < parts_.pool->size());
    SocketAddress to{};
    iovec part{entry.bytes.data(), entry.length};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = to_socket_address(entry.to, to);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    SourceControl source;
    if (parts_.pktinfo && entry.local) {
        set_source(*entry.local, source);
        message.msg_control = source.bytes.data();
        message.msg_controllen = source.length;
    }
    return ::sendmsg(descriptor(entry.socket), &message, MSG_DONTWAIT) < 0 ? errno : 0;
}

void EpollTransport::wait_until(Instant deadline, probe::Inbox& inbox) noexcept {
    inbox.clear();
    arena_used_ = 0;
    woken_ = false;
    parts_.files->poll();
    bool read_all = collect(inbox);
    if (read_all && !woken_ && nothing_came(inbox)) {
        const Duration left = std::min(deadline - read_until_, longest_sleep);
        if (left > Duration::zero()) {
            const timespec timeout{left / 1s, (left % 1s).count()};
            // Only waits: the level-triggered events are still there for collect().
            if (parts_.gather && left <= gather_limit)
                ::nanosleep(&timeout, nullptr);
            else
                ::epoll_pwait2(epoll_.get(), events_.data(), 1, &timeout, nullptr);
            read_all = collect(inbox);
        }
    }
    inbox.woken = woken_;
    finish(inbox, read_all, deadline);
}

// As UringTransport::collect().
bool EpollTransport::collect(probe::Inbox& inbox) noexcept {
    for (;;) {
        const Instant now = parts_.clock->now();
        switch (look(inbox)) {
            case Look::nothing: read_until_ = now; return true;
            case Look::something: break;
            case Look::full: return false;
        }
    }
}

// One datagram of each ready socket. A further look is cheaper than asking each socket for more.
EpollTransport::Look EpollTransport::look(probe::Inbox& inbox) noexcept {
    const int ready = ::epoll_wait(epoll_.get(), events_.data(), events_at_once, 0);
    received_ = false;
    for (int i = 0; i < ready; ++i) {
        if (full(inbox)) return Look::full;
        on_event(events_[static_cast<std::size_t>(i)], inbox);
    }
    return received_ ? Look::something : Look::nothing;
}

void EpollTransport::on_event(const epoll_event& event, probe::Inbox& inbox) noexcept {
    const std::uint32_t index = event.data.u32;
    if (index == wake_index) {
        woken_ = true;
        return;
    }
    if ((event.events & EPOLLERR) != 0) {
        if (uses_error_queue(index))
            drain_error_queue(index);
        else
            clear_pending_error(descriptor(index));
        received_ = true;
    }
    if ((event.events & EPOLLIN) != 0) receive(index, inbox);
}

void EpollTransport::receive(std::uint32_t index, probe::Inbox& inbox) noexcept {
    SocketAddress from{};
    alignas(cmsghdr) std::array<std::byte, control_capacity> control;
    iovec part{arena_.get() + arena_used_, largest_datagram};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t length = ::recvmsg(descriptor(index), &message, MSG_DONTWAIT);
    if (length < 0) {
        if (errno == EAGAIN || errno == EINTR) return;
        received_ = true;
        if (uses_error_queue(index) && may_be_pending_error(errno))
            drain_error_queue(index);
        else
            ++health_.receive_errors;
        return;
    }
    received_ = true;
    const auto size = static_cast<std::size_t>(length);
    const Datagram datagram{index,
                            to_endpoint(from),
                            read_control(message),
                            {arena_.get() + arena_used_, size},
                            (message.msg_flags & MSG_TRUNC) != 0};
    if (index >= parts_.pool->size()) {
        add_raw_icmp(index == icmp_index(Family::v4) ? Family::v4 : Family::v6, datagram);
        return;
    }
    add_arrival(inbox, datagram);
    arena_used_ += size;
}

void EpollTransport::replace(std::uint32_t socket) noexcept {
    const std::uint16_t port = parts_.pool->replace(socket, [](int) noexcept {});
    forget_drops(socket);
    const bool in_service = port != 0 && watch(socket);
    gathered_.replaced.push_back({socket, in_service ? port : std::uint16_t{0}});
}

}  // namespace sipping::net
