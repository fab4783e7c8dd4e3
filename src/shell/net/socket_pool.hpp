// All sockets of a run: which ports they have, and replacing one by another on the next port. Owns
// the descriptors. Does not send, receive or wait.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "net/network.hpp"
#include "net/port_list.hpp"
#include "net/udp_socket.hpp"

namespace sipping::net {

class SocketPool {
public:
    /// Descriptors left to the rest of the program.
    static constexpr std::size_t descriptors_left = 64;

    /// Raises RLIMIT_NOFILE to its hard limit and opens the sockets; a smaller pool adds a line to
    /// `notes`. Throws std::runtime_error with a message for the user when a family gets none.
    SocketPool(const NetworkOptions& options, bool error_queue, std::vector<std::string>& notes);

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(sockets_.size());
    }
    /// -1 when the socket could not be replaced and is out of service.
    [[nodiscard]] int fd(std::uint32_t socket) const noexcept { return sockets_[socket].fd.get(); }
    [[nodiscard]] const Port& port(std::uint32_t socket) const noexcept {
        return sockets_[socket].port;
    }
    [[nodiscard]] std::vector<Port> ports() const;
    [[nodiscard]] bool has_port(Family family, std::uint16_t port) const noexcept {
        return in_use_[index_of(family)][port];
    }

    /// Closes this socket and puts another one on the next free port in its place, opened before
    /// the old one is closed where possible. `before_close(fd)` is called with the new descriptor
    /// (-1: none), while the old one is still open. Returns the new port; 0: out of service.
    template <typename BeforeClose>
    std::uint16_t replace(std::uint32_t socket, BeforeClose&& before_close) noexcept {
        const Family family = sockets_[socket].port.family;
        OpenedSocket opened = open_next(family);
        before_close(opened.fd.get());
        close(socket);
        if (!opened) {  // the old port may be the only one there is
            opened = open_next(family);
            if (opened) before_close(opened.fd.get());
        }
        if (opened) install(socket, std::move(opened));
        return sockets_[socket].port.number;
    }

private:
    struct Socket {
        io::Fd fd;
        Port port;
    };

    [[nodiscard]] static std::size_t index_of(Family family) noexcept {
        return family == Family::v4 ? 0 : 1;
    }
    /// The error that ended it early, or 0.
    int fill(Family family, std::size_t wanted, std::size_t reserve);
    [[nodiscard]] OpenedSocket open_next(Family family) noexcept;
    void close(std::uint32_t socket) noexcept;
    void install(std::uint32_t socket, OpenedSocket opened) noexcept;

    SocketSettings settings_;
    PortRange range_;
    std::vector<Socket> sockets_;
    std::array<PortList, 2> lists_;
    std::array<std::bitset<0x10000>, 2> in_use_;
};

}  // namespace sipping::net
