// Replacing sockets while running (the port policy `fresh`).
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <set>
#include <string>

#include "net/socket_address.hpp"
#include "ways.hpp"

namespace sipping::net {
namespace {

class ReplaceTest : public TransportTest {};

INSTANTIATE_TEST_SUITE_P(Ways, ReplaceTest, every_way(), name_of);

TEST_P(ReplaceTest, a_replaced_socket_has_another_port_and_frees_the_old_one) {
    Peer peer(family());
    Driver driver(options(3));
    const std::uint16_t old_port = driver.network.ports[1].number;
    driver.network.transport->replace(1);
    ASSERT_TRUE(driver.wait_for([&] { return !driver.replaced.empty(); }));
    ASSERT_EQ(driver.replaced.size(), 1U);
    EXPECT_EQ(driver.replaced[0].socket, 1U);
    const std::uint16_t port = driver.replaced[0].port;
    EXPECT_NE(port, 0);
    EXPECT_NE(port, old_port);

    const io::Fd again{::socket(domain_of(family()), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    SocketAddress address{};
    const socklen_t length = to_socket_address({loopback(family()), old_port}, address);
    EXPECT_EQ(::bind(again.get(), &address.any, length), 0) << old_port;

    for (std::uint32_t i = 0; i < 3; ++i)
        driver.add(i, peer.endpoint(), std::to_string(i));
    driver.submit();
    ASSERT_TRUE(driver.wait_for_arrivals(3));
    peer.stop();
    EXPECT_EQ(peer.seen_ports()[1], port);
    for (const Seen& seen : driver.seen)
        EXPECT_EQ(seen.bytes, std::to_string(seen.arrival.socket));
}

TEST_P(ReplaceTest, a_pool_that_fills_its_range_still_replaces) {
    // Two sockets in a range of three ports: the new one is always on the third.
    NetworkOptions narrow = options(2);
    narrow.port_low = 21000;
    narrow.port_high = 21002;
    Driver driver(narrow);
    ASSERT_EQ(driver.network.ports.size(), 2U);
    std::set<std::uint16_t> ports;
    for (std::size_t round = 1; round <= 6; ++round) {
        driver.network.transport->replace(0);
        ASSERT_TRUE(driver.wait_for([&] { return driver.replaced.size() == round; }));
        ports.insert(driver.replaced.back().port);
    }
    EXPECT_EQ(ports.size(), 2U);
    EXPECT_FALSE(ports.contains(driver.network.ports[1].number));
}

TEST_P(ReplaceTest, the_only_port_of_a_range_is_replaced_by_itself) {
    NetworkOptions one = options(1);
    one.port_low = one.port_high = 21010;
    Peer peer(family());
    Driver driver(one);
    driver.network.transport->replace(0);
    ASSERT_TRUE(driver.wait_for([&] { return !driver.replaced.empty(); }));
    EXPECT_EQ(driver.replaced[0].port, 21010);
    driver.add(0, peer.endpoint(), "still here");
    driver.submit();
    ASSERT_TRUE(driver.wait_for_arrivals(1));
}

TEST_P(ReplaceTest, many_replacements_among_traffic) {
    constexpr std::uint32_t ports = 40;
    Peer peer(family());
    Driver driver(options(ports));
    for (std::size_t round = 0; round < 5; ++round) {
        driver.seen.clear();
        for (std::uint32_t i = 0; i < ports; ++i)
            driver.add(i, peer.endpoint(), "x");
        driver.submit();
        ASSERT_TRUE(driver.wait_for_arrivals(ports));
        for (std::uint32_t i = 0; i < ports; ++i)
            driver.network.transport->replace(i);
        ASSERT_TRUE(driver.wait_for([&] { return driver.replaced.size() == (round + 1) * ports; }));
    }
    for (const probe::Replaced& one : driver.replaced)
        EXPECT_NE(one.port, 0);
    EXPECT_TRUE(driver.failures.empty());
}

TEST_P(ReplaceTest, ports_are_free_as_soon_as_the_network_is_closed) {
    NetworkOptions one = options(1);
    one.port_low = one.port_high = 21030;
    for (int round = 0; round < 5; ++round) {
        const Driver driver(one);  // throws when the port is still in use
        EXPECT_EQ(driver.network.ports.at(0).number, 21030);
    }
}

}  // namespace
}  // namespace sipping::net
