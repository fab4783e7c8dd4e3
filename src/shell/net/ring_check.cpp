#include "net/ring_check.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include "io/clock.hpp"
#include "io/ring.hpp"
#include "net/buffer_ring.hpp"
#include "net/control.hpp"
#include "net/udp_socket.hpp"

namespace sipping::net {
namespace {

constexpr Duration patience = 50ms;
constexpr Duration pause = 2ms;

// A scratch socket on 127.0.0.1 (or ::1) and its own address; not open when there is no loopback.
struct Scratch {
    OpenedSocket socket;
    SocketAddress address{};
    socklen_t length = 0;
};

Scratch open_scratch() {
    for (const char* text : {"127.0.0.1", "::1"}) {
        SocketSettings settings;
        settings.bind = parse_address(text);
        Scratch scratch;
        scratch.socket = open_udp_socket(settings, settings.bind->family, 0);
        scratch.length = sizeof scratch.address;
        if (scratch.socket &&
            ::getsockname(scratch.socket.fd.get(), &scratch.address.any, &scratch.length) == 0)
            return scratch;
    }
    return {};
}

class RingCheck {
public:
    explicit RingCheck(Scratch& scratch) : scratch_(scratch) {
        io_uring_buf_reg registration{};
        registration.ring_addr = reinterpret_cast<std::uint64_t>(&table_);
        registration.ring_entries = count;
        check(io_uring_register_buf_ring(ring_.raw(), &registration, 0),
              "io_uring_register_buf_ring");
        io_uring_buf_ring_init(table());
        for (unsigned id = 0; id < count; ++id)
            put_buffer(table(), count, static_cast<int>(id), memory_[id].data(), size,
                       static_cast<std::uint16_t>(id));
        io_uring_buf_ring_advance(table(), count);
        shape_.msg_namelen = name_room;
        shape_.msg_controllen = control_capacity;
    }

    void run() {
        arm();
        const io::SystemClock clock;
        const Instant end = clock.now() + patience;
        while (!stamped_ && clock.now() < end && !lame_) {
            send();
            (void)ring_.wait(1, pause);
            ring_.drain(count, [this](const io_uring_cqe& cqe) { take(cqe); });
            if (error_ != 0) check(-error_, step_);
        }
    }

private:
    static constexpr unsigned count = 32;  // enough for `patience` at one send a `pause`
    static constexpr unsigned size = 512;

    static void check(int result, const char* step) {
        if (result < 0) throw std::system_error(-result, std::generic_category(), step);
    }
    io_uring_buf_ring* table() { return reinterpret_cast<io_uring_buf_ring*>(table_.data()); }

    void arm() {
        io_uring_sqe* sqe = ring_.require_sqe();
        io_uring_prep_recvmsg_multishot(sqe, scratch_.socket.fd.get(), &shape_, 0);
        sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
        sqe->flags |= IOSQE_BUFFER_SELECT;
        sqe->user_data = io::user_data(io::Tag::receive, 0);
    }
    void send() {
        io_uring_sqe* sqe = ring_.require_sqe();
        io_uring_prep_send(sqe, scratch_.socket.fd.get(), "sipping", 7, MSG_DONTWAIT);
        io_uring_prep_send_set_addr(sqe, &scratch_.address.any,
                                    static_cast<std::uint16_t>(scratch_.length));
        sqe->user_data = io::user_data(io::Tag::send, 0);
        ring_.submit();
    }
    void take(const io_uring_cqe& cqe) {
        const bool sent = io::tag_of(cqe.user_data) == io::Tag::send;
        if (cqe.res == -ENOBUFS) {
            lame_ = true;  // stamps never came; the transport reports arrivals without them
        } else if (cqe.res < 0) {
            // What a missing operation answers; a firewall or a loopback that is down is no reason.
            const bool refused = cqe.res == -EINVAL || cqe.res == -EOPNOTSUPP;
            if (refused) error_ = -cqe.res;
            step_ = sent ? "io_uring send with an address" : "io_uring multishot recvmsg";
            lame_ = lame_ || !refused;
        } else if (!sent && (cqe.flags & IORING_CQE_F_BUFFER) != 0) {
            char* buffer = memory_[cqe.flags >> IORING_CQE_BUFFER_SHIFT].data();
            auto* header = io_uring_recvmsg_validate(buffer, cqe.res, &shape_);
            if (header == nullptr) return;
            msghdr control{};
            control.msg_control = io_uring_recvmsg_cmsg_firsthdr(header, &shape_);
            control.msg_controllen = header->controllen;
            stamped_ = control.msg_control != nullptr && read_control(control).stamp.has_value();
        }
    }

    Scratch& scratch_;
    alignas(4096) std::array<io_uring_buf, count> table_{};
    alignas(64) std::array<std::array<char, size>, count> memory_{};
    msghdr shape_{};
    bool stamped_ = false;
    bool lame_ = false;
    int error_ = 0;
    const char* step_ = "";
    io::Ring ring_{{.submission_entries = 64, .completion_entries = 256}};  // ends first
};

}  // namespace

void check_ring() {
    Scratch scratch = open_scratch();
    if (scratch.socket) RingCheck(scratch).run();
}

void await_receive_times() {
    const Scratch scratch = open_scratch();
    if (!scratch.socket) return;
    const int fd = scratch.socket.fd.get();
    const io::SystemClock clock;
    const Instant end = clock.now() + patience;
    while (clock.now() < end) {
        if (::sendto(fd, "sipping", 7, MSG_DONTWAIT, &scratch.address.any, scratch.length) < 0)
            return;
        pollfd ready{fd, POLLIN, 0};
        if (::poll(&ready, 1, 2) <= 0) continue;
        std::array<char, 64> bytes;
        alignas(cmsghdr) std::array<std::byte, control_capacity> control;
        iovec part{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (::recvmsg(fd, &message, MSG_DONTWAIT) >= 0 && read_control(message).stamp) return;
    }
}

}  // namespace sipping::net
