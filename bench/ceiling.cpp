// The ceiling: the smallest io_uring loop that does what a prober cannot avoid (send a request of
// the same size from one of N ports, take the reply, keep W in flight) and nothing else: no
// parsing, no matching, no log. What `sipping --flood` costs beyond it is our own code. Shares no
// code with the project on purpose. Prints one line of JSON.
#include <arpa/inet.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

struct Options {
    const char* host = "127.0.0.1";
    int port = 5060;
    unsigned ports = 1024;
    unsigned window = 256;
    std::uint64_t count = 0;  // 0: no limit
    double duration_s = 3;
};

struct Socket {
    int fd = -1;
    std::uint64_t sent_ns = 0;  // 0: nothing in flight; a port has one request in flight at most
    unsigned length = 0;
    char request[512];
    char* call_id = nullptr;
};

struct Totals {
    std::uint64_t sent = 0, answered = 0, lost = 0, stray = 0, send_errors = 0;
};

constexpr unsigned batch = 16;
constexpr std::uint64_t lost_after_ns = 1'000'000'000;
constexpr unsigned buffer_count = 4096;
constexpr unsigned buffer_bytes = 2048;
constexpr std::uint64_t send_tag = 1ULL
                                   << 32;  // user_data: index of the socket, and this for sends

[[noreturn]] void fail(const char* what, int error) {
    std::fprintf(stderr, "ceiling: %s: %s\n", what, std::strerror(error));
    std::exit(4);
}

std::uint64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; i += 2) {
        const std::string name = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (value != nullptr && name == "--host") {
            options.host = value;
        } else if (value != nullptr && name == "--port") {
            options.port = std::atoi(value);
        } else if (value != nullptr && name == "--ports") {
            options.ports = static_cast<unsigned>(std::atoi(value));
        } else if (value != nullptr && name == "--window") {
            options.window = static_cast<unsigned>(std::atoi(value));
        } else if (value != nullptr && name == "--count") {
            options.count = std::strtoull(value, nullptr, 10);
            options.duration_s = 1e9;
        } else if (value != nullptr && name == "--duration") {
            options.duration_s = std::atof(value);
        } else {
            std::fprintf(stderr,
                         "usage: ceiling [--host ADDR] [--port N] [--ports N] [--window N] "
                         "[--count N | --duration SECONDS]\n");
            std::exit(3);
        }
    }
    if (options.window == 0 || options.window > options.ports) {
        std::fprintf(stderr, "ceiling: --window must be 1 to --ports (one in flight per port)\n");
        std::exit(3);
    }
    return options;
}

// The same header fields as sipping's own request, and nearly the same length.
void prepare_request(Socket& socket, const Options& options, const sockaddr_in& own) {
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &own.sin_addr, address, sizeof address);
    const int own_port = ntohs(own.sin_port);
    const int length =
        std::snprintf(socket.request, sizeof socket.request,
                      "OPTIONS sip:%s:%d SIP/2.0\r\n"
                      "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK12345678900123456789abcdef;rport\r\n"
                      "Max-Forwards: 70\r\n"
                      "From: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=89abcdef\r\n"
                      "To: <sip:%s:%d>\r\n"
                      "Call-ID: 1000000000\r\n"
                      "CSeq: 1234567890 OPTIONS\r\n"
                      "Contact: <sip:sipping@%s:%d>\r\n"
                      "User-Agent: sipping/0.1.0\r\n"
                      "Content-Length: 0\r\n"
                      "\r\n",
                      options.host, options.port, address, own_port, options.host, options.port,
                      address, own_port);
    socket.length = static_cast<unsigned>(length);
    socket.call_id = std::strstr(socket.request, "Call-ID: ") + 9;
}

void open_socket(Socket& socket, const Options& options, const sockaddr_in& to) {
    socket.fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket.fd < 0) fail("socket", errno);
    const int on = 1;
    setsockopt(socket.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);  // as the prober has it
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = (ntohl(to.sin_addr.s_addr) >> 24) == 127 ? htonl(INADDR_LOOPBACK) : 0;
    if (bind(socket.fd, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0) fail("bind", errno);
    socklen_t size = sizeof own;
    getsockname(socket.fd, reinterpret_cast<sockaddr*>(&own), &size);
    prepare_request(socket, options, own);
}

// Everything the loop touches.
struct Loop {
    Options options;
    sockaddr_in to{};
    io_uring ring{};
    io_uring_buf_ring* buffers = nullptr;
    char* buffer_memory = nullptr;
    msghdr shape{};  // room for address and control data in each buffer
    std::vector<Socket> sockets;
    std::uint64_t call_id = 1'000'000'000;
    unsigned next = 0;
    unsigned in_flight = 0;
    Totals totals;

    io_uring_sqe* require_sqe() {
        io_uring_sqe* sqe = io_uring_get_sqe(&ring);
        if (sqe == nullptr) {
            io_uring_submit(&ring);
            sqe = io_uring_get_sqe(&ring);
        }
        return sqe;
    }

    void set_up();
    void arm(unsigned index);
    void give_back(unsigned buffer);
    void send_one(std::uint64_t now);
    void fill_window(bool more);
    void handle(const io_uring_cqe& cqe);
    void reclaim(std::uint64_t now);
    void run();
};

void Loop::set_up() {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                   IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    params.cq_entries = 16384;
    if (const int error = io_uring_queue_init_params(1024, &ring, &params); error < 0)
        fail("io_uring_setup", -error);
    io_uring_register_ring_fd(&ring);

    std::vector<int> fds;
    for (Socket& socket : sockets) {
        open_socket(socket, options, to);
        fds.push_back(socket.fd);
    }
    if (const int error = io_uring_register_files(&ring, fds.data(), options.ports); error < 0)
        fail("registering the sockets", -error);

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

    shape.msg_namelen = sizeof(sockaddr_in);
    shape.msg_controllen = 64;
    for (unsigned i = 0; i < options.ports; ++i)
        arm(i);
    io_uring_submit(&ring);
}

void Loop::arm(unsigned index) {
    io_uring_sqe* sqe = require_sqe();
    io_uring_prep_recvmsg(sqe, static_cast<int>(index), &shape, 0);
    sqe->ioprio |= IORING_RECV_MULTISHOT | IORING_RECVSEND_POLL_FIRST;
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
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
    std::uint64_t digits = call_id++;
    for (int i = 9; i >= 0; --i, digits /= 10)
        socket.call_id[i] = static_cast<char>('0' + digits % 10);
    socket.sent_ns = now;
    io_uring_sqe* sqe = require_sqe();
    io_uring_prep_send(sqe, static_cast<int>(index), socket.request, socket.length, MSG_DONTWAIT);
    io_uring_prep_send_set_addr(sqe, reinterpret_cast<sockaddr*>(&to), sizeof to);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, send_tag | index);
    ++in_flight;
    ++totals.sent;
}

void Loop::fill_window(bool more) {
    while (more && in_flight < options.window) {
        const std::uint64_t now = now_ns();
        for (unsigned i = 0; i < batch && in_flight < options.window; ++i) {
            if (options.count != 0 && totals.sent == options.count) {
                more = false;
                break;
            }
            send_one(now);
        }
        io_uring_submit(&ring);
    }
}

void Loop::handle(const io_uring_cqe& cqe) {
    const auto index = static_cast<unsigned>(cqe.user_data);
    Socket& socket = sockets[index];
    if ((cqe.user_data & send_tag) != 0) {  // successes are skipped
        socket.sent_ns = 0;
        --in_flight;
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
    const std::uint64_t end = start + static_cast<std::uint64_t>(options.duration_s * 1e9);
    std::uint64_t next_reclaim = start + reclaim_every_ns;
    std::uint64_t now = start;
    while (true) {
        const bool more = now < end && (options.count == 0 || totals.sent < options.count);
        fill_window(more);
        if (!more && in_flight == 0) break;
        __kernel_timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
        io_uring_cqe* first = nullptr;
        io_uring_submit_and_wait_timeout(&ring, &first, 1, &patience, nullptr);
        unsigned head = 0;
        unsigned seen = 0;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&ring, head, cqe) {
            handle(*cqe);
            ++seen;
        }
        io_uring_cq_advance(&ring, seen);
        now = now_ns();
        if (now >= next_reclaim) {
            reclaim(now);
            next_reclaim = now + reclaim_every_ns;
        }
    }
    const double elapsed_s = static_cast<double>(now_ns() - start) / 1e9;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double user_s = seconds(usage.ru_utime);
    const double sys_s = seconds(usage.ru_stime);
    const auto answered = static_cast<double>(totals.answered);
    std::printf(
        "{\"answered\": %llu, \"lost\": %llu, \"stray\": %llu, \"send_errors\": %llu, "
        "\"seconds\": %.3f, \"answers_per_s\": %.0f, \"user_s\": %.3f, \"sys_s\": %.3f, "
        "\"cpu_us_per_answer\": %.3f, \"request_bytes\": %u}\n",
        static_cast<unsigned long long>(totals.answered),
        static_cast<unsigned long long>(totals.lost), static_cast<unsigned long long>(totals.stray),
        static_cast<unsigned long long>(totals.send_errors), elapsed_s, answered / elapsed_s,
        user_s, sys_s, totals.answered == 0 ? 0.0 : (user_s + sys_s) * 1e6 / answered,
        sockets.front().length);
}

}  // namespace

int main(int argc, char** argv) {
    Loop loop;
    loop.options = read_options(argc, argv);
    loop.to.sin_family = AF_INET;
    loop.to.sin_port = htons(static_cast<std::uint16_t>(loop.options.port));
    if (inet_pton(AF_INET, loop.options.host, &loop.to.sin_addr) != 1) {
        std::fprintf(stderr, "ceiling: --host must be an IPv4 address\n");
        return 3;
    }
    loop.sockets.resize(loop.options.ports);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    loop.set_up();
    loop.run();
    return 0;
}
