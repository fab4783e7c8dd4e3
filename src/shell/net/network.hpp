// Opens everything a run needs of the network: the socket pool, the ICMP sockets, and the transport
// on io_uring or epoll. The composition root (app) owns the result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/clock.hpp"
#include "io/file_ops.hpp"
#include "io/ring.hpp"
#include "sipping/probe/transport.hpp"

namespace sipping::net {

enum class Io : std::uint8_t { automatic, uring, epoll };

/// Where the time of a send comes from.
enum class SendTimes : std::uint8_t {
    batch,         ///< our clock before the call, the same for all it sends
    interpolated,  ///< our clock before and after the call
    stamped,       ///< the kernel's stamps, else interpolated; costs 2 to 4 us CPU a datagram
};

struct NetworkOptions {
    std::uint32_t ports = 1024;  ///< sockets per family in use
    bool v4 = true;
    bool v6 = false;
    std::uint16_t port_low = 0;  ///< 0: ip_local_port_range (minus ip_local_reserved_ports)
    std::uint16_t port_high = 0;
    std::optional<Address> bind;
    std::string device;  ///< SO_BINDTODEVICE
    std::uint8_t dscp = 0;
    std::uint8_t ttl = 0;  ///< IP TTL / hop limit; 0: the system's
    bool pktinfo = false;  ///< fill Arrival::local, honour Outgoing::local (the responder)
    bool icmp = true;      ///< raw ICMP socket when allowed, else the sockets' error queues
    bool gather = false;   ///< a short wait (see gather_limit) ends at its deadline only
    SendTimes send_times = SendTimes::interpolated;
    std::uint32_t receive_buffer_bytes = 0;  ///< SO_RCVBUF; 0: the system's
    std::uint32_t other_descriptors = 0;     ///< that will be opened beside the pool (log files)
    Io io = Io::automatic;
};

struct Port {
    Family family{};
    std::uint16_t number = 0;
};

/// Sockets are numbered 0..n-1, all of IPv4 first, then all of IPv6.
struct Network {
    std::vector<std::string> notes;  ///< what the user should know ("pool made smaller: ...")
    std::unique_ptr<io::Ring> ring;  ///< null on epoll
    std::unique_ptr<io::FileOps> files;
    std::vector<Port> ports;
    bool raw_icmp = false;
    bool on_uring = false;
    std::unique_ptr<probe::Transport> transport;

    Network();
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;
    ~Network();  ///< transport first, then files, then ring
};

/// This box has the family: sockets of it can be opened and bound.
[[nodiscard]] bool can_open(Family family) noexcept;

/// Raises RLIMIT_NOFILE to its hard limit, opens the pool (smaller if it does not fit, leaving up
/// to 64 descriptors free, with a note), picks the transport. `wake_fd` (a signalfd) ends a wait
/// when it becomes readable. Throws std::system_error / std::runtime_error with a message for the
/// user.
[[nodiscard]] Network open_network(const NetworkOptions& options, const io::Clock& clock,
                                   int wake_fd);

}  // namespace sipping::net
