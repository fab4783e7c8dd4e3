// Transport on io_uring: a batch of sends is one system call, receives are multishot requests that
// stay armed on every socket and fill provided buffers. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "io/ring.hpp"
#include "net/buffer_ring.hpp"
#include "net/completion.hpp"
#include "net/socket_transport.hpp"

namespace sipping::net {

class UringTransport final : public SocketTransport {
public:
    /// `ring` outlives it. Arms all sockets. Throws std::system_error.
    UringTransport(io::Ring& ring, TransportParts parts);
    ~UringTransport() override;

    void submit(probe::Outbox& outbox) noexcept override;
    void wait_until(Instant deadline, probe::Inbox& inbox) noexcept override;
    void replace(std::uint32_t socket) noexcept override;

private:
    // One multishot receive per pool socket and raw ICMP socket.
    struct Receiver {
        std::uint32_t generation = 0;  ///< counts armings: tells an old completion from a new one
        bool armed = false;
        bool waiting = false;  ///< is in waiting_
        bool closing = false;  ///< to be replaced once its receive has ended
    };
    // What a send needs until it is submitted.
    struct SendSlot {
        SocketAddress to{};
        SourceControl source;
        iovec part{};
        msghdr message{};
    };

    void register_files();
    void arm(std::uint32_t index) noexcept;
    void arm_wake() noexcept;
    void arm_waiting() noexcept;
    void cancel(std::uint32_t index) noexcept;
    void want_armed(std::uint32_t index) noexcept;
    void finish_replacing(std::uint32_t socket) noexcept;
    void update_file(std::uint32_t socket, int fd) noexcept;

    void prepare(probe::Outgoing& entry, std::size_t index) noexcept;
    void submit_prepared(std::span<probe::Outgoing> entries) noexcept;
    void withdraw(std::span<probe::Outgoing> entries, std::size_t first) noexcept;
    void repeat_disturbed(std::span<probe::Outgoing> entries, unsigned first_completion) noexcept;

    [[nodiscard]] bool run_pending() noexcept;
    [[nodiscard]] bool collect(probe::Inbox& inbox) noexcept;
    void note_overflow() noexcept;
    void on_completion(const io_uring_cqe& cqe, probe::Inbox& inbox) noexcept;
    void on_receive(const io_uring_cqe& cqe, probe::Inbox& inbox) noexcept;
    void on_datagram(std::uint32_t index, const io_uring_cqe& cqe, probe::Inbox& inbox) noexcept;
    void on_send_failure(const io_uring_cqe& cqe) noexcept;

    io::Ring& ring_;
    BufferRing buffers_;
    std::vector<Receiver> receivers_;
    std::vector<std::uint32_t> waiting_;  ///< to be armed when buffers are there
    std::vector<std::uint16_t> held_;     ///< buffers that the last inbox points into
    std::array<SendSlot, probe::Outbox::capacity> slots_;
    bool ending_ = false;
    bool woken_ = false;  ///< something other than a datagram came: do not go to sleep
};

}  // namespace sipping::net
