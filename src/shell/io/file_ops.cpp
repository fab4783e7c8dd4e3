// A file operation done on the spot, by whoever has the time for it.
#include "io/file_ops.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "io/open_log.hpp"

namespace sipping::io {
namespace {

bool is_regular(int fd) noexcept {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// Pipes and terminals get only what they take at once, or a slow reader of ours would hold up
/// every other file. poll(2): a writable pipe takes PIPE_BUF bytes without blocking.
int write_what_fits(int fd, std::span<const char> data) noexcept {
    if (is_regular(fd)) return result_of(::write(fd, data.data(), data.size()));
    std::size_t done = 0;
    while (done < data.size()) {
        pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
        if (::poll(&ready, 1, 0) == 0) break;
        const std::size_t size = std::min<std::size_t>(PIPE_BUF, data.size() - done);
        const ssize_t written = ::write(fd, data.data() + done, size);
        if (written < 0) return done > 0 ? static_cast<int>(done) : -errno;
        done += static_cast<std::size_t>(written);
    }
    return done > 0 ? static_cast<int>(done) : -EAGAIN;
}

}  // namespace

int perform(const FileOp& op) noexcept {
    switch (op.kind) {
        case FileOp::Kind::open: return result_of(::open(op.path, op.open_flags, file_mode));
        case FileOp::Kind::write:
            return op.never_blocks ? result_of(::write(op.fd, op.data.data(), op.data.size()))
                                   : write_what_fits(op.fd, op.data);
        case FileOp::Kind::status:
            if (op.path == nullptr)
                return result_of(::statx(op.fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, op.status));
            return result_of(::statx(AT_FDCWD, op.path, 0, STATX_BASIC_STATS, op.status));
        case FileOp::Kind::make_directory: return result_of(::mkdir(op.path, directory_mode));
        case FileOp::Kind::truncate:
            return result_of(::ftruncate(op.fd, static_cast<off_t>(op.size)));
        case FileOp::Kind::claim: return claim_log(op.fd) ? 0 : -EWOULDBLOCK;
        case FileOp::Kind::close: return result_of(::close(op.fd));
    }
    return -EINVAL;
}

}  // namespace sipping::io
