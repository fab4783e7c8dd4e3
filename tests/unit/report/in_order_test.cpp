#include "sipping/report/in_order.hpp"

#include <gtest/gtest.h>

#include "sipping/base/prng.hpp"

namespace sipping::report {
namespace {

Event event(Duration sent, Kind kind, Duration latency = {}, std::uint64_t call_id = 7) {
    return {.at = WallTime{1000s} + sent,
            .sent = WallTime{1000s} + sent,
            .latency = latency,
            .call_id = call_id,
            .kind = kind};
}

const Texts no_texts{11};
const EventOrder by_time{no_texts, no_texts};

TEST(InOrder, losses_come_a_timeout_later_and_go_on_in_order_of_sending) {
    InOrder order{4s, by_time};
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

TEST(InOrder, what_comes_too_late_is_refused) {
    InOrder order{4s, by_time};
    const auto take = [](const Event&) {};
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(order.add(event(1s * i, Kind::reply)));
        order.release(take);
    }
    EXPECT_FALSE(order.add(event(9500ms, Kind::timeout)));
    EXPECT_TRUE(order.add(event(15500ms, Kind::timeout)));
}

TEST(InOrder, what_is_of_one_time_has_an_order_of_its_own) {
    std::vector<Event> events{event(1s, Kind::late, 30s), event(1s, Kind::timeout),
                              event(1s, Kind::reply, 5ms, 8), event(1s, Kind::duplicate, 9ms, 8),
                              event(1s, Kind::duplicate, 6ms, 8)};
    events.push_back({.at = WallTime{1001s}, .type = Event::Type::start});
    events.push_back({.at = WallTime{1001s}, .type = Event::Type::stop});
    const std::vector<std::pair<Event::Type, Kind>> right{{Event::Type::start, Kind{}},
                                                          {Event::Type::probe, Kind::timeout},
                                                          {Event::Type::probe, Kind::late},
                                                          {Event::Type::probe, Kind::reply},
                                                          {Event::Type::probe, Kind::duplicate},
                                                          {Event::Type::probe, Kind::duplicate},
                                                          {Event::Type::stop, Kind{}}};
    std::ranges::sort(events, by_time);
    do {
        InOrder order{4s, by_time};
        std::vector<std::pair<Event::Type, Kind>> seen;
        for (const Event& one : events)
            ASSERT_TRUE(order.add(one));
        order.release_all([&](const Event& next) { seen.emplace_back(next.type, next.kind); });
        ASSERT_EQ(seen, right);
    } while (std::ranges::next_permutation(events, by_time).found);
}

TEST(InOrder, where_all_come_in_order_nothing_is_refused) {
    InOrder order{4s, by_time};
    std::vector<WallTime> seen;
    const auto take = [&](const Event& next) { seen.push_back(next.at); };
    // One that took so long that the hold would let all others go.
    for (const Event& one : {event(0s, Kind::reply, 100s), event(1s, Kind::reply),
                             event(1s, Kind::reply, 0s, 8), event(2s, Kind::reply)}) {
        order.release_before(one.at, take);
        ASSERT_TRUE(order.add(one));
    }
    order.release_all(take);
    EXPECT_EQ(seen.size(), 4U);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
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
    InOrder order{4s, by_time};
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
