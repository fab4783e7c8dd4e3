#include "net/descriptors.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <cerrno>
#include <climits>
#include <filesystem>
#include <string>
#include <system_error>

#include "io/fd.hpp"

namespace sipping::net {

DescriptorLimit descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::system_error(errno, std::generic_category(), "getrlimit");
    return {limit.rlim_cur, limit.rlim_max};
}

std::uint64_t raise_descriptor_limit() {
    const DescriptorLimit limit = descriptor_limit();
    if (limit.soft == limit.hard) return limit.soft;
    const rlimit raised{limit.hard, limit.hard};
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.hard : limit.soft;
}

void set_descriptor_limit(std::uint64_t soft) {
    const rlimit limit{soft, descriptor_limit().hard};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::system_error(errno, std::generic_category(), "setrlimit");
}

std::size_t open_descriptors(std::uint64_t end) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        if (std::stoull(entry.path().filename()) < end) ++count;
    return count - 1;  // without the one that reads the directory
}

std::size_t free_descriptors(std::uint64_t limit) {
    return static_cast<std::size_t>(limit) - open_descriptors(limit);
}

void grow_descriptor_table(std::size_t descriptors) noexcept {
    const io::Fd any{::eventfd(0, EFD_CLOEXEC)};
    if (any && descriptors <= INT_MAX)
        static_cast<void>(
            io::Fd{::fcntl(any.get(), F_DUPFD_CLOEXEC, static_cast<int>(descriptors))});
}

}  // namespace sipping::net
