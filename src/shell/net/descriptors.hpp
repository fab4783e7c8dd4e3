// How many descriptors this process may have and how many it has. Knows no sockets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipping::net {

/// RLIMIT_NOFILE, getrlimit(2).
struct DescriptorLimit {
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

/// Throws std::system_error, as all below.
[[nodiscard]] DescriptorLimit descriptor_limit();
/// Raises the soft limit to the hard one; the limit that then holds.
std::uint64_t raise_descriptor_limit();
/// At most the hard limit. What is open above it stays open.
void set_descriptor_limit(std::uint64_t soft);
/// Open descriptors of this process with numbers below `end`. Needs a free one to look.
[[nodiscard]] std::size_t open_descriptors(std::uint64_t end = UINT64_MAX);
/// How many more can be opened under this soft limit, which is one of numbers and not of how many
/// there are: an inherited descriptor above it takes no place. Needs a free one to look.
[[nodiscard]] std::size_t free_descriptors(std::uint64_t limit);
/// Lets the kernel's table of this process grow to so many at once. It grows by doubling, and as
/// soon as there is a second thread each time waits for an RCU grace period, which makes opening a
/// thousand sockets several times as long. Does nothing where it cannot.
void grow_descriptor_table(std::size_t descriptors) noexcept;

}  // namespace sipping::net
