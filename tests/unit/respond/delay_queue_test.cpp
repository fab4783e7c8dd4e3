#include "sipping/respond/delay_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>

#include "sipping/base/prng.hpp"

namespace sipping::respond {
namespace {

bool push(DelayQueue& queue, const std::string& text, Instant due = Instant{}) {
    const std::span<char> space = queue.space(text.size());
    if (space.empty()) return false;
    std::memcpy(space.data(), text.data(), text.size());
    DelayQueue::Entry entry;
    entry.due = due;
    entry.length = static_cast<std::uint32_t>(text.size());
    queue.push(entry);
    return true;
}

TEST(DelayQueue, KeepsOrderAndBytes) {
    DelayQueue queue(4, 100);
    ASSERT_TRUE(push(queue, "first", Instant{1ms}));
    ASSERT_TRUE(push(queue, "second", Instant{2ms}));
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.front().due, Instant{1ms});
    EXPECT_EQ(queue.text(queue.front()), "first");
    queue.pop();
    EXPECT_EQ(queue.text(queue.front()), "second");
    queue.pop();
    EXPECT_TRUE(queue.empty());
}

TEST(DelayQueue, RefusesMoreAnswersThanItMayHold) {
    DelayQueue queue(2, 100);
    EXPECT_TRUE(push(queue, "a"));
    EXPECT_TRUE(push(queue, "b"));
    EXPECT_FALSE(push(queue, "c"));
    queue.pop();
    EXPECT_TRUE(push(queue, "c"));
}

TEST(DelayQueue, RefusesMoreBytesThanItMayHold) {
    DelayQueue queue(10, 10);
    EXPECT_FALSE(push(queue, std::string(11, 'x')));
    EXPECT_TRUE(push(queue, std::string(6, 'a')));
    EXPECT_TRUE(push(queue, std::string(4, 'b')));
    EXPECT_FALSE(push(queue, "c"));
    queue.pop();
    EXPECT_TRUE(push(queue, std::string(6, 'c')));  // where the a's were
    EXPECT_FALSE(push(queue, "d"));
    EXPECT_EQ(queue.text(queue.front()), "bbbb");
    queue.pop();
    EXPECT_EQ(queue.text(queue.front()), "cccccc");
}

TEST(DelayQueue, NeverMixesAnswersHoweverTheRingTurns) {
    DelayQueue queue(16, 200);
    std::deque<std::string> expected;
    Prng random(Key{11, 0});
    std::uint64_t refused = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (random.below(2) == 0) {
            const std::string text(1 + random.below(60), static_cast<char>('a' + step % 26));
            if (push(queue, text)) {
                expected.push_back(text);
            } else {
                ++refused;
            }
        } else if (!expected.empty()) {
            ASSERT_EQ(queue.text(queue.front()), expected.front()) << "seed 11, step " << step;
            queue.pop();
            expected.pop_front();
        }
        ASSERT_EQ(queue.size(), expected.size());
    }
    EXPECT_GT(refused, 100U);  // it did run full
}

}  // namespace
}  // namespace sipping::respond
