// The ceiling: the smallest io_uring loop that does what a prober cannot avoid (send a request of
// the same bytes from one of N ports, take the reply, keep W in flight or a pace) and nothing else:
// no parsing, no matching, no log. What `sipping` costs beyond it is our own code. The options
// after --ports change one choice each, to show that the ceiling is a good one. Prints one line of
// JSON.
#include <liburing.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "plain_prober.hpp"

namespace {

using plain::fail;
using plain::now_ns;

struct Options : plain::Options {
    unsigned ports = 1024;
    bool defer_task_work = true;
    bool coop_task_work = false;
    bool single_issuer = true;
    bool cqe_skip = true;
    bool multishot = true;
    bool send_with_msghdr = false;
    bool registered_sends = true;     // name sockets by their place in the ring's table
    bool registered_receives = true;  // as above
    bool drain_first = false;         // take what is there before waiting
    bool one_enter = false;           // the last, partial batch leaves with the call that waits
    unsigned wait = 1;                // completions to wait for
};

struct Socket {
    int fd = -1;
    std::uint64_t sent_ns = 0;  // 0: nothing in flight; a port has one request in flight at most
    plain::Request request;
    iovec part{};
    msghdr message{};
};

constexpr std::uint64_t lost_after_ns = 1'000'000'000;
constexpr unsigned buffer_count = 4096;
constexpr unsigned buffer_bytes = 2048;
// user_data: the index of the socket, and this for sends.
constexpr std::uint64_t send_tag = 1ULL << 32;

Options read_options(int argc, char** argv) {
    Options options;
    plain::Setters setters;
    setters["--ports"] = [&](const char* value) { options.ports = plain::number(value); };
    setters["--wait"] = [&](const char* value) { options.wait = plain::number(value); };
    setters["--no-defer "] = [&](const char*) { options.defer_task_work = false; };
    setters["--coop "] = [&](const char*) {
        options.defer_task_work = false;
        options.coop_task_work = true;
    };
    // Deferred task work cannot be had without a single issuer.
    setters["--no-single-issuer "] = [&](const char*) {
        options.single_issuer = options.defer_task_work = false;
    };
    setters["--no-cqe-skip "] = [&](const char*) { options.cqe_skip = false; };
    setters["--one-shot "] = [&](const char*) { options.multishot = false; };
    setters["--sendmsg "] = [&](const char*) { options.send_with_msghdr = true; };
    setters["--normal-sends "] = [&](const char*) { options.registered_sends = false; };
    setters["--normal-receives "] = [&](const char*) { options.registered_receives = false; };
    setters["--drain-first "] = [&](const char*) { options.drain_first = true; };
    setters["--one-enter "] = [&](const char*) { options.one_enter = true; };
    plain::read_arguments(argc, argv, options, std::move(setters));
    if (options.window > options.ports) {
        std::fprintf(stderr, "ceiling: --window must be 1 to --ports (one in flight per port)\n");
        std::exit(3);
    }
    return options;
}

// Everything the loop touches.
struct Loop {
    Options options;
    sockaddr_in to{};
    io_uring ring{};
    io_uring_buf_ring* buffers = nullptr;
    char* buffer_memory = nullptr;
    sockaddr_in unread_address{};  // where a one-shot receive puts what nobody looks at
    char unread_control[64];
    msghdr shape{};  // room for address and control data
    std::vector<Socket> sockets;
    std::uint64_t call_id = 1'000'000'000;
    unsigned next = 0;
    unsigned in_flight = 0;
    plain::Totals totals;

    io_uring_sqe* require_sqe() {
        io_uring_sqe* sqe = io_uring_get_sqe(&ring);
        if (sqe == nullptr) {
            io_uring_submit(&ring);
            sqe = io_uring_get_sqe(&ring);
        }
        return sqe;
    }

    // To be called after io_uring_prep_*, which fills in everything else.
    void set_socket(io_uring_sqe* sqe, unsigned index, bool registered) {
        sqe->fd = registered ? static_cast<int>(index) : sockets[index].fd;
        if (registered) sqe->flags |= IOSQE_FIXED_FILE;
    }

    void set_up_ring();
    void set_up_buffers();
    void set_up();
    void arm(unsigned index);
    void give_back(unsigned buffer);
    void send_one(std::uint64_t now);
    void send_allowed(plain::Pace& pace);
    void handle(const io_uring_cqe& cqe);
    unsigned take();
    void wait_and_take(std::uint64_t patience_ns);
    void reclaim(std::uint64_t now);
    void run();
};

void Loop::set_up_ring() {
    io_uring_params params{};
    params.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    if (options.single_issuer) params.flags |= IORING_SETUP_SINGLE_ISSUER;
    if (options.defer_task_work) params.flags |= IORING_SETUP_DEFER_TASKRUN;
    if (options.coop_task_work) params.flags |= IORING_SETUP_COOP_TASKRUN;
    params.cq_entries = 16384;
    if (const int error = io_uring_queue_init_params(1024, &ring, &params); error < 0)
        fail("io_uring_setup", -error);
    io_uring_register_ring_fd(&ring);
}

void Loop::set_up_buffers() {
    void* memory = mmap(nullptr, buffer_count * sizeof(io_uring_buf), PROT_READ | PROT_WRITE,
                        MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED) fail("mmap", errno);
    buffers = static_cast<io_uring_buf_ring*>(memory);
    buffer_memory = static_cast<char*>(std::malloc(std::size_t{buffer_count} * buffer_bytes));
    if (buffer_memory == nullptr) fail("malloc", ENOMEM);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    registration.ring_entries = buffer_count;
    if (const int error = io_uring_register_buf_ring(&ring, &registration, 0); error < 0)
        fail("registering the buffers", -error);
    io_uring_buf_ring_init(buffers);
    for (unsigned i = 0; i < buffer_count; ++i)
        give_back(i);
}

void Loop::set_up() {
    set_up_ring();
    std::vector<int> fds;
    for (Socket& socket : sockets) {
        sockaddr_in own{};
        socket.fd = plain::open_socket(to, own);
        fds.push_back(socket.fd);
        socket.request.prepare(options, own);
        socket.part = {socket.request.bytes, socket.request.length};
        socket.message.msg_name = &to;
        socket.message.msg_namelen = sizeof to;
        socket.message.msg_iov = &socket.part;
        socket.message.msg_iovlen = 1;
    }
    if (options.registered_sends || options.registered_receives)
        if (const int error = io_uring_register_files(&ring, fds.data(), options.ports); error < 0)
            fail("registering the sockets", -error);
    set_up_buffers();
    for (unsigned i = 0; i < options.ports; ++i)
        arm(i);
    io_uring_submit(&ring);
}

void Loop::arm(unsigned index) {
    // A one-shot receive writes into the header, so it is filled in again; a multishot one takes
    // only the sizes from it.
    shape.msg_name = &unread_address;
    shape.msg_namelen = sizeof unread_address;
    shape.msg_control = unread_control;
    shape.msg_controllen = sizeof unread_control;
    io_uring_sqe* sqe = require_sqe();
    io_uring_prep_recvmsg(sqe, -1, &shape, 0);
    set_socket(sqe, index, options.registered_receives);
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    if (options.multishot) sqe->ioprio |= IORING_RECV_MULTISHOT;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 0;
    io_uring_sqe_set_data64(sqe, index);
}

void Loop::give_back(unsigned buffer) {
    io_uring_buf_ring_add(buffers, buffer_memory + std::size_t{buffer} * buffer_bytes, buffer_bytes,
                          static_cast<unsigned short>(buffer), io_uring_buf_ring_mask(buffer_count),
                          0);
    io_uring_buf_ring_advance(buffers, 1);
}

void Loop::send_one(std::uint64_t now) {
    while (sockets[next].sent_ns != 0)
        next = (next + 1) % options.ports;
    const unsigned index = next;
    next = (next + 1) % options.ports;
    Socket& socket = sockets[index];
    socket.request.set_call_id(call_id++);
    socket.sent_ns = now;
    io_uring_sqe* sqe = require_sqe();
    if (options.send_with_msghdr) {
        io_uring_prep_sendmsg(sqe, -1, &socket.message, MSG_DONTWAIT);
    } else {
        io_uring_prep_send(sqe, -1, socket.request.bytes, socket.request.length, MSG_DONTWAIT);
        io_uring_prep_send_set_addr(sqe, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    set_socket(sqe, index, options.registered_sends);
    if (options.cqe_skip) sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, send_tag | index);
    ++in_flight;
    ++totals.sent;
}

void Loop::send_allowed(plain::Pace& pace) {
    while (true) {
        const std::uint64_t now = now_ns();
        const unsigned count =
            std::min(pace.allowed(now, in_flight, totals), options.ports - in_flight);
        if (count == 0) return;
        for (unsigned i = 0; i < count; ++i)
            send_one(now);
        pace.started(count);
        if (!options.one_enter || count == options.batch) io_uring_submit(&ring);
    }
}

void Loop::handle(const io_uring_cqe& cqe) {
    const auto index = static_cast<unsigned>(cqe.user_data);
    Socket& socket = sockets[index];
    if ((cqe.user_data & send_tag) != 0) {
        if (cqe.res >= 0) return;  // only without CQE_SKIP
        socket.sent_ns = 0;
        --in_flight;
        --totals.sent;
        ++totals.send_errors;
        return;
    }
    if ((cqe.flags & IORING_CQE_F_BUFFER) != 0) give_back(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
    if ((cqe.flags & IORING_CQE_F_MORE) == 0) arm(index);
    if (cqe.res < 0) return;
    if (socket.sent_ns == 0) {
        ++totals.stray;
        return;
    }
    socket.sent_ns = 0;
    --in_flight;
    ++totals.answered;
}

unsigned Loop::take() {
    unsigned head = 0;
    unsigned seen = 0;
    io_uring_cqe* cqe = nullptr;
    io_uring_for_each_cqe(&ring, head, cqe) {
        handle(*cqe);
        ++seen;
    }
    io_uring_cq_advance(&ring, seen);
    return seen;
}

void Loop::wait_and_take(std::uint64_t patience_ns) {
    if (options.drain_first || patience_ns == 0) {
        io_uring_submit_and_get_events(&ring);
        if (take() != 0 || patience_ns == 0) return;
    }
    __kernel_timespec patience{.tv_sec = 0, .tv_nsec = static_cast<long long>(patience_ns)};
    io_uring_cqe* first = nullptr;
    io_uring_submit_and_wait_timeout(&ring, &first, std::clamp(in_flight, 1U, options.wait),
                                     &patience, nullptr);
    take();
}

// A lost request must not hold its place in the window for ever.
void Loop::reclaim(std::uint64_t now) {
    for (Socket& socket : sockets) {
        if (socket.sent_ns == 0 || now - socket.sent_ns < lost_after_ns) continue;
        socket.sent_ns = 0;
        --in_flight;
        ++totals.lost;
    }
}

void Loop::run() {
    constexpr std::uint64_t reclaim_every_ns = 100'000'000;
    const std::uint64_t start = now_ns();
    plain::Pace pace(options, start);
    std::uint64_t next_reclaim = start + reclaim_every_ns;
    while (true) {
        send_allowed(pace);
        std::uint64_t now = now_ns();
        if (!pace.more(now) && in_flight == 0) break;
        wait_and_take(pace.patience_ns(now));
        now = now_ns();
        if (now >= next_reclaim) {
            reclaim(now);
            next_reclaim = now + reclaim_every_ns;
        }
    }
    plain::print(totals, start, sockets.front().request.length);
}

}  // namespace

int main(int argc, char** argv) {
    plain::program = "ceiling";
    Loop loop;
    loop.options = read_options(argc, argv);
    loop.to = plain::target_of(loop.options);
    loop.sockets.resize(loop.options.ports);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    loop.set_up();
    loop.run();
    return 0;
}
