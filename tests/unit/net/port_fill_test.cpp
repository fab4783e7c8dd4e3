// Filling a range, short-lived sockets, the kernel's memory, the ring's table.
#include "net/port_fill.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "io/clock.hpp"
#include "net/box_limits.hpp"
#include "net/kernel_memory.hpp"
#include "net/short_lived_sockets.hpp"
#include "net/uring_table.hpp"

namespace sipping::net {
namespace {

// A hundred ports below the ephemeral range; tests beside this one may hold some.
BoxLimits some_ports() {
    return read_box_limits(15000, 15099, Family::v4, {});
}

TEST(PortFill, takes_all_but_the_reserve) {
    const BoxLimits before = some_ports();
    const std::size_t descriptors = open_descriptors();
    {
        PortFill fill({}, Family::v4, before.free_ports, 10, {1, 2});
        std::vector<Duration> took;
        EXPECT_EQ(fill.open_until(20, took), 0);
        EXPECT_EQ(fill.held(), 20U);
        EXPECT_EQ(took.size(), 20U);
        EXPECT_EQ(open_descriptors(), descriptors + 20);
        EXPECT_EQ(some_ports().free_ports.size(), before.free_ports.size() - 20);
        EXPECT_EQ(fill.open_until(1000, took), EADDRINUSE);
        EXPECT_EQ(fill.held(), before.free_ports.size() - 10);
        EXPECT_TRUE(std::ranges::all_of(took, [](Duration time) { return time > 0ns; }));
    }
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_EQ(some_ports().free_ports, before.free_ports);
}

TEST(PortFill, passes_over_a_port_that_somebody_took_meanwhile) {
    const BoxLimits limits = some_ports();
    const OpenedSocket other = open_udp_socket({}, Family::v4, limits.free_ports[7]);
    ASSERT_TRUE(other);
    PortFill fill({}, Family::v4, limits.free_ports, 0, {1, 2});
    std::vector<Duration> took;
    EXPECT_EQ(fill.open_until(1000, took), EADDRINUSE);
    EXPECT_EQ(fill.held(), limits.free_ports.size() - 1);
}

TEST(PortFill, lends_a_descriptor_when_there_is_none) {
    const BoxLimits limits = some_ports();
    const DescriptorLimit before = descriptor_limit();
    const std::uint64_t limit = open_descriptors() + 12;
    set_descriptor_limit(limit);
    const std::size_t room = free_descriptors(limit);
    PortFill fill({}, Family::v4, limits.free_ports, 0, {1, 2});
    std::vector<Duration> took;
    const int error = fill.open_until(1000, took);
    std::vector<TimedBind> with;
    const std::vector<TimedBind> without = fill.time_any_binds(1, 1s);
    fill.with_descriptor([&] { with = fill.time_any_binds(5, 1s); });
    set_descriptor_limit(before.soft);
    EXPECT_EQ(error, EMFILE);
    EXPECT_EQ(fill.refused().failed_at, OpenStep::socket);
    ASSERT_EQ(without.size(), 1U);
    EXPECT_EQ(without[0].error, EMFILE);
    ASSERT_EQ(with.size(), 5U);
    for (const TimedBind& bind : with) {
        EXPECT_EQ(bind.error, 0);
        EXPECT_GT(bind.took, 0ns);
    }
    EXPECT_EQ(fill.held(), room);
}

TEST(PortFill, an_address_that_is_not_ours_is_refused_at_once) {
    SocketSettings settings;
    settings.bind = parse_address("192.0.2.1");
    PortFill fill(settings, Family::v4, {15000}, 0, {1, 2});
    std::vector<Duration> took;
    EXPECT_EQ(fill.open_until(1, took), EADDRNOTAVAIL);
    EXPECT_EQ(fill.refused().failed_at, OpenStep::bind);
    EXPECT_EQ(fill.refused_port(), 15000);
}

TEST(ShortLivedSockets, have_ports_until_their_time) {
    for (const Family family : {Family::v4, Family::v6}) {
        const std::size_t descriptors = open_descriptors();
        const std::size_t busy = busy_ports(family, {}).size();
        ShortLivedSockets sockets({}, family);
        EXPECT_EQ(sockets.next_close(), never);
        const Instant now = io::monotonic_now();
        for (int i = 0; i < 5; ++i)
            ASSERT_EQ(sockets.open(now + i * 1s).error, 0);
        EXPECT_EQ(sockets.open_count(), 5U);
        EXPECT_GE(busy_ports(family, {}).size(), busy + 5 - 1);  // a neighbour may have ended
        sockets.close_due(now + 2s);
        EXPECT_EQ(sockets.open_count(), 2U);
        EXPECT_EQ(sockets.next_close(), now + 3s);
        EXPECT_EQ(open_descriptors(), descriptors + 2);
    }
}

TEST(ShortLivedSockets, of_an_address) {
    SocketSettings settings;
    settings.bind = parse_address("127.0.0.7");
    ShortLivedSockets sockets(settings, Family::v4);
    EXPECT_EQ(sockets.open(never).error, 0);
    EXPECT_EQ(sockets.open_count(), 1U);
}

TEST(KernelMemory, is_what_the_caches_of_a_socket_hold) {
    constexpr std::string_view slabinfo =
        "slabinfo - version: 2.1\n"
        "# name            <active_objs> <num_objs> <objsize> <objperslab>\n"
        "UDPv6                  2    176   1472   22    8 : tunables    0    0    0\n"
        "UDP                   10    192   1344   12    4 : tunables    0    0    0\n"
        "sock_inode_cache      20    380    832   19    4 : tunables\n"
        "filp                  30    756    192   21    1 : tunables\n"
        "dentry               100  61719    192   21    1 : tunables\n";
    const std::int64_t shared = 20 * 832 + 30 * 192 + 100 * 192;
    EXPECT_EQ(socket_slab_bytes(slabinfo, Family::v4), 10 * 1344 + shared);
    EXPECT_EQ(socket_slab_bytes(slabinfo, Family::v6), 2 * 1472 + shared);
    EXPECT_EQ(socket_slab_bytes("UDP 10 192 1344\n", Family::v4), 13440);
    EXPECT_FALSE(socket_slab_bytes("", Family::v4));
    EXPECT_FALSE(socket_slab_bytes("filp 30 756 192\n", Family::v4));
    EXPECT_FALSE(socket_slab_bytes("UDP ten 192 1344\n", Family::v4));
    EXPECT_FALSE(socket_slab_bytes("UDP 10", Family::v4));
    EXPECT_EQ(slab_bytes("MemTotal: 5 kB\nSlab:  1234 kB\n"), 1234 * 1024);
    EXPECT_FALSE(slab_bytes("MemTotal: 5 kB\n"));
    EXPECT_TRUE(kernel_memory(Family::v4));
}

TEST(UringTable, is_as_large_as_the_descriptor_limit) {
    const UringTable table = try_uring_table(100);
    if (table.ring_error != 0) return;  // the suite of refused io_uring runs elsewhere
    EXPECT_EQ(table.entries, 100U);
    EXPECT_EQ(table.table_error, 0);
    const DescriptorLimit before = descriptor_limit();
    const std::size_t too_many = std::size_t{before.hard} + 1;
    const UringTable small = try_uring_table(too_many);
    EXPECT_NE(small.table_error, 0);
    EXPECT_EQ(small.entries, before.hard);
}

}  // namespace
}  // namespace sipping::net
