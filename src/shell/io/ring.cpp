#include "io/ring.hpp"

#include <cassert>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace sipping::io {
namespace {

io_uring_params params_for(const RingOptions& options, unsigned flags) noexcept {
    io_uring_params params{};
    params.flags = flags;
    params.cq_entries = options.completion_entries;
    return params;
}

}  // namespace

Ring::Ring(const RingOptions& options) {
    // Newest first; EINVAL means that this kernel does not know one of them (io_uring_setup(2)).
    // TASKRUN_FLAG lets work_pending() look without a system call.
    constexpr unsigned base = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    constexpr unsigned tries[] = {
        base | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
            IORING_SETUP_TASKRUN_FLAG,
        base | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
        base | IORING_SETUP_SUBMIT_ALL,
    };
    int result = -EINVAL;
    for (const unsigned flags : tries) {
        io_uring_params params = params_for(options, flags);
        result = io_uring_queue_init_params(options.submission_entries, &ring_, &params);
        if (result != -EINVAL) {
            defer_taskrun_ = (flags & IORING_SETUP_DEFER_TASKRUN) != 0;
            break;
        }
    }
    if (result < 0) throw std::system_error(-result, std::generic_category(), "io_uring_setup");
    io_uring_register_ring_fd(&ring_);  // only saves a lookup a call; may fail
}

Ring::~Ring() {
    io_uring_queue_exit(&ring_);
}

io_uring_sqe* Ring::require_sqe() noexcept {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    while (sqe == nullptr) {
        submit();
        sqe = io_uring_get_sqe(&ring_);
    }
    return sqe;
}

int Ring::submit() noexcept {
    return io_uring_submit(&ring_);
}

int Ring::wait(unsigned count, Duration timeout) noexcept {
    // A zero timeout with a count would still run what is ready, but arms a timer: ask for none.
    if (timeout <= Duration::zero()) return io_uring_submit_and_get_events(&ring_);
    __kernel_timespec spec{};
    spec.tv_sec = timeout / 1s;
    spec.tv_nsec = (timeout % 1s).count();
    io_uring_cqe* cqe = nullptr;
    return io_uring_submit_and_wait_timeout(&ring_, &cqe, count, &spec, nullptr);
}

bool Ring::work_pending() const noexcept {
    return (IO_URING_READ_ONCE(*ring_.sq.kflags) & IORING_SQ_TASKRUN) != 0;
}

bool Ring::take_overflow() noexcept {
    const std::uint32_t overflows = IO_URING_READ_ONCE(*ring_.cq.koverflow);
    const bool grew = overflows != overflows_seen_;
    overflows_seen_ = overflows;
    return grew;
}

std::string explain_refusal(int error) {
    if (error == ENOMEM)
        return "io_uring: not enough lockable memory (raise RLIMIT_MEMLOCK, `ulimit -l`)";
    if (error == ENOSYS) return "io_uring is not in this kernel, or a container hides it";
    int disabled = 0;
    std::ifstream("/proc/sys/kernel/io_uring_disabled") >> disabled;
    if (disabled != 0)
        return fmt::format("io_uring is switched off here (sysctl kernel.io_uring_disabled = {})",
                           disabled);
    if (error == EPERM || error == EACCES)
        return "io_uring is forbidden here, probably by a container's seccomp profile";
    return fmt::format("io_uring does not work here (errno {})", error);
}

}  // namespace sipping::io
