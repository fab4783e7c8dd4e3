// How much memory the kernel has in the objects that a UDP socket is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sipping/base/endpoint.hpp"

namespace sipping::net {

/// Where the figure comes from.
enum class MemorySource : std::uint8_t {
    slabinfo,  ///< objects in use of the socket's own caches: /proc/slabinfo, root only
    meminfo,   ///< all slabs of the kernel, whoever has them: /proc/meminfo
};

struct KernelMemory {
    MemorySource source{};
    std::int64_t bytes = 0;
};

/// From the text of slabinfo(5): objects in use times their size, of UDP (or UDPv6), the socket's
/// inode, its struct file (filp) and its dentry. Nothing when the first one is not listed.
[[nodiscard]] std::optional<std::int64_t> socket_slab_bytes(std::string_view slabinfo,
                                                            Family family);
/// "Slab:" of /proc/meminfo.
[[nodiscard]] std::optional<std::int64_t> slab_bytes(std::string_view meminfo);

/// The better of the two that can be read now. Needs a free descriptor.
[[nodiscard]] std::optional<KernelMemory> kernel_memory(Family family);

}  // namespace sipping::net
