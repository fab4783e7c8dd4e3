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

TEST(PortPool, rotates_through_every_port_whatever_the_size) {
    const std::vector<Family> families(20, Family::v4);
    for (const std::uint32_t size : {1u, 2u, 3u, 30u, 64u, 97u, 1024u}) {
        PortPool pool(ports(size), families, PortPolicy::rotate, 33s, Key{size, 7});
        for (std::uint32_t target = 0; target < families.size(); ++target) {
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
    const std::vector<Family> families{Family::v6, Family::v4};
    for (const PortPolicy policy : {PortPolicy::rotate, PortPolicy::fresh, PortPolicy::fixed}) {
        PortPool pool(ports(5, 3), families, policy, 33s, Key{1, 2});
        EXPECT_EQ(pool.size_for(0), 3u);
        EXPECT_EQ(pool.size_for(1), 5u);
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(pool.family(pool.take(0, t0)), Family::v6);
            EXPECT_EQ(pool.family(pool.take(1, t0)), Family::v4);
        }
    }
}

TEST(PortPool, fixed_is_one_port) {
    const std::vector<Family> families{Family::v4, Family::v4};
    PortPool pool(ports(4), families, PortPolicy::fixed, 33s, Key{1, 2});
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(pool.take(static_cast<std::uint32_t>(i % 2), t0), 0u);
    EXPECT_EQ(pool.next_replacement(), never);
}

TEST(PortPool, fresh_gives_each_once_and_replaces_it_after_its_rest) {
    const std::vector<Family> families{Family::v4};
    PortPool pool(ports(2), families, PortPolicy::fresh, 33s, Key{1, 2});
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
    pool.replaced(first, 50000);
    EXPECT_EQ(pool.port(first), 50000);
    EXPECT_TRUE(pool.has_free(0));
    EXPECT_EQ(pool.take(0, t0 + 34s), first);
}

TEST(PortPool, a_port_that_could_not_be_replaced_stays_out_of_service) {
    const std::vector<Family> families{Family::v4};
    PortPool pool(ports(1), families, PortPolicy::fresh, 1s, Key{1, 2});
    const std::uint32_t socket = pool.take(0, t0);
    EXPECT_EQ(pool.next_to_replace(t0 + 1s), socket);
    pool.replaced(socket, 0);
    EXPECT_EQ(pool.take(0, t0 + 1h), no_socket);
    EXPECT_EQ(pool.next_replacement(), never);
}

}  // namespace
}  // namespace sipping::probe
