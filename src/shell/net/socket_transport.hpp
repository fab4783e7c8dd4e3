// What both transports share: the pool, the books, receive times, ICMP. The part that differs, how
// datagrams get in and out of the kernel, is in UringTransport and EpollTransport.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "io/clock.hpp"
#include "io/file_ops.hpp"
#include "net/control.hpp"
#include "net/icmp_socket.hpp"
#include "net/network.hpp"
#include "net/send_stamps.hpp"
#include "net/socket_pool.hpp"
#include "net/stamp_clock.hpp"
#include "sipping/probe/transport.hpp"

namespace sipping::net {

/// Everything a transport is built from. `clock`, `files` and the ring outlive it.
struct TransportParts {
    std::unique_ptr<SocketPool> pool;
    IcmpSockets icmp;          ///< empty: the error queues, if `error_queue`
    bool error_queue = false;  ///< the pool was opened with IP_RECVERR
    bool gather = false;
    SendTimes send_times = SendTimes::interpolated;
    bool pktinfo = false;
    int wake_fd = -1;
    const io::Clock* clock = nullptr;
    io::FileOps* files = nullptr;
};

class SocketTransport : public probe::Transport {
public:
    /// At most `sweep_size` sockets are asked for their drops at a call, at most once a second.
    [[nodiscard]] probe::TransportHealth health() noexcept final;

    /// A wait that ends this soon anyway is not ended by datagrams, when `gather` is set: the
    /// kernel has stamped them, and each wake-up costs as much as the whole way of a datagram.
    static constexpr Duration gather_limit = 1ms;

protected:
    static constexpr std::uint32_t sweep_size = 256;
    /// A wait that ended so late: the process stood still, and its queues may have run over. Probes
    /// are about to expire whose answers no datagram behind them has told to be dropped.
    static constexpr Duration stall_limit = 100ms;

    struct Datagram {
        std::uint32_t socket = 0;
        Endpoint from;
        Control control;
        std::string_view bytes;
        bool truncated = false;
    };

    explicit SocketTransport(TransportParts parts);

    /// Pool sockets are numbered 0..n-1; the raw ICMP sockets follow as n (v4) and n + 1 (v6).
    [[nodiscard]] std::uint32_t icmp_index(Family family) const noexcept {
        return parts_.pool->size() + (family == Family::v4 ? 0 : 1);
    }
    [[nodiscard]] int descriptor(std::uint32_t index) const noexcept;

    void add_arrival(probe::Inbox& inbox, const Datagram& datagram) noexcept;
    void add_raw_icmp(Family family, const Datagram& packet) noexcept;
    void add_send_failure(const probe::SendFailure& failure) noexcept;
    /// The datagrams of one call, made between `begin` and `end`, get their send times.
    void stamp_sends(std::span<probe::Outgoing> entries, Instant begin, Instant end) noexcept;
    /// Something of ours may be in the error queue of a socket.
    [[nodiscard]] bool uses_error_queue(std::uint32_t index) const noexcept {
        return index < parts_.pool->size() &&
               (parts_.error_queue || parts_.send_times == SendTimes::stamped);
    }
    /// Takes what is in the socket's error queue, which also clears its pending error.
    void drain_error_queue(std::uint32_t socket) noexcept;

    /// The socket behind this index is a new one: its kernel counters begin at 0 again.
    void forget_drops(std::uint32_t socket) noexcept {
        drops_reported_[socket] = 0;
        drops_counted_[socket] = 0;
    }

    /// How many more things of any kind fit into this inbox.
    [[nodiscard]] unsigned room(const probe::Inbox& inbox) const noexcept;
    [[nodiscard]] bool nothing_came(const probe::Inbox& inbox) const noexcept {
        return room(inbox) == probe::Inbox::capacity;
    }
    /// The end of every wait, which was to end at `deadline`: hands over what was gathered and puts
    /// the receive times right.
    void finish(probe::Inbox& inbox, bool read_all, Instant deadline) noexcept;

    TransportParts parts_;
    probe::TransportHealth health_;
    Instant read_until_;  ///< Inbox::read_until as far as it is proven
    /// Gathered since the last inbox was handed over; `arrivals` stays empty.
    probe::Inbox gathered_;

private:
    [[nodiscard]] std::optional<Instant> take_send_stamp(std::uint32_t socket,
                                                         const ClockReading& reading) noexcept;
    void add_queued_icmp(std::uint32_t socket, probe::IcmpArrival icmp) noexcept;
    void count_drops(std::uint32_t socket, std::uint32_t drops) noexcept;
    [[nodiscard]] std::optional<std::uint32_t> kernel_drops(std::uint32_t socket) const noexcept;
    void sweep_drops() noexcept;
    void ask_after_stall(probe::Inbox& inbox) noexcept;

    SendStamps send_stamps_;
    StampClock stamps_;
    // The kernel's counters as last seen: in a datagram, and by anyone (the sweep runs ahead).
    std::vector<std::uint32_t> drops_reported_;
    std::vector<std::uint32_t> drops_counted_;
    Instant last_sweep_;
    Instant asked_after_stall_{};
    std::uint32_t next_swept_ = 0;
};

}  // namespace sipping::net
