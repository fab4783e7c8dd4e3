#include "io/chunk_pool.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <new>

namespace sipping::io {

ChunkPool::ChunkPool(std::size_t limit_bytes)
    : chunks_(std::max<std::size_t>(1, limit_bytes / chunk_size)) {
    // Anonymous memory costs nothing until it is written to: 512 files without rows are free.
    const std::size_t bytes = chunks_.size() * chunk_size;
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // A huge page would touch 32 chunks for the sake of one.
    ::madvise(memory, bytes, MADV_NOHUGEPAGE);
    memory_ = {static_cast<char*>(memory), bytes};
    for (std::size_t i = chunks_.size(); i-- > 0;) {
        chunks_[i].data = memory_.data() + i * chunk_size;
        give_back(chunks_[i]);
    }
}

ChunkPool::~ChunkPool() {
    ::munmap(memory_.data(), memory_.size());
}

Chunk* ChunkPool::take() noexcept {
    if (free_ == nullptr) return nullptr;
    Chunk* chunk = free_;
    free_ = chunk->next;
    --available_;
    unused_ = std::min(unused_, available_);
    *chunk = Chunk{.data = chunk->data, .touched = true};
    return chunk;
}

void ChunkPool::give_back(Chunk& chunk) noexcept {
    assert(available_ < chunks_.size());
    chunk.next = free_;
    free_ = &chunk;
    ++available_;
}

void ChunkPool::trim() noexcept {
    constexpr int at_most = 64;  // system calls
    // Last in, first out: those that were taken meanwhile stand before all that were not.
    Chunk* chunk = free_;
    for (std::size_t passed = available_ - unused_; passed > 0; --passed)
        chunk = chunk->next;
    for (int trimmed = 0; chunk != nullptr && trimmed < at_most; chunk = chunk->next) {
        if (!chunk->touched) continue;
        ::madvise(chunk->data, chunk_size, MADV_DONTNEED);
        chunk->touched = false;
        ++trimmed;
    }
    unused_ = available_;
}

void trim(ChunkPool& pool) noexcept {
    pool.trim();
}

void ChunkPoolDeleter::operator()(ChunkPool* pool) const noexcept {
    delete pool;
}

ChunkPoolPtr make_chunk_pool(std::size_t limit_bytes) {
    return ChunkPoolPtr{new ChunkPool(limit_bytes)};
}

}  // namespace sipping::io
