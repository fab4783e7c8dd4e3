// A socket per probe, closed at the probe's timeout: how the original uses ports. Sends nothing and
// listens to nothing; owns the open ones.
#pragma once

#include <deque>

#include "net/port_fill.hpp"
#include "net/udp_socket.hpp"

namespace sipping::net {

class ShortLivedSockets {
public:
    ShortLivedSockets(SocketSettings settings, Family family);

    /// Opens one and lets the kernel choose its port. Took: from socket() until it has a port.
    TimedBind open(Instant closes_at) noexcept;
    /// Closes those whose time has come.
    void close_due(Instant now) noexcept;
    /// When the next one closes; `never` when none is open.
    [[nodiscard]] Instant next_close() const noexcept;
    [[nodiscard]] std::size_t open_count() const noexcept { return open_.size(); }

private:
    struct Socket {
        Instant closes_at;
        io::Fd fd;
    };

    SocketSettings settings_;
    Family family_;
    std::deque<Socket> open_;  // they close in the order in which they were opened
};

}  // namespace sipping::net
