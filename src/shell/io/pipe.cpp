#include "io/pipe.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace sipping::io {
namespace {

bool is_pipe(int fd) noexcept {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

bool has_no_reader(int fd) noexcept {
    pollfd pipe{fd, POLLOUT, 0};
    return is_pipe(fd) && ::poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR) != 0;
}

bool has_unread_bytes(int fd) noexcept {
    int unread = 0;
    return is_pipe(fd) && ::ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
}

}  // namespace sipping::io
