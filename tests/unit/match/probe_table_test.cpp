#include "sipping/match/probe_table.hpp"

#include <gtest/gtest.h>

namespace sipping::match {
namespace {

constexpr Instant t0{1000s};

struct Fixture : testing::Test {
    std::vector<Duration> timeouts{1s, 1s, 3s};
    ProbeTable table{{.capacity = 8, .late_window = 32s, .sockets = 4}, timeouts};
    std::uint64_t sent = 0;  ///< and the number of the next one

    std::uint32_t send(std::uint32_t target, Instant at, std::uint32_t socket = 0) {
        if (!table.make_room(at)) return no_slot;
        const std::uint32_t slot = table.insert(1'000'000'000 + sent, target, socket, 4000, at);
        ++sent;
        table.mark_sent(slot, at, WallTime{at.time_since_epoch()});
        return slot;
    }
    void settle_all() {
        for (std::uint32_t target = 0; target < timeouts.size(); ++target)
            while (table.next_settled(target) != no_slot) {
            }
    }
};

TEST_F(Fixture, deadlines_come_in_order_across_timeouts) {
    const auto slow = send(2, t0);
    const auto first = send(0, t0 + 100ms);
    const auto second = send(1, t0 + 200ms);
    EXPECT_EQ(table.next_deadline(), t0 + 1100ms);
    EXPECT_EQ(table.next_expired(t0 + 1100ms), no_slot);  // not past it yet
    EXPECT_EQ(table.next_expired(t0 + 1100ms + 1ns), first);
    table.finish(first, State::dropped);
    table.finish(second, State::answered);
    EXPECT_EQ(table.next_deadline(), t0 + 3s);
    EXPECT_EQ(table.next_expired(t0 + 4s), slow);
    table.finish(slow, State::dropped);
    EXPECT_EQ(table.next_deadline(), never);
    EXPECT_EQ(table.in_flight(), 0u);
}

TEST_F(Fixture, an_identity_rests_for_the_late_window) {
    const auto slot = send(0, t0);
    table.finish(slot, State::dropped);
    settle_all();
    table.retire(t0 + 33s - 1ns);
    EXPECT_EQ(table.find(0), slot);
    table.retire(t0 + 33s);
    EXPECT_EQ(table.find(0), no_slot);
    EXPECT_EQ(table.early_forgotten(), 0u);
}

TEST_F(Fixture, a_full_table_gives_up_the_oldest_finished_identity_and_says_so) {
    std::vector<std::uint32_t> slots;
    for (int i = 0; i < 8; ++i)
        slots.push_back(send(0, t0 + i * 1ms));
    EXPECT_EQ(send(0, t0 + 9ms), no_slot);  // all in flight: never at their cost
    table.finish(slots[0], State::answered);
    settle_all();
    EXPECT_EQ(send(0, t0 + 10ms), slots[0]);
    EXPECT_EQ(table.find(0), no_slot);
    EXPECT_EQ(table.find(1), slots[1]);
    EXPECT_EQ(table.find(8), slots[0]);
    EXPECT_EQ(table.early_forgotten(), 1u);
}

TEST_F(Fixture, settles_in_sending_order_whatever_the_order_of_completion) {
    const auto a = send(0, t0);
    const auto other = send(1, t0);
    const auto b = send(0, t0 + 1ms);
    const auto c = send(0, t0 + 2ms);
    table.finish(c, State::answered);
    table.finish(b, State::answered);
    EXPECT_EQ(table.next_settled(0), no_slot);
    table.finish(other, State::answered);
    EXPECT_EQ(table.next_settled(1), other);
    EXPECT_EQ(table.next_settled(1), no_slot);
    table.finish(a, State::dropped);
    EXPECT_EQ(table.next_settled(0), a);
    EXPECT_EQ(table.next_settled(0), b);
    EXPECT_EQ(table.next_settled(0), c);
    EXPECT_EQ(table.next_settled(0), no_slot);
    const auto d = send(0, t0 + 3ms);
    table.finish(d, State::answered);
    EXPECT_EQ(table.next_settled(0), d);
}

TEST_F(Fixture, walks_the_probes_of_a_socket_from_the_newest) {
    const auto a = send(0, t0, 3);
    send(1, t0, 2);
    const auto b = send(1, t0 + 1ms, 3);
    EXPECT_EQ(table.newest_on_socket(3), b);
    const auto older = table.at(b).older_on_socket;
    EXPECT_EQ(older, a);
    EXPECT_TRUE(table.is_older_in_use(older, b));
    EXPECT_FALSE(table.is_older_in_use(table.at(a).older_on_socket, a));
    EXPECT_EQ(table.newest_on_socket(1), no_slot);
}

TEST_F(Fixture, knows_whose_probes_are_out_from_a_socket) {
    const auto a = send(0, t0, 3);
    const auto b = send(1, t0, 3);
    EXPECT_TRUE(table.is_out(3, 0));
    EXPECT_TRUE(table.is_out(3, 1));
    EXPECT_FALSE(table.is_out(3, 2));
    EXPECT_FALSE(table.is_out(2, 0));
    table.finish(b, State::answered);
    EXPECT_TRUE(table.is_out(3, 0));
    EXPECT_FALSE(table.is_out(3, 1));
    table.finish(a, State::dropped);
    EXPECT_FALSE(table.is_out(3, 0));
}

TEST_F(Fixture, a_reused_slot_is_no_older_probe) {
    // Slot `a` is released and taken again by a newer probe of the same socket.
    const auto a = send(0, t0, 3);
    const auto b = send(0, t0, 3);
    for (int i = 0; i < 6; ++i)
        send(1, t0, 0);
    table.finish(a, State::answered);
    settle_all();
    const auto again = send(1, t0, 3);
    ASSERT_EQ(again, a);
    EXPECT_TRUE(table.is_older_in_use(table.at(again).older_on_socket, again));
    EXPECT_FALSE(table.is_older_in_use(table.at(b).older_on_socket, b));
}

TEST_F(Fixture, runs_through_the_ring_many_times) {
    for (int i = 0; i < 1000; ++i) {
        const auto slot = send(static_cast<std::uint32_t>(i % 3), t0 + i * 40s);
        ASSERT_NE(slot, no_slot);
        table.finish(slot, i % 2 == 0 ? State::answered : State::dropped);
        settle_all();
    }
    EXPECT_EQ(table.early_forgotten(), 0u);
    EXPECT_EQ(table.in_flight(), 0u);
}

TEST_F(Fixture, finds_exactly_the_numbers_it_keeps) {
    std::vector<std::uint32_t> kept;  // by number
    for (std::uint64_t number = 0; number < 100; ++number) {
        kept.push_back(send(0, t0 + static_cast<int>(number) * 1s));
        table.finish(kept.back(), State::answered);
        settle_all();
        for (std::uint64_t asked = 0; asked <= number + 20; ++asked) {
            const bool there = asked <= number && number - asked < 8;
            ASSERT_EQ(table.find(asked), there ? kept[asked] : no_slot) << number << " " << asked;
        }
        ASSERT_EQ(table.find(wire::call_id_count - 1), no_slot);  // of a probe that did not leave
    }
}

TEST_F(Fixture, an_empty_table_finds_nothing) {
    EXPECT_EQ(table.find(0), no_slot);
    EXPECT_EQ(table.find(wire::call_id_count - 1), no_slot);
}

TEST_F(Fixture, notes_are_given_back) {
    for (int round = 0; round < 100'000; ++round) {
        const auto slot = send(0, t0 + round * 40s);
        Note* note = table.note_for(slot);
        ASSERT_NE(note, nullptr) << round;
        EXPECT_FALSE(note->has_icmp);
        note->has_icmp = true;
        EXPECT_EQ(table.note_for(slot), note);
        table.finish(slot, State::dropped);
        settle_all();
    }
}

TEST(ProbeTableNotes, are_limited) {
    std::vector<Duration> timeouts{1s};
    ProbeTable table({.capacity = ProbeTable::note_limit * 2u}, timeouts);
    std::uint32_t with_note = 0;
    for (std::uint32_t i = 0; i < ProbeTable::note_limit * 2u; ++i) {
        const auto slot = table.insert(1'000'000'000 + i, 0, 0, 1, t0);
        table.mark_sent(slot, t0, {});
        if (table.note_for(slot) != nullptr) ++with_note;
    }
    EXPECT_EQ(with_note, ProbeTable::note_limit - 1u);
}

}  // namespace
}  // namespace sipping::match
