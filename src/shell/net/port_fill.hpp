// Fills the box with sockets, one explicit port after the other, and times each bind. Owns the
// sockets: they are closed with it. Does not send, receive or decide when to measure.
#pragma once

#include <cstdint>
#include <vector>

#include "net/port_list.hpp"
#include "net/udp_socket.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::net {

/// What one bind took; `error` 0: it got a port.
struct TimedBind {
    Duration took{};
    int error = 0;
};

class PortFill {
public:
    /// `ports`: those to try, in a random order of the key; `reserve` of them are never tried.
    PortFill(SocketSettings settings, Family family, std::vector<std::uint16_t> ports,
             std::size_t reserve, Key key);

    /// Opens sockets until `count` are held: 0, or the errno of what refused, EADDRINUSE when only
    /// the reserve is left. Appends what each successful bind took.
    int open_until(std::size_t count, std::vector<Duration>& took);
    [[nodiscard]] std::size_t held() const noexcept { return sockets_.size(); }
    /// The socket that was refused; nothing failed yet: OpenStep::none.
    [[nodiscard]] const OpenedSocket& refused() const noexcept { return refused_; }
    [[nodiscard]] std::uint16_t refused_port() const noexcept { return refused_port_; }

    /// Calls `measure()` with at least one descriptor free: where they were what ran out, a socket
    /// gives up its own meanwhile.
    template <typename Measure>
    void with_descriptor(Measure&& measure) {
        const bool lend = refused_.failed_at == OpenStep::socket && !sockets_.empty();
        const std::uint16_t port = lend ? sockets_.back().port : std::uint16_t{0};
        if (lend) sockets_.pop_back();
        measure();
        if (!lend) return;
        OpenedSocket again = open_udp_socket(settings_, family_, port);
        if (again) sockets_.push_back(std::move(again));
    }

    /// Binds a scratch socket to port 0, `count` times or as often as `patience` allows. It is the
    /// same socket each time: closed ones would lie around as kernel memory for a while. Needs a
    /// free descriptor.
    [[nodiscard]] std::vector<TimedBind> time_any_binds(std::size_t count, Duration patience) const;

private:
    SocketSettings settings_;
    Family family_;
    std::size_t reserve_;
    PortList list_;
    std::vector<OpenedSocket> sockets_;
    OpenedSocket refused_;
    std::uint16_t refused_port_ = 0;
};

}  // namespace sipping::net
