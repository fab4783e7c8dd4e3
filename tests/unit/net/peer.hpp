// What the tests of net run against: a far end with plain blocking sockets that shares no code with
// the transports, and a driver that keeps a transport's events.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/fd.hpp"
#include "net/network.hpp"

namespace sipping::net {

/// Calls `reply` for each datagram on a port of loopback and sends back what it returns (nothing
/// when empty).
class Peer {
public:
    using Reply = std::function<std::string(std::string_view)>;
    explicit Peer(
        Family family, Reply reply = [](std::string_view text) { return std::string(text); });
    ~Peer();
    [[nodiscard]] Endpoint endpoint() const { return endpoint_; }
    /// Source ports of everything that came in, in order. Call after stop().
    [[nodiscard]] const std::vector<std::uint16_t>& seen_ports() const { return seen_ports_; }
    void stop();

private:
    void run();

    Reply reply_;
    io::Fd fd_;
    Endpoint endpoint_;
    std::vector<std::uint16_t> seen_ports_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

/// An Arrival with its own copy of the bytes.
struct Seen {
    probe::Arrival arrival;
    std::string bytes;
};

struct Driver {
    explicit Driver(const NetworkOptions& options, int wake_fd = -1);
    Driver(const NetworkOptions& options, const io::Clock& own_clock);

    void add(std::uint32_t socket, const Endpoint& to, std::string_view text,
             std::uint32_t probe = 0);
    /// Submits what was added; the send times are in `sent` (by order of sending).
    void submit();
    /// One wait_until that keeps what came.
    void wait(Duration at_most);
    /// Waits until `done()` or `at_most` passed; true when done.
    bool wait_for(const std::function<bool()>& done, Duration at_most = 3s);
    bool wait_for_arrivals(std::size_t count, Duration at_most = 3s);

    io::SystemClock system_clock;
    Network network;
    probe::Outbox outbox;
    probe::Inbox inbox;
    std::vector<Instant> sent;
    std::vector<Instant> submit_began;  ///< for each of `sent`
    std::vector<Seen> seen;
    std::vector<probe::SendFailure> failures;
    std::vector<probe::IcmpArrival> icmp;
    std::vector<probe::Replaced> replaced;
};

/// A port of loopback that nobody listens on.
[[nodiscard]] Endpoint closed_port(Family family);
[[nodiscard]] Address loopback(Family family);

/// The rest of the scope runs without CAP_NET_RAW in its effective set (this thread only).
class WithoutNetRaw {
public:
    WithoutNetRaw();
    ~WithoutNetRaw();
};

}  // namespace sipping::net
