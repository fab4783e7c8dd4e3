// The memory behind all buffered rows: 64 KiB chunks, last in first out, so that a quiet program
// keeps using the same few. Reserved at start, touched only when used. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "io/appender.hpp"

namespace sipping::io {

/// One chunk of rows. Its owner is the pool, or the LineQueue that took it.
struct Chunk {
    Chunk* next = nullptr;      ///< the owner's list
    char* data = nullptr;       ///< chunk_size bytes
    std::uint32_t used = 0;     ///< bytes filled
    std::uint32_t written = 0;  ///< bytes of it that the file has
    std::uint32_t settled = 0;  ///< bytes of whole lines the file has; <= written
    std::uint32_t rows = 0;     ///< rows after `settled`
    bool touched = false;       ///< its memory counts as ours
};

class ChunkPool {
public:
    /// Throws std::bad_alloc when the address space refuses. At least one chunk.
    explicit ChunkPool(std::size_t limit_bytes);
    ~ChunkPool();
    ChunkPool(const ChunkPool&) = delete;
    ChunkPool& operator=(const ChunkPool&) = delete;

    /// An empty chunk; null when all are taken.
    [[nodiscard]] Chunk* take() noexcept;
    void give_back(Chunk& chunk) noexcept;
    /// Chunks that nobody took since the last call become untouched memory again, a few at a time:
    /// a disk that stalled once must not make the program larger for weeks.
    void trim() noexcept;
    [[nodiscard]] std::size_t available() const noexcept { return available_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return chunks_.size(); }

private:
    std::span<char> memory_;
    std::vector<Chunk> chunks_;
    Chunk* free_ = nullptr;
    std::size_t available_ = 0;
    std::size_t unused_ = 0;  ///< the fewest that were available since the last trim()
};

}  // namespace sipping::io
