// Buffered appending to log files that never stalls the loop: rows go into chunks from one bounded
// pool, chunks go out through FileOps, one write in flight per file. When the pool is used up (a
// stalled disk), rows are refused and counted, never waited for. One thread; owns its descriptors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/fd.hpp"
#include "io/file_ops.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::io {

inline constexpr std::size_t chunk_size = 64 * 1024;

/// All chunks of all files. LIFO, so that a quiet program touches little memory.
class ChunkPool;

struct AppenderStats {
    std::uint64_t rows_written = 0;  ///< rows that write() took
    std::uint64_t rows_lost = 0;     ///< refused, failed, or written to a file since removed
    int last_error = 0;              ///< errno of the last failure; 0 when all is well again
};

class Appender {
public:
    /// How long a row may sit in memory (product: on disk within a second).
    static constexpr Duration flush_after = 400ms;
    /// How often the path is compared with the open file, and failures are retried.
    static constexpr Duration check_every = 1s;

    struct File {
        std::string path;    ///< parent directories are made as needed
        std::string header;  ///< written when the file is new or empty
    };

    /// Opens (creating directories) before returning; throws std::system_error naming the path.
    /// A regular file that ends in a torn line (we were killed) is cut back to its last whole line.
    /// A FIFO is opened without waiting for a reader.
    Appender(FileOps& ops, ChunkPool& pool, File file);
    /// Appends to an already open descriptor (stdout): no header, no checks, flushed at every tick.
    Appender(FileOps& ops, ChunkPool& pool, int fd);
    /// Waits for an operation in flight (200 ms at most); rows not flushed are dropped. After
    /// give_up() a regular file ends in a whole line all the same.
    ~Appender();
    Appender(const Appender&) = delete;
    Appender& operator=(const Appender&) = delete;

    /// Takes `text` whole, which is `rows` complete lines; false (and counted) when there is no
    /// room, or when a single line is longer than a chunk.
    bool append(std::string_view text, unsigned rows = 1) noexcept;
    /// Moves things on: begins writes that are due, handles finished ones, checks, retries,
    /// reopens.
    void tick(Instant now) noexcept;
    /// When tick() has something to do next; `never` when idle.
    [[nodiscard]] Instant next_tick() const noexcept;
    /// SIGHUP: finish what is buffered, then open the path anew.
    void reopen() noexcept;
    /// As reopen(), but what comes after goes to `path` (rotation).
    void move_to(std::string path) noexcept;
    /// The path that a move_to() has left for good, once; else empty.
    [[nodiscard]] std::string take_left() noexcept;
    /// Bytes in the file at `path`, as of the last write or check.
    [[nodiscard]] std::uint64_t size() const noexcept;
    /// Begin writing everything at the next tick.
    void flush() noexcept;
    /// The run ends and cannot wait any longer: what is still buffered counts as lost, also what a
    /// write that is not done yet may bring to the file.
    void give_up() noexcept;
    /// Nothing buffered and no write in flight (a check of the path may be).
    [[nodiscard]] bool idle() const noexcept;
    /// Of a shared descriptor: who read from it is gone, and nothing is written any more.
    [[nodiscard]] bool reader_gone() const noexcept;
    /// From now on everything is copied to there as well, written or not; null: no longer. For what
    /// must be said in another way when the reader is gone.
    void copy_to(std::string* copy) noexcept;
    [[nodiscard]] const AppenderStats& stats() const noexcept;
    /// Rows lost since the last call, for a gap row once writing works again; 0 while it does not.
    [[nodiscard]] std::uint64_t take_lost_for_gap(Instant& since) noexcept;
    /// There is room for a gap row, and none of rows lost before it is still to come.
    [[nodiscard]] bool has_room_for_gap() const noexcept;
    [[nodiscard]] const std::string& path() const noexcept;
    /// At the start another program was writing to this file.
    [[nodiscard]] bool has_other_writer() const noexcept;
    /// The line that ended the file at the start; empty when there was none.
    [[nodiscard]] const std::string& last_line() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct ChunkPoolDeleter {
    void operator()(ChunkPool* pool) const noexcept;
};
using ChunkPoolPtr = std::unique_ptr<ChunkPool, ChunkPoolDeleter>;

/// `limit_bytes` bounds all buffered rows of the program. One file may hold as many chunks as are
/// still free for the others: half of all when it is alone.
[[nodiscard]] ChunkPoolPtr make_chunk_pool(std::size_t limit_bytes);
/// Gives memory back that rows needed once and do not need now; for every few seconds.
void trim(ChunkPool& pool) noexcept;

}  // namespace sipping::io
