// How many sockets a ring can know as registered files: what UringTransport asks for.
#pragma once

#include <cstddef>

namespace sipping::net {

struct UringTable {
    int ring_error = 0;       ///< io_uring itself is refused
    int table_error = 0;      ///< a table of the wanted size is
    std::size_t entries = 0;  ///< the largest table it takes, up to the wanted size
};

/// Tries it on a ring of its own, which is closed again. Needs a free descriptor.
[[nodiscard]] UringTable try_uring_table(std::size_t wanted);

}  // namespace sipping::net
