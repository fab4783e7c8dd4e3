// File operations that never block the caller: on the ring, or on a helper thread where io_uring is
// refused. The operation record is embedded in its owner; nothing is allocated per operation.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <span>

#include "io/ring.hpp"

namespace sipping::io {

struct FileOp {
    enum class Kind : std::uint8_t { open, write, status, make_directory, truncate, close };
    Kind kind{};
    bool busy = false;          ///< set by start(), cleared when `result` is there
    int fd = -1;                ///< write, truncate, close
    const char* path = nullptr; ///< open, status, make_directory; must live until done
    int open_flags = 0;
    std::span<const char> data; ///< write: appended at the file's end (O_APPEND)
    std::uint64_t size = 0;     ///< truncate
    struct statx* status = nullptr;  ///< status: filled in (follows symlinks)
    int result = 0;             ///< as the system call: >= 0, or -errno
};

class FileOps {
public:
    virtual ~FileOps() = default;
    /// Begins `op`, which must stay where it is until `busy` is false again.
    virtual void start(FileOp& op) noexcept = 0;
    /// Marks finished operations. (The ring version is driven by the transport's completions.)
    virtual void poll() noexcept = 0;
    /// Blocks until something finished or `timeout` passed; for the end of a run only.
    virtual void wait(Duration timeout) noexcept = 0;
    /// A completion with Tag::file, value_of(user_data) and res. Ring version only.
    virtual void complete(std::uint64_t value, int result) noexcept = 0;
};

[[nodiscard]] std::unique_ptr<FileOps> make_ring_file_ops(Ring& ring);
[[nodiscard]] std::unique_ptr<FileOps> make_thread_file_ops();

}  // namespace sipping::io
