#include "sipping/probe/port_pool.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sipping::probe {
namespace {

constexpr Instant t0{1000s};

std::vector<PoolPort> ports(std::uint32_t v4, std::uint32_t v6 = 0) {
    std::vector<PoolPort> list;
    for (std::uint32_t i = 0; i < v4 + v6; ++i)
        list.push_back({i < v4 ? Family::v4 : Family::v6, static_cast<std::uint16_t>(40000 + i)});
    return list;
}

const std::vector<PortUse> one_fresh{{Family::v4, PortPolicy::fresh}};

TEST(PortPool, rotates_through_every_port_whatever_the_size) {
    const std::vector<PortUse> uses(20, {Family::v4, PortPolicy::rotate});
    for (const std::uint32_t size : {1u, 2u, 3u, 30u, 64u, 97u, 1024u}) {
        PortPool pool(ports(size), uses, 33s, Key{size, 7});
        for (std::uint32_t target = 0; target < uses.size(); ++target) {
            for (int lap = 0; lap < 2; ++lap) {
                std::set<std::uint32_t> seen;
                for (std::uint32_t i = 0; i < size; ++i)
                    seen.insert(pool.take(target, t0));
                EXPECT_EQ(seen.size(), size) << "target " << target;
                EXPECT_LT(*seen.rbegin(), size);
            }
        }
    }
}

TEST(PortPool, keeps_the_families_apart) {
    for (const PortPolicy policy : {PortPolicy::rotate, PortPolicy::fresh, PortPolicy::fixed}) {
        const std::vector<PortUse> uses{{Family::v6, policy}, {Family::v4, policy}};
        PortPool pool(ports(5, 3), uses, 33s, Key{1, 2});
        EXPECT_EQ(pool.size_for(0), 3u);
        EXPECT_EQ(pool.size_for(1), 5u);
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(pool.family(pool.take(0, t0)), Family::v6);
            EXPECT_EQ(pool.family(pool.take(1, t0)), Family::v4);
        }
    }
}

TEST(PortPool, a_family_may_be_told_later) {
    for (const Family family : {Family::v4, Family::v6}) {
        const std::vector<PortUse> uses{{Family::v4, PortPolicy::rotate},
                                        {std::nullopt, PortPolicy::rotate},
                                        {std::nullopt, PortPolicy::fresh},
                                        {std::nullopt, PortPolicy::fixed}};
        PortPool pool(ports(5, 3), uses, 33s, Key{1, 2});
        for (std::uint32_t target = 1; target < uses.size(); ++target) {
            pool.give_family(target, family);
            const std::uint32_t size = family == Family::v4 ? 5 : 3;
            EXPECT_EQ(pool.size_for(target), size);
            std::set<std::uint32_t> taken;
            for (std::uint32_t i = 0; i < size; ++i)
                if (const std::uint32_t socket = pool.take(target, t0); socket != no_socket)
                    taken.insert(socket);
            for (const std::uint32_t socket : taken)
                EXPECT_EQ(pool.family(socket), family);
            // One is that of the target with a fixed port.
            const std::size_t expected[]{size, size - 1, 1};
            EXPECT_EQ(taken.size(), expected[target - 1]);
        }
    }
}

TEST(PortPool, an_old_port_and_new_ones_beside_a_rotation_are_nobody_elses) {
    const std::vector<PortUse> uses{{Family::v4, PortPolicy::rotate},
                                    {Family::v4, PortPolicy::fixed},
                                    {Family::v4, PortPolicy::fresh}};
    PortPool pool(ports(10), uses, 33s, Key{1, 2}, 3);
    EXPECT_EQ(pool.size_for(0), 6u);
    std::set<std::uint32_t> rotated;
    for (int i = 0; i < 12; ++i)
        rotated.insert(pool.take(0, t0));
    EXPECT_EQ(rotated, (std::set<std::uint32_t>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(pool.take(1, t0), 0u);
    std::set<std::uint32_t> fresh;
    for (int i = 0; i < 3; ++i)
        fresh.insert(pool.take(2, t0));
    EXPECT_EQ(fresh, (std::set<std::uint32_t>{7, 8, 9}));
    EXPECT_EQ(pool.take(2, t0), no_socket);
}

TEST(PortPool, fixed_is_one_port) {
    const std::vector<PortUse> uses(2, {Family::v4, PortPolicy::fixed});
    PortPool pool(ports(4), uses, 33s, Key{1, 2});
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(pool.take(static_cast<std::uint32_t>(i % 2), t0), 0u);
    EXPECT_EQ(pool.next_replacement(), never);
}

TEST(PortPool, fresh_gives_each_once_and_replaces_it_after_its_rest) {
    PortPool pool(ports(2), one_fresh, 33s, Key{1, 2});
    EXPECT_EQ(pool.next_replacement(), never);
    const std::uint32_t first = pool.take(0, t0);
    const std::uint32_t second = pool.take(0, t0 + 1s);
    EXPECT_NE(first, second);
    EXPECT_FALSE(pool.has_free(0));
    EXPECT_EQ(pool.take(0, t0 + 2s), no_socket);
    EXPECT_EQ(pool.next_replacement(), t0 + 33s);
    EXPECT_EQ(pool.next_to_replace(t0 + 33s - 1ns), no_socket);
    EXPECT_EQ(pool.next_to_replace(t0 + 33s), first);
    EXPECT_EQ(pool.next_to_replace(t0 + 33s), no_socket);
    EXPECT_FALSE(pool.has_free(0));  // the other one is not open yet
    pool.replaced(first, 50000, t0 + 33s);
    EXPECT_EQ(pool.port(first), 50000);
    EXPECT_TRUE(pool.has_free(0));
    EXPECT_EQ(pool.take(0, t0 + 34s), first);
}

TEST(PortPool, a_port_that_could_not_be_replaced_is_tried_again) {
    PortPool pool(ports(2), one_fresh, 10s, Key{1, 2});
    const std::uint32_t socket = pool.take(0, t0);
    EXPECT_EQ(pool.next_to_replace(t0 + 10s), socket);
    pool.replaced(socket, 0, t0 + 10s);
    const std::uint32_t other = pool.take(0, t0 + 10s);
    EXPECT_EQ(pool.take(0, t0 + 10s), no_socket);
    EXPECT_EQ(pool.next_replacement(), t0 + 11s);
    EXPECT_EQ(pool.next_to_replace(t0 + 11s - 1ns), no_socket);
    EXPECT_EQ(pool.next_to_replace(t0 + 11s), socket);
    pool.replaced(socket, 50000, t0 + 11s);
    EXPECT_EQ(pool.take(0, t0 + 11s), socket);
    EXPECT_EQ(pool.next_to_replace(t0 + 20s), other);
}

TEST(PortPool, fresh_targets_leave_the_port_of_a_fixed_one_alone) {
    const std::vector<PortUse> uses{{Family::v4, PortPolicy::fresh},
                                    {Family::v4, PortPolicy::fixed}};
    PortPool pool(ports(4), uses, 33s, Key{1, 2});
    std::set<std::uint32_t> fresh;
    for (int i = 0; i < 3; ++i)
        fresh.insert(pool.take(0, t0));
    EXPECT_EQ(fresh, (std::set<std::uint32_t>{1, 2, 3}));
    EXPECT_EQ(pool.take(0, t0), no_socket);
    EXPECT_EQ(pool.take(1, t0), 0U);
    EXPECT_EQ(pool.take(1, t0), 0U);
    EXPECT_EQ(pool.policy(0), PortPolicy::fresh);
    EXPECT_EQ(pool.policy(1), PortPolicy::fixed);
}

}  // namespace
}  // namespace sipping::probe
