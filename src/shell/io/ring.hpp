// One io_uring: set-up with what this kernel offers, submission, and who a completion belongs to.
// Thin: each method is about one liburing call. Not a loop and not a transport.
#pragma once

#include <liburing.h>

#include <cstdint>
#include <string>

#include "sipping/base/instant.hpp"

namespace sipping::io {

/// The kind of request, in the top byte of user_data; the lower 56 bits belong to its owner.
enum class Tag : std::uint8_t { none, receive, send, icmp, cancel, wake, file };

[[nodiscard]] constexpr std::uint64_t user_data(Tag tag, std::uint64_t value) noexcept {
    return static_cast<std::uint64_t>(tag) << 56 | value;
}
[[nodiscard]] constexpr Tag tag_of(std::uint64_t data) noexcept {
    return static_cast<Tag>(data >> 56);
}
[[nodiscard]] constexpr std::uint64_t value_of(std::uint64_t data) noexcept {
    return data & 0x00ff'ffff'ffff'ffffU;
}

struct RingOptions {
    unsigned submission_entries = 1024;
    unsigned completion_entries = 16384;
};

class Ring {
public:
    /// Throws std::system_error when io_uring is refused (ENOSYS, EPERM: kernel.io_uring_disabled
    /// or seccomp; ENOMEM: RLIMIT_MEMLOCK). Asks for SINGLE_ISSUER | DEFER_TASKRUN | TASKRUN_FLAG |
    /// SUBMIT_ALL | CQSIZE first and drops what the kernel does not know.
    explicit Ring(const RingOptions& options);
    ~Ring();
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    /// A free submission entry; submits what is queued when the queue is full. Never null.
    [[nodiscard]] io_uring_sqe* require_sqe() noexcept;
    /// Submits without waiting and without running completions. Entries submitted, or -errno.
    int submit() noexcept;
    /// Submits and waits for `count` completions or until `timeout` passed (zero: only run what is
    /// ready). -ETIME and -EINTR are normal.
    int wait(unsigned count, Duration timeout) noexcept;

    /// Calls `visit(const io_uring_cqe&)` for at most `limit` queued completions (no system call)
    /// and returns how many there were.
    template <typename Visitor>
    unsigned drain(unsigned limit, Visitor&& visit) noexcept {
        unsigned head = 0;
        unsigned seen = 0;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&ring_, head, cqe) {
            if (seen == limit) break;
            visit(static_cast<const io_uring_cqe&>(*cqe));
            ++seen;
        }
        io_uring_cq_advance(&ring_, seen);
        return seen;
    }
    /// Completions wait in the kernel for us to enter it (IORING_SQ_TASKRUN).
    [[nodiscard]] bool work_pending() const noexcept;
    /// The completion queue overflowed since the last call: multishot requests may have ended.
    [[nodiscard]] bool take_overflow() noexcept;

    [[nodiscard]] io_uring* raw() noexcept { return &ring_; }
    [[nodiscard]] bool defers_task_work() const noexcept { return defer_taskrun_; }

private:
    io_uring ring_{};
    bool defer_taskrun_ = false;
    std::uint32_t overflows_seen_ = 0;
};

/// Why io_uring is refused here, in words with what to do; for the note and for --io uring's error.
[[nodiscard]] std::string explain_refusal(int error);

}  // namespace sipping::io
