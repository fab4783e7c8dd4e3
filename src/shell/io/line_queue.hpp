// The rows of one file that are still to be written, in order, in chunks. Knows which bytes are
// whole lines in the file and which are a torn one. Memory only: it does not write.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "io/chunk_pool.hpp"

namespace sipping::io {

class LineQueue {
public:
    explicit LineQueue(ChunkPool& pool) noexcept : pool_(pool) {}
    ~LineQueue() { clear(); }
    LineQueue(const LineQueue&) = delete;
    LineQueue& operator=(const LineQueue&) = delete;

    /// All of `text` or nothing. A text longer than a chunk is split between lines; a single line
    /// longer than a chunk is refused. One file may hold at most as many chunks as are still free
    /// for the others, so that a dead file (a pipe nobody reads) cannot starve the healthy ones.
    [[nodiscard]] bool append(std::string_view text, unsigned rows) noexcept;
    /// append() of `bytes` would find room.
    [[nodiscard]] bool has_room(std::size_t bytes) const noexcept;

    [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
    /// The oldest chunk takes no more rows: a whole chunk is ready.
    [[nodiscard]] bool chunk_full() const noexcept { return head_ != tail_; }
    /// The oldest unwritten bytes. They end with a line, and stay in place until they are advanced
    /// over, whatever is appended meanwhile.
    [[nodiscard]] std::span<const char> front() const noexcept;

    /// `bytes` of front() are in the file now. Returns the rows that became whole there.
    unsigned advance(std::size_t bytes) noexcept;
    /// Bytes of an unfinished line at the file's end.
    [[nodiscard]] std::size_t torn_bytes() const noexcept;
    /// The torn bytes are not in the file after all: that line is written again from its start.
    void rewind_to_line() noexcept;
    /// Rows that are not wholly in the file yet.
    [[nodiscard]] std::uint64_t rows() const noexcept;
    /// Drops everything; returns the rows dropped.
    std::uint64_t clear() noexcept;

    /// Running totals of bytes, to tell when all that was there at some moment has been written.
    [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

private:
    [[nodiscard]] bool may_take(std::size_t chunks) const noexcept;
    [[nodiscard]] bool append_chunks(std::string_view text, unsigned rows) noexcept;
    void put(std::string_view text, unsigned rows) noexcept;
    void release_head() noexcept;

    ChunkPool& pool_;
    Chunk* head_ = nullptr;
    Chunk* tail_ = nullptr;
    std::size_t held_ = 0;  ///< chunks
    std::uint64_t appended_ = 0;
    std::uint64_t written_ = 0;
};

}  // namespace sipping::io
