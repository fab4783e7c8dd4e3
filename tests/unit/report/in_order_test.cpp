#include "sipping/report/in_order.hpp"

#include <gtest/gtest.h>

#include "sipping/base/prng.hpp"

namespace sipping::report {
namespace {

Event event(Duration sent, Kind kind, Duration latency = {}) {
    return {.sent = WallTime{1000s} + sent, .latency = latency, .call_id = 7, .kind = kind};
}

TEST(InOrder, losses_come_a_timeout_later_and_go_on_in_order_of_sending) {
    InOrder order{4s};
    std::vector<WallTime> seen;
    const auto take = [&](const Event& next) { seen.push_back(next.sent); };
    // Every third probe is lost: its row comes 1 s after it was sent.
    for (int i = 0; i < 1000; ++i) {
        if (i % 3 != 0) {
            ASSERT_TRUE(order.add(event(i * 100ms, Kind::reply, 20ms)));
        }
        const int lost = i - 10;
        if (lost >= 0 && lost % 3 == 0) {
            ASSERT_TRUE(order.add(event(lost * 100ms, Kind::timeout)));
        }
        order.release(take);
    }
    order.release_all(take);
    EXPECT_EQ(seen.size(), 996U);  // the last four losses have no row yet
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(InOrder, what_comes_too_late_is_refused_and_says_by_how_much) {
    InOrder order{4s};
    const auto take = [](const Event&) {};
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(order.add(event(1s * i, Kind::reply)));
        order.release(take);
    }
    EXPECT_FALSE(order.add(event(9500ms, Kind::timeout)));
    EXPECT_EQ(order.lag(), 9500ms);
    EXPECT_TRUE(order.add(event(15500ms, Kind::timeout)));
}

TEST(InOrder, finds_what_it_holds) {
    InOrder order{4s};
    ASSERT_TRUE(order.add(event(1s, Kind::timeout)));
    EXPECT_NE(order.find(WallTime{1001s}, 7), nullptr);
    EXPECT_EQ(order.find(WallTime{1001s}, 8), nullptr);
    EXPECT_EQ(order.find(WallTime{1002s}, 7), nullptr);
}

TEST(InOrder, random_completion_within_the_hold_is_always_put_right) {
    Prng prng{Key{42, 0}};
    struct Row {
        Duration completed;
        Event event;
    };
    std::vector<Row> rows;
    for (int i = 0; i < 5000; ++i) {
        const Duration sent = i * 7ms;
        const bool lost = prng.below(4) == 0;
        const Duration latency{static_cast<std::int64_t>(prng.below(900'000'000))};
        rows.push_back({lost ? sent + 1s : sent + latency,
                        event(sent, lost ? Kind::timeout : Kind::reply, lost ? 0s : latency)});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.completed < b.completed; });
    InOrder order{4s};
    int next = 0;
    const auto take = [&](const Event& one) {
        EXPECT_EQ(one.sent, WallTime{1000s} + next++ * 7ms);
    };
    for (const Row& row : rows) {
        ASSERT_TRUE(order.add(row.event));
        order.release(take);
    }
    order.release_all(take);
    EXPECT_EQ(next, 5000);
}

}  // namespace
}  // namespace sipping::report
