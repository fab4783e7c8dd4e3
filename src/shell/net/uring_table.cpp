#include "net/uring_table.hpp"

#include <system_error>

#include "io/ring.hpp"

namespace sipping::net {
namespace {

int try_size(io::Ring& ring, std::size_t entries) {
    const int result = io_uring_register_files_sparse(ring.raw(), static_cast<unsigned>(entries));
    if (result < 0) return -result;
    io_uring_unregister_files(ring.raw());
    return 0;
}

}  // namespace

UringTable try_uring_table(std::size_t wanted) {
    UringTable table;
    try {
        io::Ring ring{{.submission_entries = 8, .completion_entries = 16}};
        table.table_error = try_size(ring, wanted);
        if (table.table_error == 0) {
            table.entries = wanted;
            return table;
        }
        std::size_t refused = wanted;
        while (refused - table.entries > 1) {
            const std::size_t middle = table.entries + (refused - table.entries) / 2;
            (try_size(ring, middle) == 0 ? table.entries : refused) = middle;
        }
    } catch (const std::system_error& refusal) {
        table.ring_error = refusal.code().value();
    }
    return table;
}

}  // namespace sipping::net
