// The seam between the engine and the network: what leaves and what comes back, in batches.
// Implemented by UringTransport and EpollTransport (shell/net) and by the simulated network of
// tests/sim. A virtual call per batch, never per packet. Owns nothing of the engine.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/wire/request_template.hpp"

namespace sipping::probe {

/// Handle of a probe in flight; `no_probe` marks datagrams that are not probes (our answers).
inline constexpr std::uint32_t no_probe = 0xffffffff;

/// A datagram on its way out. `sent` is filled in by Transport::submit.
struct Outgoing {
    std::uint32_t probe = no_probe;
    std::uint32_t socket = 0;  ///< index into the pool, see Port
    Endpoint to;
    std::optional<Address> local;  ///< source address to answer from (IP_PKTINFO); responder only
    std::uint32_t length = 0;
    Instant sent{};  ///< when it entered the kernel, good to a few microseconds within a batch
    std::array<char, wire::request_capacity> bytes;

    [[nodiscard]] std::string_view text() const noexcept { return {bytes.data(), length}; }
};

/// At most `capacity` datagrams, sent with one system call. 8 to 16 get all of the gain, more only
/// blur the send times (reference measurements, ARCHITECTURE.md).
class Outbox {
public:
    static constexpr std::size_t capacity = 16;

    Outbox() : entries_(capacity) {}
    [[nodiscard]] bool full() const noexcept { return size_ == capacity; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    Outgoing& add() noexcept {
        assert(!full());
        return entries_[size_++];
    }
    [[nodiscard]] std::span<Outgoing> entries() noexcept { return {entries_.data(), size_}; }
    void clear() noexcept { size_ = 0; }

private:
    std::vector<Outgoing> entries_;  // allocated once
    std::size_t size_ = 0;
};

/// A datagram that came in. `bytes` is valid until the next wait_until().
struct Arrival {
    Instant at{};                 ///< kernel receive time, on the monotonic clock
    bool kernel_stamped = false;  ///< false: `at` is when we read it
    bool truncated = false;
    std::uint32_t socket = 0;
    std::uint32_t queue_drops = 0;  ///< datagrams this socket newly lost to a full receive queue
    Endpoint from;
    Address local;  ///< our address it was sent to; only when the pool was opened with pktinfo
    std::string_view bytes;
};

/// The kernel refused to send this one.
struct SendFailure {
    std::uint32_t probe = no_probe;
    std::uint32_t socket = 0;
    int error = 0;
};

/// An ICMP error about a datagram of ours. `call_id` is 0 when the quote was too short to hold it.
struct IcmpArrival {
    Instant at{};
    IcmpError error;
    std::uint16_t local_port = 0;
    Endpoint to;  ///< the destination we had sent to
    std::uint64_t call_id = 0;
};

/// A pool socket was replaced and now has this port.
struct Replaced {
    std::uint32_t socket = 0;
    std::uint16_t port = 0;  ///< 0: no new socket could be opened; it stays out of service
};

/// Everything that came in during one wait. Vectors are reserved at start and never grow past it.
struct Inbox {
    static constexpr std::size_t capacity = 1024;

    std::vector<Arrival> arrivals;
    std::vector<SendFailure> send_failures;
    std::vector<IcmpArrival> icmp_errors;
    std::vector<Replaced> replaced;
    /// Sockets that newly lost datagrams to a full receive queue, and no datagram tells of it yet:
    /// the kernel was asked after this process had stood still.
    std::vector<std::uint32_t> queue_dropped;
    /// Every datagram that had reached our sockets before this moment has been handed over.
    Instant read_until{};
    /// Something other than a datagram ended the wait: a signal, or a log write that finished.
    bool woken = false;

    Inbox() {
        arrivals.reserve(capacity);
        send_failures.reserve(capacity);
        icmp_errors.reserve(capacity);
        replaced.reserve(capacity);
        queue_dropped.reserve(capacity);
    }
    void clear() noexcept {
        arrivals.clear();
        send_failures.clear();
        icmp_errors.clear();
        replaced.clear();
        queue_dropped.clear();
    }
};

/// What the transport itself saw go wrong; cumulative.
struct TransportHealth {
    std::uint64_t queue_drops = 0;       ///< SO_RXQ_OVFL over all sockets
    std::uint64_t truncated = 0;         ///< datagrams larger than our buffer
    std::uint64_t buffer_shortages = 0;  ///< receive buffers ran out (nothing is lost by it)
    std::uint64_t cq_overflows = 0;
    std::uint64_t send_enobufs = 0;
    std::uint64_t receive_errors = 0;
    std::uint64_t clock_steps = 0;      ///< the wall clock jumped against the monotonic one
    std::uint64_t send_repeats = 0;     ///< sends repeated because an ICMP error disturbed them
    std::uint64_t unstamped = 0;        ///< arrivals without a kernel timestamp
    std::uint64_t estimated_sends = 0;  ///< send times estimated: interrupted while sending
};

class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Sends all of `outbox` now and fills in each `sent`. Failures come with the next inbox.
    virtual void submit(Outbox& outbox) noexcept = 0;

    /// Clears `inbox`, then waits until something came or `deadline` passed, and fills it. A past
    /// deadline only looks. May return early with nothing (a signal, a log write that finished).
    virtual void wait_until(Instant deadline, Inbox& inbox) noexcept = 0;

    /// Begins to close this socket and to open another one on the next port; the outcome arrives in
    /// an inbox as Replaced. Nothing may be sent from it meanwhile.
    virtual void replace(std::uint32_t socket) noexcept = 0;

    [[nodiscard]] virtual TransportHealth health() noexcept = 0;
};

}  // namespace sipping::probe
