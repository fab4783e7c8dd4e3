// ICMP errors reach the right probe and hurt no other, with and without CAP_NET_RAW, and with send
// times in the same queue.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "peer.hpp"

namespace sipping::net {
namespace {

struct Way {
    Io io;
    Family family;
    bool raw;
    bool stamped;
};

std::string name_of(const testing::TestParamInfo<Way>& info) {
    return fmt::format("{}_{}_{}_{}", info.param.io == Io::uring ? "uring" : "epoll",
                       info.param.family == Family::v4 ? "v4" : "v6",
                       info.param.raw ? "raw" : "error_queue",
                       info.param.stamped ? "stamped" : "interpolated");
}

class IcmpTest : public testing::TestWithParam<Way> {
protected:
    [[nodiscard]] static NetworkOptions options(std::uint32_t ports) {
        NetworkOptions options;
        options.ports = ports;
        options.io = GetParam().io;
        options.v4 = GetParam().family == Family::v4;
        options.v6 = !options.v4;
        if (GetParam().stamped) options.send_times = SendTimes::stamped;
        return options;
    }
    [[nodiscard]] static std::string request(std::uint64_t call_id) {
        return fmt::format("OPTIONS sip:x SIP/2.0\r\nCall-ID: {}\r\n\r\n", call_id);
    }
    void SetUp() override {
        if (!GetParam().raw) without_.emplace();
    }
    std::optional<WithoutNetRaw> without_;
};

std::vector<Way> every_way() {
    std::vector<Way> ways;
    for (const Io io : {Io::uring, Io::epoll})
        for (const Family family : {Family::v4, Family::v6})
            for (const bool raw : {true, false})
                for (const bool stamped : {true, false})
                    ways.push_back({io, family, raw, stamped});
    return ways;
}

INSTANTIATE_TEST_SUITE_P(Ways, IcmpTest, testing::ValuesIn(every_way()), name_of);

TEST_P(IcmpTest, says_which_way_is_used) {
    const Driver driver(options(1));
    EXPECT_EQ(driver.network.raw_icmp, GetParam().raw);
    if (GetParam().raw)
        EXPECT_TRUE(driver.network.notes.empty());
    else
        EXPECT_EQ(driver.network.notes,
                  std::vector<std::string>{
                      "no CAP_NET_RAW: ICMP errors are read from the sockets' error queues"});
}

TEST_P(IcmpTest, a_closed_port_names_its_probe) {
    Driver driver(options(4));
    const Endpoint closed = closed_port(GetParam().family);
    driver.add(2, closed, request(1234567890));
    driver.submit();
    ASSERT_TRUE(driver.wait_for([&] { return !driver.icmp.empty(); }));
    const probe::IcmpArrival& icmp = driver.icmp[0];
    EXPECT_EQ(icmp.call_id, 1234567890U);
    EXPECT_EQ(icmp.local_port, driver.network.ports[2].number);
    EXPECT_EQ(icmp.to, closed);
    EXPECT_EQ(icmp.error.family, GetParam().family);
    EXPECT_EQ(icmp.error.type, GetParam().family == Family::v4 ? 3 : 1);
    EXPECT_EQ(icmp.error.code, GetParam().family == Family::v4 ? 3 : 4);
    EXPECT_EQ(icmp.error.from, loopback(GetParam().family));
    EXPECT_GE(icmp.at, driver.sent[0]);
    EXPECT_TRUE(driver.failures.empty());
}

// The error of the first send lies on the socket when the second one is tried.
TEST_P(IcmpTest, the_next_send_of_the_same_socket_arrives_all_the_same) {
    Peer peer(GetParam().family);
    Driver driver(options(2));
    const Endpoint closed = closed_port(GetParam().family);
    for (std::size_t round = 1; round <= 5; ++round) {
        driver.add(0, closed, request(1000000000 + round));
        driver.add(0, peer.endpoint(), fmt::format("good {}", round));
        driver.add(1, peer.endpoint(), "other");
        driver.submit();
        ASSERT_TRUE(driver.wait_for_arrivals(round * 2)) << round;
    }
    EXPECT_TRUE(driver.failures.empty());
    ASSERT_TRUE(driver.wait_for([&] { return !driver.icmp.empty(); }));
    for (const probe::IcmpArrival& icmp : driver.icmp) {
        EXPECT_EQ(icmp.to, closed);
        EXPECT_EQ(icmp.local_port, driver.network.ports[0].number);
    }
    const probe::TransportHealth health = driver.network.transport->health();
    if (GetParam().raw)
        EXPECT_EQ(health.send_repeats, 0U);
    else
        EXPECT_GT(health.send_repeats, 0U);
    EXPECT_EQ(health.receive_errors, 0U);
}

TEST_P(IcmpTest, the_receive_goes_on_after_an_error) {
    Peer peer(GetParam().family);
    Driver driver(options(1));
    const Endpoint closed = closed_port(GetParam().family);
    driver.add(0, closed, request(1000000001));
    driver.submit();
    ASSERT_TRUE(driver.wait_for([&] { return !driver.icmp.empty(); }));
    driver.add(0, peer.endpoint(), "after");
    driver.submit();
    ASSERT_TRUE(driver.wait_for_arrivals(1));
    EXPECT_EQ(driver.seen[0].bytes, "after");
}

TEST_P(IcmpTest, a_quiet_wait_follows_an_error) {
    Driver driver(options(1));
    driver.add(0, closed_port(GetParam().family), request(1000000001));
    driver.submit();
    ASSERT_TRUE(driver.wait_for([&] { return !driver.icmp.empty(); }));
    driver.wait(0ms);
    const Instant end = driver.system_clock.now() + 50ms;
    // An error left on the socket would end each at once, thousands of them. The raw socket also
    // sees the errors of whatever else runs on this box.
    int waits = 0;
    for (; driver.system_clock.now() < end; ++waits)
        driver.wait(end - driver.system_clock.now());
    EXPECT_LE(waits, 100);
}

TEST_P(IcmpTest, can_be_switched_off) {
    NetworkOptions off = options(1);
    off.icmp = false;
    Driver driver(off);
    EXPECT_FALSE(driver.network.raw_icmp);
    EXPECT_TRUE(driver.network.notes.empty());
    driver.add(0, closed_port(GetParam().family), request(1000000001));
    driver.submit();
    driver.wait(50ms);
    EXPECT_TRUE(driver.icmp.empty());
    EXPECT_TRUE(driver.failures.empty());
}

}  // namespace
}  // namespace sipping::net
