// append() and tick() allocate nothing: every operator new of this thread is counted.
#include <cstdlib>
#include <new>

#include "log_bed.hpp"

namespace {
thread_local std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace sipping::io {
namespace {

void write_and_count(FileOps& ops) {
    const TempDirectory directory;
    const ChunkPoolPtr pool = make_chunk_pool(64 * chunk_size);
    Appender log{ops, *pool, Appender::File{directory / "a.csv", test_header}};
    const std::string line = row(0);
    Instant now{100s};
    const std::size_t before = allocations;
    for (int i = 0; i < 3000; ++i, now += 10ms) {
        log.append(line);
        settle(ops, log, now, 3);
        if (i % 500 == 499) log.reopen();
    }
    EXPECT_EQ(allocations, before);
    log.flush();
    settle(ops, log, now);
    EXPECT_EQ(log.stats().rows_written, 3000U);
}

TEST(Allocation, none_after_start_on_the_ring) {
    Ring ring{{.submission_entries = 8, .completion_entries = 64}};
    const auto ops = make_ring_file_ops(ring);
    write_and_count(*ops);
}

TEST(Allocation, none_after_start_on_the_thread) {
    const auto ops = make_thread_file_ops();
    write_and_count(*ops);
}

}  // namespace
}  // namespace sipping::io
