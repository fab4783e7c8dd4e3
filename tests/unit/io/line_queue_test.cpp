#include "io/line_queue.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace sipping::io {
namespace {

std::string text_of(std::span<const char> bytes) {
    return {bytes.begin(), bytes.end()};
}

std::string line(std::size_t size, char fill = 'x') {
    return std::string(size - 1, fill) + "\n";
}

/// Pages of the pool that are resident, in chunks.
std::size_t resident(const std::vector<char*>& data) {
    std::size_t pages = 0;
    for (char* chunk : data) {
        std::array<unsigned char, chunk_size / 4096> present{};
        EXPECT_EQ(::mincore(chunk, chunk_size, present.data()), 0);
        pages += static_cast<std::size_t>(
            std::count_if(present.begin(), present.end(), [](auto page) { return page & 1; }));
    }
    return pages * 4096 / chunk_size;
}

TEST(ChunkPool, gives_memory_back_that_was_needed_once) {
    ChunkPool pool{100 * chunk_size};
    std::vector<Chunk*> taken;
    std::vector<char*> data;
    for (int i = 0; i < 100; ++i) {
        taken.push_back(pool.take());
        data.push_back(taken.back()->data);
        std::memset(taken.back()->data, 'x', chunk_size);
    }
    for (Chunk* chunk : taken)
        pool.give_back(*chunk);
    pool.trim();  // all of them were in use since the last one
    EXPECT_EQ(resident(data), 100U);
    Chunk* const busy = pool.take();
    pool.give_back(*busy);
    pool.trim();
    EXPECT_EQ(resident(data), 36U) << "64 at a time";
    Chunk* const held = pool.take();
    held->data[0] = 'y';
    pool.trim();
    EXPECT_EQ(held->data[0], 'y');
    EXPECT_EQ(held->data[chunk_size - 1], 'x') << "what is in use stays";
    pool.give_back(*held);
    pool.trim();
    pool.trim();
    EXPECT_EQ(resident(data), 0U);
}

TEST(ChunkPool, hands_out_the_last_given_back_first) {
    ChunkPool pool{4 * chunk_size};
    EXPECT_EQ(pool.capacity(), 4U);
    Chunk* first = pool.take();
    Chunk* second = pool.take();
    pool.give_back(*first);
    EXPECT_EQ(pool.take(), first);
    pool.give_back(*first);
    pool.give_back(*second);
    EXPECT_EQ(pool.available(), 4U);
    for (int i = 0; i < 4; ++i)
        EXPECT_NE(pool.take(), nullptr);
    EXPECT_EQ(pool.take(), nullptr);
}

TEST(LineQueue, gives_rows_back_in_order_and_the_chunk_when_written) {
    ChunkPool pool{4 * chunk_size};
    LineQueue queue{pool};
    EXPECT_TRUE(queue.append("one\n", 1));
    EXPECT_TRUE(queue.append("two\nthree\n", 2));
    EXPECT_EQ(pool.available(), 3U);
    EXPECT_EQ(text_of(queue.front()), "one\ntwo\nthree\n");
    EXPECT_EQ(queue.advance(14), 3U);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(pool.available(), 4U);
}

TEST(LineQueue, a_short_write_leaves_a_torn_line_that_can_be_taken_back) {
    ChunkPool pool{4 * chunk_size};
    LineQueue queue{pool};
    EXPECT_TRUE(queue.append("one\ntwo\nthree\n", 3));
    EXPECT_EQ(queue.advance(6), 1U);
    EXPECT_EQ(queue.torn_bytes(), 2U);
    EXPECT_EQ(text_of(queue.front()), "o\nthree\n");
    queue.rewind_to_line();
    EXPECT_EQ(queue.torn_bytes(), 0U);
    EXPECT_EQ(text_of(queue.front()), "two\nthree\n");
    EXPECT_EQ(queue.written(), 4U);
    EXPECT_EQ(queue.advance(4), 1U);
    EXPECT_EQ(queue.torn_bytes(), 0U);
    EXPECT_EQ(queue.advance(6), 1U);
}

TEST(LineQueue, rows_that_come_during_a_write_follow_in_the_same_chunk) {
    ChunkPool pool{4 * chunk_size};
    LineQueue queue{pool};
    EXPECT_TRUE(queue.append("one\n", 1));
    const std::span<const char> in_flight = queue.front();
    EXPECT_TRUE(queue.append("two\n", 1));
    EXPECT_EQ(text_of(in_flight), "one\n");
    EXPECT_EQ(queue.advance(in_flight.size()), 1U);
    EXPECT_EQ(text_of(queue.front()), "two\n");
    EXPECT_EQ(pool.available(), 3U);
}

TEST(LineQueue, a_row_is_never_split_between_chunks) {
    ChunkPool pool{8 * chunk_size};
    LineQueue queue{pool};
    EXPECT_TRUE(queue.append(line(chunk_size - 10), 1));
    EXPECT_FALSE(queue.chunk_full());
    EXPECT_TRUE(queue.append(line(100), 1));
    EXPECT_TRUE(queue.chunk_full());
    EXPECT_EQ(queue.front().size(), chunk_size - 10);
    EXPECT_TRUE(queue.append(line(chunk_size), 1));
    EXPECT_FALSE(queue.append(line(chunk_size + 1), 1)) << "longer than a chunk";
}

TEST(LineQueue, a_long_text_is_split_between_lines_or_refused_whole) {
    ChunkPool pool{8 * chunk_size};
    LineQueue queue{pool};
    std::string text;
    unsigned rows = 0;
    for (; text.size() < 3 * chunk_size; ++rows)
        text += line(1000, static_cast<char>('a' + rows % 26));
    EXPECT_TRUE(queue.append(text, rows));
    EXPECT_FALSE(queue.append(text, rows)) << "half of the pool";
    std::string out;
    unsigned rows_out = 0;
    while (!queue.empty()) {
        EXPECT_EQ(queue.front().back(), '\n');
        out += text_of(queue.front());
        rows_out += queue.advance(queue.front().size());
    }
    EXPECT_EQ(out, text);
    EXPECT_EQ(rows_out, rows);
    EXPECT_EQ(pool.available(), 8U);
}

TEST(LineQueue, a_dead_file_leaves_chunks_for_the_others) {
    ChunkPool pool{16 * chunk_size};
    LineQueue dead{pool};
    while (dead.append(line(chunk_size), 1)) {
    }
    EXPECT_EQ(pool.available(), 8U);
    EXPECT_FALSE(dead.has_room(1));
    LineQueue healthy{pool};
    EXPECT_TRUE(healthy.has_room(1));
    EXPECT_TRUE(healthy.append(line(chunk_size), 1));
    EXPECT_EQ(dead.clear(), 8U);
    EXPECT_EQ(pool.available(), 15U);
}

}  // namespace
}  // namespace sipping::io
