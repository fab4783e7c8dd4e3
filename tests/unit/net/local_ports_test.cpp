#include "net/local_ports.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "net/descriptors.hpp"
#include "net/udp_socket.hpp"

namespace sipping::net {
namespace {

using Ports = std::vector<std::uint16_t>;

// As the kernel of a little-endian box prints them: 5060, 5061 on 127.0.0.1, 5062 on the wildcard.
constexpr std::string_view udp =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout\n"
    "  123: 0100007F:13C5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0\n"
    " 9124: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0\n"
    "  125: 00000000:13C6 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0\n"
    "  125: 00000000:13C6 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0\n";
// 6000 on ::, 6001 on ::1, 6002 on ::ffff:127.0.0.1.
constexpr std::string_view udp6 =
    "  sl  local_address                         remote_address                        st\n"
    "  1: 00000000000000000000000000000000:1770 00000000000000000000000000000000:0000 07\n"
    "  2: 00000000000000000000000001000000:1771 00000000000000000000000000000000:0000 07\n"
    "  3: 0000000000000000FFFF00000100007F:1772 00000000000000000000000000000000:0000 07\n";

TEST(LocalPorts, finds_who_is_in_the_way_of_a_wildcard) {
    EXPECT_EQ(busy_ports(udp, udp6, Family::v4, {}), (Ports{5060, 5061, 5062, 6000, 6002}));
    EXPECT_EQ(busy_ports(udp, udp6, Family::v6, {}), (Ports{6000, 6001}));
}

TEST(LocalPorts, finds_who_is_in_the_way_of_an_address) {
    EXPECT_EQ(busy_ports(udp, udp6, Family::v4, parse_address("127.0.0.1")),
              (Ports{5060, 5061, 5062, 6000, 6002}));
    EXPECT_EQ(busy_ports(udp, udp6, Family::v4, parse_address("127.0.0.2")), (Ports{5062, 6000}));
    EXPECT_EQ(busy_ports(udp, udp6, Family::v6, parse_address("::2")), (Ports{6000}));
}

TEST(LocalPorts, survives_tables_that_are_none) {
    EXPECT_TRUE(busy_ports("", "", Family::v4, {}).empty());
    EXPECT_TRUE(
        busy_ports("heading only", "a\n1: \n2: 0100007F\n3: 0100007F:13C", Family::v4, {}).empty());
}

TEST(LocalPorts, sees_a_socket_of_this_box) {
    SocketSettings settings;
    settings.bind = parse_address("127.0.0.1");
    const std::size_t before = open_descriptors();
    const Ports others = busy_ports(Family::v4, {});
    std::uint16_t port = 20000;
    while (std::ranges::find(others, port) != others.end())
        ++port;
    {
        const OpenedSocket socket = open_udp_socket(settings, Family::v4, port);
        ASSERT_TRUE(socket);
        EXPECT_EQ(open_descriptors(), before + 1);
        const Ports now = busy_ports(Family::v4, {});
        EXPECT_NE(std::ranges::find(now, port), now.end());
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(LocalPorts, takes_the_users_range_as_it_is) {
    const LocalPorts local = local_ports(20000, 20009);
    EXPECT_TRUE(local.own_range);
    EXPECT_EQ(local.usable.size(), 10U);
    EXPECT_FALSE(local_ports(0, 0).own_range);
    EXPECT_GT(local_ports(0, 0).usable.size(), 0U);
}

TEST(LocalPorts, an_unbound_socket_may_try_another_port) {
    const SocketSettings settings;
    const OpenedSocket first = open_udp_socket(settings, Family::v4, 0);
    ASSERT_TRUE(first);
    const Ports busy = busy_ports(Family::v4, {});
    ASSERT_FALSE(busy.empty());
    OpenedSocket second = open_unbound_socket(settings, Family::v4);
    ASSERT_TRUE(second);
    bind_socket(second, settings, Family::v4, busy.front());
    EXPECT_EQ(second.failed_at, OpenStep::bind);
    EXPECT_EQ(second.error, EADDRINUSE);
    EXPECT_TRUE(second);
    bind_socket(second, settings, Family::v4, 0);
    EXPECT_EQ(second.failed_at, OpenStep::none);
}

}  // namespace
}  // namespace sipping::net
