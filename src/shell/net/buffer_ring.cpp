#include "net/buffer_ring.hpp"

#include <sys/mman.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace sipping::net {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t largest_datagram = 65535;
constexpr std::size_t overhead = sizeof(io_uring_recvmsg_out) + name_room + control_capacity;
static_assert((sizeof(io_uring_recvmsg_out) + name_room) % alignof(cmsghdr) == 0);

// Buffers begin at one of four places in their page, so that their heads do not all compete for the
// same cache lines; a reply of up to about 880 bytes still touches one page only.
constexpr std::size_t stagger = 1024;
constexpr std::size_t length = overhead + largest_datagram;
constexpr std::size_t stride = (3 * stagger + length + page - 1) / page * page;
// What a large datagram touched beyond this is handed back to the system with its buffer.
constexpr std::size_t kept = 4 * page;

constexpr std::size_t entries_size = BufferRing::count * sizeof(io_uring_buf);
constexpr std::size_t memory_size = BufferRing::count * stride;

void* map(std::size_t size) {
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap of receive buffers");
    return memory;
}

}  // namespace

BufferRing::BufferRing(io::Ring& ring) : ring_(ring.raw()) {
    shape_.msg_namelen = name_room;
    shape_.msg_controllen = control_capacity;
    void* entries = map(entries_size);
    entries_ = static_cast<io_uring_buf_ring*>(entries);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(entries);
    registration.ring_entries = count;
    registration.bgid = group;
    const int result = io_uring_register_buf_ring(ring_, &registration, 0);
    if (result < 0) {
        ::munmap(entries, entries_size);
        throw std::system_error(-result, std::generic_category(), "io_uring_register_buf_ring");
    }
    try {
        memory_ = static_cast<char*>(map(memory_size));
    } catch (...) {
        io_uring_unregister_buf_ring(ring_, group);
        ::munmap(entries, entries_size);
        throw;
    }
    // One huge page behind each small reply would make "only touched pages count" untrue.
    ::madvise(memory_, memory_size, MADV_NOHUGEPAGE);
    io_uring_buf_ring_init(entries_);
    grow();
    publish();
}

void BufferRing::grow() noexcept {
    const unsigned end = in_use_ + portion < count ? in_use_ + portion : count;
    for (; in_use_ < end; ++in_use_)
        give_back(static_cast<std::uint16_t>(in_use_));
}

BufferRing::~BufferRing() {
    // First the registration: a receive still armed must not write to what is mapped here next.
    io_uring_unregister_buf_ring(ring_, group);
    ::munmap(memory_, memory_size);
    ::munmap(entries_, entries_size);
}

char* BufferRing::buffer(std::uint16_t id) const noexcept {
    return memory_ + id * stride + (id % 4) * stagger;
}

BufferRing::Message BufferRing::read(std::uint16_t id, int result) noexcept {
    Message message;
    const auto filled = static_cast<std::size_t>(result);
    assert(id < count && filled >= overhead && filled <= length);
    char* const start = buffer(id);
    io_uring_recvmsg_out header{};
    std::memcpy(&header, start, sizeof header);
    SocketAddress from{};
    std::memcpy(&from, start + sizeof header, sizeof from);
    message.from = to_endpoint(from);
    msghdr control{};
    control.msg_control = start + sizeof header + name_room;
    control.msg_controllen = header.controllen;
    message.control = read_control(control);
    message.bytes = {start + overhead, filled - overhead};
    message.truncated = (header.flags & MSG_TRUNC) != 0;
    if (filled > kept) grown_[id] = true;
    return message;
}

void BufferRing::give_back(std::uint16_t id) noexcept {
    if (grown_[id]) {
        ::madvise(memory_ + id * stride + kept, stride - kept, MADV_DONTNEED);
        grown_[id] = false;
    }
    put_buffer(entries_, count, given_back_++, buffer(id), length, id);
}

void BufferRing::publish() noexcept {
    if (given_back_ == 0) return;
    io_uring_buf_ring_advance(entries_, given_back_);
    given_back_ = 0;
}

}  // namespace sipping::net
