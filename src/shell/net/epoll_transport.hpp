// Transport on epoll and plain system calls, for boxes that refuse io_uring: the same behaviour for
// about a tenth more CPU. One thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <memory>

#include "net/socket_transport.hpp"

namespace sipping::net {

class EpollTransport final : public SocketTransport {
public:
    /// Throws std::system_error.
    explicit EpollTransport(TransportParts parts);

    void submit(probe::Outbox& outbox) noexcept override;
    void wait_until(Instant deadline, probe::Inbox& inbox) noexcept override;
    void replace(std::uint32_t socket) noexcept override;

private:
    // Holds a whole Inbox of small datagrams or dozens of the largest; when it is used up, the rest
    // waits in its sockets for the next wait.
    static constexpr std::size_t arena_size = std::size_t{4} << 20;
    static constexpr std::size_t largest_datagram = 65535;
    static constexpr std::size_t events_at_once = 256;

    enum class Look : std::uint8_t { nothing, something, full };

    [[nodiscard]] bool watch(std::uint32_t index) noexcept;
    /// 0 or the errno.
    [[nodiscard]] int send(probe::Outgoing& entry) noexcept;
    void send_or_report(probe::Outgoing& entry) noexcept;

    [[nodiscard]] bool collect(probe::Inbox& inbox) noexcept;
    [[nodiscard]] Look look(probe::Inbox& inbox) noexcept;
    void on_event(const epoll_event& event, probe::Inbox& inbox) noexcept;
    void receive(std::uint32_t index, probe::Inbox& inbox) noexcept;
    [[nodiscard]] bool full(const probe::Inbox& inbox) const noexcept {
        return room(inbox) == 0 || arena_size - arena_used_ < largest_datagram;
    }

    io::Fd epoll_;
    std::unique_ptr<char[]> arena_;
    std::size_t arena_used_ = 0;
    std::array<epoll_event, events_at_once> events_{};
    bool received_ = false;  ///< this look took at least one datagram or error
    bool woken_ = false;
};

}  // namespace sipping::net
