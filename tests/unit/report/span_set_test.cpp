#include "sipping/report/span_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sipping/base/prng.hpp"

namespace sipping::report {
namespace {

WallTime at(int second) {
    return WallTime{1s * second};
}

TEST(SpanSet, what_overlaps_or_touches_is_one) {
    SpanSet set;
    set.add(at(10), at(20));
    set.add(at(30), at(40));
    EXPECT_EQ(set.size(), 2U);
    set.add(at(20), at(30));
    EXPECT_EQ(set.size(), 1U);
    EXPECT_EQ(set.length(), 30s);
    set.add(at(12), at(13));
    set.add(at(50), at(50));
    set.add(at(50), at(45));  // no length is below zero
    EXPECT_EQ(set.size(), 2U);
    EXPECT_EQ(set.length(), 30s);
    EXPECT_EQ(set.within(at(0), at(15)), 5s);
    EXPECT_EQ(set.within(at(35), at(100)), 5s);
    EXPECT_EQ(set.within(at(41), at(45)), 0s);
}

TEST(SpanSet, random_spans_against_seconds_marked_one_by_one) {
    Prng prng{Key{1, 2}};
    for (int round = 0; round < 200; ++round) {
        SpanSet set;
        std::vector<bool> marked(1000);
        for (int i = 0; i < 30; ++i) {
            const auto from = static_cast<int>(prng.below(900));
            const auto until = from + static_cast<int>(1 + prng.below(80));
            set.add(at(from), at(until));
            std::fill(marked.begin() + from, marked.begin() + until, true);
        }
        EXPECT_EQ(set.length(), 1s * std::ranges::count(marked, true));
        EXPECT_EQ(set.within(at(300), at(700)),
                  1s * std::count(marked.begin() + 300, marked.begin() + 700, true));
        std::uint64_t pieces = 0;
        for (std::size_t i = 0; i < marked.size(); ++i)
            pieces += marked[i] && (i == 0 || !marked[i - 1]) ? 1U : 0U;
        EXPECT_EQ(set.size(), pieces);
    }
}

TEST(SpanSet, has_a_limit) {
    SpanSet set;
    for (int i = 0; i < 100'000; ++i)
        set.add(at(10 * i), at(10 * i + 1));
    EXPECT_EQ(set.spans().size(), SpanSet::spans_max);
    EXPECT_EQ(set.size(), 100'000U);
    EXPECT_EQ(set.length(), 100'000s);
}

}  // namespace
}  // namespace sipping::report
