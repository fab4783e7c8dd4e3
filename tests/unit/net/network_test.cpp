// Opening: how many sockets on which ports, what is said about it, and what happens where io_uring
// is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <stdexcept>

#include "net/socket_address.hpp"
#include "peer.hpp"

namespace sipping::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

std::string refusal(const NetworkOptions& options) {
    const io::SystemClock clock;
    try {
        (void)open_network(options, clock, -1);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no refusal";
}

class DescriptorLimit {
public:
    DescriptorLimit(rlim_t soft, rlim_t hard) {
        ::getrlimit(RLIMIT_NOFILE, &old_);
        const rlimit limit{soft, hard};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    ~DescriptorLimit() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &old_), 0); }

private:
    rlimit old_{};
};

TEST(Network, opens_as_many_sockets_as_asked_per_family_v4_first) {
    NetworkOptions options;
    options.ports = 20;
    options.v6 = true;
    const Driver driver(options);
    ASSERT_EQ(driver.network.ports.size(), 40U);
    for (std::size_t i = 0; i < 40; ++i)
        EXPECT_EQ(driver.network.ports[i].family, i < 20 ? Family::v4 : Family::v6);
    EXPECT_THAT(driver.network.notes, IsEmpty());
}

TEST(Network, ports_of_two_runs_come_in_another_order) {
    NetworkOptions options;
    options.ports = 50;
    const auto ports = [&options] {
        const Driver driver(options);
        std::vector<std::uint16_t> numbers;
        for (const Port& port : driver.network.ports)
            numbers.push_back(port.number);
        return numbers;
    };
    const auto first = ports();
    EXPECT_NE(first, ports());
    EXPECT_EQ(std::set(first.begin(), first.end()).size(), 50U);
    EXPECT_FALSE(std::ranges::is_sorted(first));
}

TEST(Network, a_small_descriptor_limit_makes_the_pool_smaller_and_says_so) {
    // Lowering the hard limit takes CAP_SYS_RESOURCE to undo, so a child does it.
    NetworkOptions options;
    options.ports = 1024;
    EXPECT_EXIT(
        {
            const DescriptorLimit limit(100, 300);
            const Driver driver(options);
            const std::string note = driver.network.notes.at(0);
            fprintf(stderr, "%zu sockets; %s\n", driver.network.ports.size(), note.c_str());
            _exit(driver.network.ports.size() >= 200 && driver.network.ports.size() <= 236 ? 0 : 1);
        },
        testing::ExitedWithCode(0),
        "pool made smaller: 2[0-9][0-9] source ports instead of 1024 .RLIMIT_NOFILE is 300; raise "
        "it with `ulimit -n`.");
}

TEST(Network, no_room_at_all_is_an_error) {
    EXPECT_EXIT(
        {
            const DescriptorLimit limit(60, 60);
            NetworkOptions options;
            options.other_descriptors = 60;
            fprintf(stderr, "%s\n", refusal(options).c_str());
            _exit(0);
        },
        testing::ExitedWithCode(0), "no room for sockets: RLIMIT_NOFILE is 60");
}

TEST(Network, keeps_to_the_port_range) {
    NetworkOptions options;
    options.ports = 16;
    options.port_low = 21100;
    options.port_high = 21109;
    const Driver driver(options);
    EXPECT_EQ(driver.network.ports.size(), 10U);
    for (const Port& port : driver.network.ports) {
        EXPECT_GE(port.number, 21100);
        EXPECT_LE(port.number, 21109);
    }
    EXPECT_THAT(driver.network.notes,
                ElementsAre("pool made smaller: 10 source ports instead of 16 (no more are free in "
                            "21100-21109)"));
}

TEST(Network, leaves_out_ports_that_others_use) {
    NetworkOptions first;
    first.ports = 3;
    first.port_low = 21120;
    first.port_high = 21122;
    first.io = Io::epoll;
    const Driver holder(first);
    NetworkOptions second = first;
    second.port_high = 21125;
    const Driver driver(second);
    ASSERT_EQ(driver.network.ports.size(), 3U);
    for (const Port& port : driver.network.ports)
        EXPECT_GE(port.number, 21123);
    EXPECT_EQ(refusal(first), "no free source port in 21120-21122");
    first.ports = 1;
    first.port_high = 21120;
    EXPECT_EQ(refusal(first), "port 21120 is in use by another program");
}

TEST(Network, refuses_in_words) {
    NetworkOptions elsewhere;
    elsewhere.bind = parse_address("192.0.2.1");
    EXPECT_THAT(refusal(elsewhere),
                MatchesRegex("cannot bind to 192.0.2.1:[0-9]+: Cannot assign requested address "
                             ".not an address of this box, see `ip address`."));
    NetworkOptions device;
    device.device = "no-such-dev";
    device.icmp = false;
    EXPECT_EQ(refusal(device), "cannot use device no-such-dev: No such device (see `ip link`)");
}

TEST(Network, tunes_its_sockets) {
    NetworkOptions options;
    options.ports = 1;
    options.bind = parse_address("127.0.0.8");
    options.dscp = 46;
    options.ttl = 9;
    options.device = "lo";
    Driver sender(options);
    ASSERT_EQ(sender.network.ports.size(), 1U);
    // Seen from the far end: address, TTL and TOS.
    const io::Fd far{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    SocketAddress address{};
    socklen_t length = to_socket_address({loopback(Family::v4), 0}, address);
    ASSERT_EQ(::bind(far.get(), &address.any, length), 0);
    ASSERT_EQ(::getsockname(far.get(), &address.any, &length), 0);
    const int on = 1;
    ASSERT_EQ(::setsockopt(far.get(), IPPROTO_IP, IP_RECVTTL, &on, sizeof on), 0);
    ASSERT_EQ(::setsockopt(far.get(), IPPROTO_IP, IP_RECVTOS, &on, sizeof on), 0);
    sender.add(0, to_endpoint(address), "x");
    sender.submit();
    std::array<char, 16> bytes{};
    alignas(cmsghdr) std::array<std::byte, 128> control{};
    SocketAddress from{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{&from, sizeof from, &part, 1, control.data(), control.size(), 0};
    ASSERT_EQ(::recvmsg(far.get(), &message, 0), 1);
    EXPECT_EQ(to_endpoint(from).address, parse_address("127.0.0.8"));
    int ttl = 0;
    int tos = 0;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_type == IP_TTL) ttl = *reinterpret_cast<int*>(CMSG_DATA(header));
        if (header->cmsg_type == IP_TOS) tos = *CMSG_DATA(header);
    }
    EXPECT_EQ(ttl, 9);
    EXPECT_EQ(tos, 46 << 2);
}

TEST(Network, picks_io_uring_by_itself) {
    NetworkOptions options;
    options.ports = 4;
    const Driver driver(options);
    EXPECT_TRUE(driver.network.on_uring);
    EXPECT_NE(driver.network.ring, nullptr);
}

// Makes io_uring_setup fail with EPERM for the calling thread, as container profiles do.
void forbid_io_uring() {
    std::array<sock_filter, 4> program{{
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_io_uring_setup},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    }};
    const sock_fprog filter{program.size(), program.data()};
    ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

TEST(Network, runs_on_epoll_where_io_uring_is_refused) {
    std::thread confined([] {  // the filter ends with its thread
        forbid_io_uring();
        NetworkOptions options;
        options.ports = 4;
        Peer peer(Family::v4);
        Driver driver(options);
        EXPECT_FALSE(driver.network.on_uring);
        EXPECT_EQ(driver.network.ring, nullptr);
        EXPECT_THAT(driver.network.notes,
                    ElementsAre("io_uring is forbidden here, probably by a container's seccomp "
                                "profile; using epoll"));
        driver.add(0, peer.endpoint(), "x");
        driver.submit();
        EXPECT_TRUE(driver.wait_for_arrivals(1));

        options.io = Io::uring;
        EXPECT_EQ(refusal(options),
                  "io_uring is forbidden here, probably by a container's seccomp profile");
    });
    confined.join();
}

}  // namespace
}  // namespace sipping::net
