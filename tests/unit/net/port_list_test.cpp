#include "net/port_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sipping::net {
namespace {

TEST(PortList, reads_the_sysctl_forms) {
    const auto range = parse_port_range("32768\t60999\n");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->low, 32768);
    EXPECT_EQ(range->high, 60999);
    for (const char* text : {"", "\n", "5", "9 8", "0 100", "1 65536"})
        EXPECT_FALSE(parse_port_range(text)) << text;
}

TEST(PortList, leaves_reserved_ports_out) {
    const auto ports = usable_ports({1000, 1010}, "1,1002,1004-1006,1010-2000\n");
    EXPECT_EQ(ports, (std::vector<std::uint16_t>{1000, 1001, 1003, 1007, 1008, 1009}));
    EXPECT_EQ(usable_ports({65534, 65535}, "\n").size(), 2U);
    EXPECT_TRUE(usable_ports({1000, 1010}, "1000-1010").empty());
}

TEST(PortList, leaves_some_of_the_range_to_others) {
    EXPECT_EQ(ports_left_free(1000), 64U);
    EXPECT_EQ(ports_left_free(28232), 564U);
}

TEST(PortList, gives_every_port_once_and_in_an_order_of_the_key) {
    const std::vector<std::uint16_t> ports = usable_ports({10000, 10999}, "");
    const auto walk = [&](Key key) {
        PortList list(ports, key);
        std::vector<std::uint16_t> order;
        while (const auto port = list.take())
            order.push_back(*port);
        return order;
    };
    const auto one = walk({1, 2});
    const auto other = walk({3, 4});
    EXPECT_EQ(std::set(one.begin(), one.end()).size(), 1000U);
    EXPECT_NE(one, other);
    EXPECT_NE(one, ports);
    EXPECT_EQ(one, walk({1, 2}));
}

TEST(PortList, a_returned_port_rests_for_a_whole_lap) {
    PortList list(usable_ports({1, 5}, ""), {1, 2});
    const std::uint16_t first = *list.take();
    list.give_back(first);
    for (int i = 0; i < 4; ++i)
        EXPECT_NE(list.take(), first);
    EXPECT_EQ(list.take(), first);
    EXPECT_FALSE(list.take());
    EXPECT_EQ(list.size(), 0U);
}

}  // namespace
}  // namespace sipping::net
