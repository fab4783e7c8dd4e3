#include "io/ring.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace sipping::io {
namespace {

void queue_nop(Ring& ring, std::uint64_t data) {
    io_uring_sqe* sqe = ring.require_sqe();
    io_uring_prep_nop(sqe);
    sqe->user_data = data;
}

TEST(Ring, user_data_keeps_tag_and_value_apart) {
    const std::uint64_t value = 0x00ab'cdef'0123'4567U;
    const std::uint64_t data = user_data(Tag::file, value);
    EXPECT_EQ(tag_of(data), Tag::file);
    EXPECT_EQ(value_of(data), value);
    EXPECT_EQ(tag_of(user_data(Tag::none, value)), Tag::none);
}

TEST(Ring, hands_out_completions_in_portions) {
    Ring ring{{.submission_entries = 8, .completion_entries = 64}};
    for (std::uint64_t i = 0; i < 5; ++i)
        queue_nop(ring, user_data(Tag::wake, i));
    EXPECT_EQ(ring.submit(), 5);
    ring.wait(5, 1s);
    std::vector<std::uint64_t> seen;
    const auto visit = [&](const io_uring_cqe& cqe) { seen.push_back(value_of(cqe.user_data)); };
    EXPECT_EQ(ring.drain(2, visit), 2U);
    EXPECT_EQ(ring.drain(100, visit), 3U);
    EXPECT_EQ(ring.drain(100, visit), 0U);
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(Ring, wait_ends_at_its_timeout) {
    Ring ring{{.submission_entries = 8, .completion_entries = 16}};
    EXPECT_EQ(ring.wait(1, 5ms), -ETIME);
    EXPECT_EQ(ring.drain(10, [](const io_uring_cqe&) {}), 0U);
}

TEST(Ring, require_sqe_submits_when_the_queue_is_full) {
    Ring ring{{.submission_entries = 8, .completion_entries = 64}};
    for (std::uint64_t i = 0; i < 30; ++i)
        queue_nop(ring, i);
    ring.submit();
    ring.wait(30, 1s);
    EXPECT_EQ(ring.drain(100, [](const io_uring_cqe&) {}), 30U);
    EXPECT_FALSE(ring.take_overflow());
}

TEST(Ring, a_refusal_is_explained_with_what_to_do) {
    EXPECT_NE(explain_refusal(ENOMEM).find("RLIMIT_MEMLOCK"), std::string::npos);
    EXPECT_NE(explain_refusal(ENOSYS).find("kernel"), std::string::npos);
    EXPECT_NE(explain_refusal(EIO).find("io_uring"), std::string::npos);
}

}  // namespace
}  // namespace sipping::io
