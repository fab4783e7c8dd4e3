// The physical limit without many ports: one UDP socket, sendmmsg for up to --batch requests,
// recvmmsg for what came; no io_uring, no parsing, no log. It counts answers and does not look
// whose they are. Prints one line of JSON.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "../plain_prober.hpp"

namespace {

using plain::now_ns;

constexpr unsigned receive_batch = 64;
constexpr std::uint64_t lost_after_ns = 1'000'000'000;

struct Incoming {
    char bytes[2048];
    alignas(cmsghdr) char control[64];  // room for the kernel's time
};

class Loop {
public:
    explicit Loop(const plain::Options& options)
        : options_(options),
          to_(plain::target_of(options)),
          requests_(options.batch),
          request_parts_(options.batch),
          out_(options.batch),
          incoming_(receive_batch),
          incoming_parts_(receive_batch),
          in_(receive_batch) {
        sockaddr_in own{};
        fd_ = plain::open_socket(to_, own);
        // One socket takes what 1,024 take elsewhere; the default holds fewer than 256 answers.
        const int bytes = 4 << 20;
        setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        for (unsigned i = 0; i < options.batch; ++i) {
            requests_[i].prepare(options, own);
            request_parts_[i] = {requests_[i].bytes, requests_[i].length};
            out_[i].msg_hdr.msg_name = &to_;
            out_[i].msg_hdr.msg_namelen = sizeof to_;
            out_[i].msg_hdr.msg_iov = &request_parts_[i];
            out_[i].msg_hdr.msg_iovlen = 1;
        }
        for (unsigned i = 0; i < receive_batch; ++i) {
            incoming_parts_[i] = {incoming_[i].bytes, sizeof incoming_[i].bytes};
            in_[i].msg_hdr.msg_iov = &incoming_parts_[i];
            in_[i].msg_hdr.msg_iovlen = 1;
        }
    }

    void run() {
        const std::uint64_t start = now_ns();
        plain::Pace pace(options_, start);
        std::uint64_t now = start;
        std::uint64_t last_answer = start;
        while (true) {
            bool idle = true;
            if (const unsigned count = pace.allowed(now, in_flight_, totals_); count != 0) {
                send(count);
                pace.started(count);
                idle = false;
            }
            if (receive()) {
                last_answer = now;
                idle = false;
            }
            now = now_ns();
            if (in_flight_ != 0 && now - last_answer > lost_after_ns) {
                totals_.lost += in_flight_;
                in_flight_ = 0;
            }
            if (!pace.more(now) && in_flight_ == 0) break;
            if (idle) wait(pace.patience_ns(now));
        }
        plain::print(totals_, start, requests_.front().length);
    }

private:
    void send(unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            requests_[i].set_call_id(call_id_++);
        const int sent = sendmmsg(fd_, out_.data(), count, MSG_DONTWAIT);
        const unsigned left = sent < 0 ? 0 : static_cast<unsigned>(sent);
        totals_.sent += left;
        totals_.send_errors += count - left;
        in_flight_ += left;
    }

    bool receive() {
        for (unsigned i = 0; i < receive_batch; ++i) {
            in_[i].msg_hdr.msg_control = incoming_[i].control;
            in_[i].msg_hdr.msg_controllen = sizeof incoming_[i].control;
        }
        const int got = recvmmsg(fd_, in_.data(), receive_batch, MSG_DONTWAIT, nullptr);
        if (got <= 0) return false;
        const auto count = static_cast<std::uint64_t>(got);
        const std::uint64_t ours = std::min(count, in_flight_);
        totals_.answered += ours;
        totals_.stray += count - ours;
        in_flight_ -= ours;
        return true;
    }

    void wait(std::uint64_t patience_ns) {
        pollfd entry{.fd = fd_, .events = POLLIN, .revents = 0};
        const timespec patience{.tv_sec = 0, .tv_nsec = static_cast<long>(patience_ns)};
        ppoll(&entry, 1, &patience, nullptr);
    }

    const plain::Options& options_;
    sockaddr_in to_;
    std::vector<plain::Request> requests_;
    std::vector<iovec> request_parts_;
    std::vector<mmsghdr> out_;
    std::vector<Incoming> incoming_;
    std::vector<iovec> incoming_parts_;
    std::vector<mmsghdr> in_;
    int fd_ = -1;
    std::uint64_t call_id_ = 1'000'000'000;
    std::uint64_t in_flight_ = 0;
    plain::Totals totals_;
};

}  // namespace

int main(int argc, char** argv) {
    plain::program = "mmsg";
    plain::Options options;
    plain::read_arguments(argc, argv, options, {});
    Loop(options).run();
    return 0;
}
