// File operations that never block the caller: on the ring, or on a helper thread where io_uring is
// refused; by the caller where there is no helper to be had. The operation record is embedded in
// its owner; nothing is allocated per operation.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>

#include "io/ring.hpp"

namespace sipping::io {

/// What files and directories are made with, less the umask, as every program does.
inline constexpr mode_t file_mode = 0666;
inline constexpr mode_t directory_mode = 0777;

/// A system call's return value as a FileOp's result; right after the call.
[[nodiscard]] inline int result_of(ssize_t returned) noexcept {
    return returned < 0 ? -errno : static_cast<int>(returned);
}

struct FileOp {
    enum class Kind : std::uint8_t { open, write, status, make_directory, truncate, claim, close };
    Kind kind{};
    bool busy = false;           ///< set by start(), cleared when `result` is there
    bool never_blocks = false;   ///< write: `fd` is O_NONBLOCK; a full FIFO answers -EAGAIN
    int fd = -1;                 ///< write, truncate, claim, close; status when `path` is null
    const char* path = nullptr;  ///< open, status, make_directory; must live until done
    int open_flags = 0;
    std::span<const char> data;      ///< write: appended at the file's end (O_APPEND)
    std::uint64_t size = 0;          ///< truncate
    struct statx* status = nullptr;  ///< status: filled in (follows symlinks)
    bool cancelled = false;          ///< cancel() was asked for
    int result = 0;                  ///< as the system call: >= 0, or -errno
    FileOp* next = nullptr;          ///< FileOps' own list

    /// Never waits for anything.
    [[nodiscard]] bool is_instant() const noexcept { return kind == Kind::write && never_blocks; }
};

/// Does `op` on the spot and says its result. Waits for a slow disk, but not for the reader of a
/// pipe or a terminal: these get what they take at once, -EAGAIN when that is nothing.
[[nodiscard]] int perform(const FileOp& op) noexcept;

class FileOps {
public:
    virtual ~FileOps() = default;
    /// Begins `op`, which must stay where it is until `busy` is false again: at once for what
    /// cannot wait (a write that never blocks).
    virtual void start(FileOp& op) noexcept = 0;
    /// Marks finished operations. (The ring version is driven by the transport's completions.)
    virtual void poll() noexcept = 0;
    /// Blocks until something finished or `timeout` passed; for the end of a run only: on the ring
    /// it throws away the transport's completions.
    virtual void wait(Duration timeout) noexcept = 0;
    /// Asks that `op` ends soon, for what may wait forever (a pipe nobody reads): still busy until
    /// it has ended. Without effect where operations never wait that long.
    virtual void cancel(FileOp&) noexcept {}
    /// A completion with Tag::file, value_of(user_data) and res. Ring version only.
    virtual void complete(std::uint64_t value, int result) noexcept = 0;
    /// No helper (thread, kernel worker) can be had where processes are limited (RLIMIT_NPROC,
    /// pids.max): start() does operations on the spot, and a slow disk holds the caller up.
    [[nodiscard]] virtual bool alone() const noexcept { return false; }
};

[[nodiscard]] std::unique_ptr<FileOps> make_ring_file_ops(Ring& ring);
[[nodiscard]] std::unique_ptr<FileOps> make_thread_file_ops();

}  // namespace sipping::io
