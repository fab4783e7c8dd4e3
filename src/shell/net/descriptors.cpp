#include "net/descriptors.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>

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

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    const auto count = std::distance(begin(entries), end(entries));
    return static_cast<std::size_t>(count) - 1;  // without the one that reads the directory
}

}  // namespace sipping::net
