// The provided buffers that multishot recvmsg fills (IORING_REGISTER_PBUF_RING): each holds the
// largest UDP datagram whole, but only pages that were written to count as memory. Owns the memory
// and its registration.
#pragma once

#include <sys/socket.h>

#include <bitset>
#include <cstdint>
#include <string_view>

#include "io/ring.hpp"
#include "net/control.hpp"
#include "sipping/base/endpoint.hpp"

namespace sipping::net {

/// Room for the sender's name in a receive buffer. sockaddr_in6 has 28 bytes, but the control data
/// that follows wants to be aligned.
inline constexpr std::size_t name_room = 32;

/// io_uring_buf_ring_add(), whose flexible array compilers take for one of no elements.
inline void put_buffer(io_uring_buf_ring* ring, unsigned ring_size, int offset, char* bytes,
                       std::size_t size, std::uint16_t id) noexcept {
    const auto at = (ring->tail + static_cast<unsigned>(offset)) & (ring_size - 1);
    io_uring_buf& entry = reinterpret_cast<io_uring_buf*>(ring)[at];
    entry.addr = reinterpret_cast<std::uint64_t>(bytes);
    entry.len = static_cast<std::uint32_t>(size);
    entry.bid = id;  // the fourth field is the ring's tail in the first entry: not ours to write
}

class BufferRing {
public:
    /// Twice an Inbox: one half may be in its hands while the kernel fills the other.
    static constexpr unsigned count = 2048;
    /// In use at first, and added after each shortage: what goes round stays in the cache.
    static constexpr unsigned portion = 512;
    static constexpr std::uint16_t group = 0;

    struct Message {
        Endpoint from;
        Control control;
        std::string_view bytes;
        bool truncated = false;
    };

    /// All buffers are the kernel's to fill. Throws std::system_error.
    explicit BufferRing(io::Ring& ring);
    ~BufferRing();
    BufferRing(const BufferRing&) = delete;
    BufferRing& operator=(const BufferRing&) = delete;

    /// The template for io_uring_prep_recvmsg_multishot: how much room name and control get.
    [[nodiscard]] msghdr* shape() noexcept { return &shape_; }
    /// What a completion with IORING_CQE_F_BUFFER and this result left in buffer `id`.
    [[nodiscard]] Message read(std::uint16_t id, int result) noexcept;
    /// There were too few: puts another portion into use, while there is one.
    void grow() noexcept;
    /// `id` may be filled again, from the next publish() on.
    void give_back(std::uint16_t id) noexcept;
    void publish() noexcept;

private:
    [[nodiscard]] char* buffer(std::uint16_t id) const noexcept;

    io_uring* ring_;
    io_uring_buf_ring* entries_ = nullptr;
    char* memory_ = nullptr;
    msghdr shape_{};
    int given_back_ = 0;
    unsigned in_use_ = 0;
    std::bitset<count> grown_;  // a large datagram was here
};

}  // namespace sipping::net
