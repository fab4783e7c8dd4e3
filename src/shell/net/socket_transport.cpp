#include "net/socket_transport.hpp"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "net/error_queue.hpp"

namespace sipping::net {
namespace {

// A kernel counter modulo 2^32 that moved from `seen` to `now`; 0 when `now` is the older one.
std::uint32_t advance(std::uint32_t& seen, std::uint32_t now) noexcept {
    const std::uint32_t delta = now - seen;
    if (delta > 0x7fff'ffff) return 0;
    seen = now;
    return delta;
}

}  // namespace

SocketTransport::SocketTransport(TransportParts parts)
    : parts_(std::move(parts)),
      stamps_(parts_.clock->read()),
      drops_reported_(parts_.pool->size()),
      drops_counted_(parts_.pool->size()) {
    read_until_ = stamps_.now();
    last_sweep_ = stamps_.now();
}

int SocketTransport::descriptor(std::uint32_t index) const noexcept {
    if (index < parts_.pool->size()) return parts_.pool->fd(index);
    return index == icmp_index(Family::v4) ? parts_.icmp.v4.get() : parts_.icmp.v6.get();
}

void SocketTransport::add_arrival(probe::Inbox& inbox, const Datagram& datagram) noexcept {
    probe::Arrival& arrival = inbox.arrivals.emplace_back();
    // Until finish() this is the kernel's own stamp, on the wall clock.
    arrival.kernel_stamped = datagram.control.stamp.has_value();
    if (arrival.kernel_stamped) arrival.at = Instant{datagram.control.stamp->time_since_epoch()};
    arrival.truncated = datagram.truncated;
    arrival.socket = datagram.socket;
    arrival.from = datagram.from;
    arrival.local = datagram.control.local;
    arrival.bytes = datagram.bytes;
    if (datagram.truncated) ++health_.truncated;
    if (!datagram.control.drops) return;
    arrival.queue_drops = advance(drops_reported_[datagram.socket], *datagram.control.drops);
    count_drops(datagram.socket, *datagram.control.drops);
}

void SocketTransport::add_raw_icmp(Family family, const Datagram& packet) noexcept {
    if (gathered_.icmp_errors.size() == probe::Inbox::capacity) return;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(packet.bytes.data());
    auto arrival = read_raw_icmp(family, packet.from.address, {bytes, packet.bytes.size()});
    if (!arrival || !parts_.pool->has_port(family, arrival->local_port)) return;
    arrival->at = parts_.clock->now();
    gathered_.icmp_errors.push_back(*arrival);
}

void SocketTransport::add_send_failure(const probe::SendFailure& failure) noexcept {
    // A full send buffer (EAGAIN, as we never wait) is as much a lack of room as ENOBUFS.
    if (failure.error == ENOBUFS || failure.error == EAGAIN) ++health_.send_enobufs;
    gathered_.send_failures.push_back(failure);
}

void SocketTransport::drain_error_queue(std::uint32_t socket) noexcept {
    const int fd = descriptor(socket);
    // Taking the last entry clears the pending error too. A full inbox leaves the rest for later:
    // the error then stays pending and brings us here again.
    // Send times among them came too late to be of use.
    while (gathered_.icmp_errors.size() < probe::Inbox::capacity) {
        const QueueEntry entry = take_queue_entry(fd);
        if (entry.empty) {
            clear_pending_error(fd);
            return;
        }
        if (entry.icmp) add_queued_icmp(socket, *entry.icmp);
    }
}

void SocketTransport::add_queued_icmp(std::uint32_t socket, probe::IcmpArrival icmp) noexcept {
    icmp.local_port = parts_.pool->port(socket).number;
    icmp.at = parts_.clock->now();
    gathered_.icmp_errors.push_back(icmp);
}

void SocketTransport::stamp_sends(std::span<probe::Outgoing> entries, Instant begin,
                                  Instant end) noexcept {
    send_stamps_.batch(begin, end, entries.size());
    const bool stamped = parts_.send_times == SendTimes::stamped;
    const ClockReading reading = stamped ? parts_.clock->read() : ClockReading{};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        Instant& sent = entries[i].sent;
        sent = parts_.send_times == SendTimes::batch ? begin : send_stamps_.at(i);
        if (!stamped) continue;
        if (const auto stamp = take_send_stamp(entries[i].socket, reading))
            sent = send_stamps_.told(*stamp);
        // Where some have no stamp: in order of sending all the same.
        if (i > 0) sent = std::max(sent, entries[i - 1].sent);
    }
}

// The queue's oldest pair of stamps that is of this call. Older ones are of datagrams that waited
// for their neighbour's address (ARP) and left later than the call that sent them. The datagram
// was on its way between the two: beside a capture, the middle is off by 1 us where either alone
// is off by up to 7 us (one probe at a time, cold caches).
std::optional<Instant> SocketTransport::take_send_stamp(std::uint32_t socket,
                                                        const ClockReading& reading) noexcept {
    std::optional<Instant> queued;
    while (gathered_.icmp_errors.size() < probe::Inbox::capacity) {
        const QueueEntry entry = take_queue_entry(descriptor(socket));
        if (entry.empty) break;
        if (entry.icmp) add_queued_icmp(socket, *entry.icmp);
        if (!entry.sent) continue;
        const Instant at{entry.sent->at.time_since_epoch() - reading.wall_offset};
        if (!send_stamps_.within(at)) continue;
        if (!entry.sent->by_driver) {
            if (!queued) queued = at;  // further ones: another datagram's, or a device's below it
        } else if (queued) {
            return *queued + (at - *queued) / 2;
        }
    }
    return queued;
}

unsigned SocketTransport::room(const probe::Inbox& inbox) const noexcept {
    const std::size_t used = std::max({inbox.arrivals.size(), gathered_.send_failures.size(),
                                       gathered_.icmp_errors.size(), gathered_.replaced.size()});
    return static_cast<unsigned>(probe::Inbox::capacity - std::min(used, probe::Inbox::capacity));
}

void SocketTransport::finish(probe::Inbox& inbox, bool read_all, Instant deadline) noexcept {
    stamps_.look(parts_.clock->read(), read_all);
    // Where we are behind all the time, not each time.
    const Instant late_since = stamps_.now() - stall_limit;
    if (late_since > deadline && late_since > asked_after_stall_) ask_after_stall(inbox);
    health_.clock_steps = stamps_.steps();
    for (probe::Arrival& arrival : inbox.arrivals) {
        const auto at = arrival.kernel_stamped
                            ? stamps_.convert(WallTime{arrival.at.time_since_epoch()})
                            : std::nullopt;
        arrival.kernel_stamped = at.has_value();
        arrival.at = at.value_or(stamps_.now());
        if (!at) ++health_.unstamped;
    }
    inbox.send_failures.swap(gathered_.send_failures);
    inbox.icmp_errors.swap(gathered_.icmp_errors);
    inbox.replaced.swap(gathered_.replaced);
    inbox.read_until = read_until_;
}

void SocketTransport::count_drops(std::uint32_t socket, std::uint32_t drops) noexcept {
    health_.queue_drops += advance(drops_counted_[socket], drops);
}

std::optional<std::uint32_t> SocketTransport::kernel_drops(std::uint32_t socket) const noexcept {
    std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t length = sizeof info;
    if (::getsockopt(parts_.pool->fd(socket), SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0)
        return std::nullopt;
    return info[SK_MEMINFO_DROPS];
}

void SocketTransport::ask_after_stall(probe::Inbox& inbox) noexcept {
    asked_after_stall_ = stamps_.now();
    for (std::uint32_t socket = 0; socket < parts_.pool->size(); ++socket) {
        const auto drops = kernel_drops(socket);
        if (!drops) continue;
        count_drops(socket, *drops);
        if (advance(drops_reported_[socket], *drops) > 0 &&
            inbox.queue_dropped.size() < probe::Inbox::capacity)
            inbox.queue_dropped.push_back(socket);
    }
}

void SocketTransport::sweep_drops() noexcept {
    const std::uint32_t size = parts_.pool->size();
    for (std::uint32_t i = 0; i < std::min(sweep_size, size); ++i) {
        const std::uint32_t socket = next_swept_;
        next_swept_ = (next_swept_ + 1) % size;
        if (const auto drops = kernel_drops(socket)) count_drops(socket, *drops);
    }
}

probe::TransportHealth SocketTransport::health() noexcept {
    const Instant now = parts_.clock->now();
    if (now - last_sweep_ > 1s) {
        last_sweep_ = now;
        sweep_drops();
    }
    health_.estimated_sends = send_stamps_.estimated();
    return health_;
}

}  // namespace sipping::net
