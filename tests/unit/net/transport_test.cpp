// Both transports against a plain far end on loopback: what is sent arrives, what comes back is
// handed over whole, at the right time, for the right socket.
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "net/socket_address.hpp"
#include "net/socket_transport.hpp"
#include "ways.hpp"

namespace sipping::net {
namespace {

INSTANTIATE_TEST_SUITE_P(Ways, TransportTest, every_way(), name_of);

TEST_P(TransportTest, every_port_gets_its_own_answers_with_kernel_times) {
    constexpr std::uint32_t ports = 100;
    Peer peer(family());
    Driver driver(options(ports));
    ASSERT_EQ(driver.network.ports.size(), ports);
    EXPECT_EQ(driver.network.on_uring, GetParam().io == Io::uring);
    for (std::uint32_t i = 0; i < ports; ++i) {
        driver.add(i, peer.endpoint(), fmt::format("probe {}", i), i);
        if (i % 10 == 9) driver.submit();
    }
    ASSERT_TRUE(driver.wait_for_arrivals(ports));
    peer.stop();

    const Instant now = driver.system_clock.now();
    std::set<std::uint32_t> sockets;
    for (const Seen& seen : driver.seen) {
        const std::uint32_t socket = seen.arrival.socket;
        sockets.insert(socket);
        ASSERT_LT(socket, ports);
        EXPECT_EQ(seen.bytes, fmt::format("probe {}", socket));
        EXPECT_EQ(seen.arrival.from, peer.endpoint());
        EXPECT_TRUE(seen.arrival.kernel_stamped);
        EXPECT_FALSE(seen.arrival.truncated);
        // Each send time lies within its batch, however long that took on a busy box.
        EXPECT_GE(driver.sent[socket], driver.submit_began[socket]);
        EXPECT_GT(seen.arrival.at, driver.submit_began[socket]);
        EXPECT_LE(seen.arrival.at, now + 50us);
    }
    EXPECT_EQ(sockets.size(), ports);
    EXPECT_TRUE(std::ranges::is_sorted(driver.sent));
    for (std::uint32_t i = 0; i < ports; ++i)
        EXPECT_EQ(peer.seen_ports()[i], driver.network.ports[i].number);
    EXPECT_TRUE(driver.failures.empty());
    EXPECT_EQ(driver.network.transport->health().unstamped, 0U);
}

TEST_P(TransportTest, datagrams_of_all_sizes_come_whole) {
    Peer peer(family(), [](std::string_view text) {
        const auto size = static_cast<std::size_t>(std::stoul(std::string(text)));
        std::string answer(size, 'x');
        for (std::size_t i = 0; i < size; ++i)
            answer[i] = static_cast<char>('a' + i % 23);
        return answer;
    });
    Driver driver(options(4));
    const std::vector<std::size_t> sizes{1, 500, 2000, 9000, 65507};
    for (int round = 0; round < 3; ++round) {  // the third meets buffers that were used before
        driver.seen.clear();
        for (std::size_t i = 0; i < sizes.size(); ++i)
            driver.add(static_cast<std::uint32_t>(i % 4), peer.endpoint(),
                       std::to_string(sizes[i]));
        driver.submit();
        ASSERT_TRUE(driver.wait_for_arrivals(sizes.size()));
        std::vector<std::size_t> seen;
        for (const Seen& one : driver.seen) {
            seen.push_back(one.bytes.size());
            EXPECT_FALSE(one.arrival.truncated);
            for (std::size_t i = 0; i < one.bytes.size(); ++i)
                ASSERT_EQ(one.bytes[i], static_cast<char>('a' + i % 23)) << i;
        }
        std::ranges::sort(seen);
        EXPECT_EQ(seen, sizes);
    }
    EXPECT_EQ(driver.network.transport->health().truncated, 0U);
}

TEST_P(TransportTest, a_burst_larger_than_inbox_and_buffers_is_read_whole_and_honestly) {
    constexpr std::uint32_t ports = 50;
    constexpr int each = 100;  // within the default receive buffer of a socket
    Driver driver(options(ports));
    // A plain socket sends everything before we look once.
    const io::Fd sender{::socket(domain_of(family()), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    for (std::uint32_t i = 0; i < ports; ++i) {
        SocketAddress to{};
        const socklen_t length =
            to_socket_address({loopback(family()), driver.network.ports[i].number}, to);
        for (int k = 0; k < each; ++k) {
            const std::string text = fmt::format("{} {}", i, k);
            ASSERT_EQ(::sendto(sender.get(), text.data(), text.size(), 0, &to.any, length),
                      static_cast<ssize_t>(text.size()));
        }
    }
    const Instant all_sent_at = driver.system_clock.now();
    // Older kernels run all that is deferred at one entry, newer ones a little at a time: have all
    // of it run, so that the buffers are used up.
    if (driver.network.ring) (void)driver.network.ring->wait(8192, 1us);

    std::size_t handed_over_when_promised = 0;
    ASSERT_TRUE(driver.wait_for([&] {
        EXPECT_LE(driver.inbox.arrivals.size(), probe::Inbox::capacity);
        if (driver.inbox.read_until >= all_sent_at && handed_over_when_promised == 0)
            handed_over_when_promised = driver.seen.size();
        return handed_over_when_promised != 0;
    }));
    EXPECT_EQ(handed_over_when_promised, ports * std::size_t{each});
    const probe::TransportHealth health = driver.network.transport->health();
    EXPECT_EQ(health.queue_drops, 0U);
    EXPECT_EQ(health.unstamped, 0U);
    if (GetParam().io == Io::uring) {
        EXPECT_GT(health.buffer_shortages, 0U);
    }
    std::vector<std::set<std::string>> texts(ports);
    for (const Seen& seen : driver.seen)
        texts[seen.arrival.socket].insert(seen.bytes);
    for (const auto& of_socket : texts)
        EXPECT_EQ(of_socket.size(), std::size_t{each});
}

TEST_P(TransportTest, datagrams_lost_to_a_full_receive_queue_are_counted) {
    NetworkOptions small = options(1);
    small.receive_buffer_bytes = 4096;
    Driver driver(small);
    const io::Fd sender{::socket(domain_of(family()), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    SocketAddress to{};
    const socklen_t length =
        to_socket_address({loopback(family()), driver.network.ports[0].number}, to);
    constexpr std::size_t count = 200;
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(::sendto(sender.get(), "x", 1, 0, &to.any, length), 1);
    driver.wait(0ms);
    // The count travels with a datagram that came after the loss.
    ASSERT_EQ(::sendto(sender.get(), "y", 1, 0, &to.any, length), 1);
    ASSERT_TRUE(
        driver.wait_for([&] { return !driver.seen.empty() && driver.seen.back().bytes == "y"; }));
    std::uint64_t drops = 0;
    for (const Seen& seen : driver.seen)
        drops += seen.arrival.queue_drops;
    EXPECT_EQ(drops, count + 1 - driver.seen.size());
    EXPECT_GT(drops, 0U);
    EXPECT_EQ(driver.network.transport->health().queue_drops, drops);
}

TEST_P(TransportTest, gathering_lets_a_short_wait_run_to_its_end_and_a_long_one_not) {
    Peer peer(family(), [](std::string_view text) {
        std::this_thread::sleep_for(200us);
        return std::string(text);
    });
    NetworkOptions gathering = options(1);
    gathering.gather = true;
    Driver driver(gathering);
    std::size_t gathered = 0;  // waits that lasted although the answer came
    std::size_t ended = 0;     // and those that it ended
    for (int round = 0; round < 200 && gathered + ended < 20; ++round) {
        driver.add(0, peer.endpoint(), "x");
        driver.submit();
        const Instant short_end = driver.system_clock.now() + SocketTransport::gather_limit;
        const std::size_t before = driver.seen.size();
        driver.network.transport->wait_until(short_end, driver.inbox);
        if (driver.inbox.arrivals.empty()) {
            EXPECT_GE(driver.system_clock.now(), short_end);
        } else {
            ++(driver.system_clock.now() >= short_end ? gathered : ended);
        }
        for (const probe::Arrival& arrival : driver.inbox.arrivals)
            driver.seen.push_back({arrival, std::string(arrival.bytes)});
        ASSERT_TRUE(driver.wait_for_arrivals(before + 1));
    }
    // What was there before the wait began ends it at once, as ever: on a busy box that happens.
    EXPECT_GT(gathered, ended);
    driver.add(0, peer.endpoint(), "x");
    driver.submit();
    const Instant long_end = driver.system_clock.now() + 2s;
    driver.network.transport->wait_until(long_end, driver.inbox);
    EXPECT_LT(driver.system_clock.now(), long_end - 1s);
}

TEST_P(TransportTest, a_past_deadline_only_looks_and_a_future_one_is_kept) {
    Driver driver(options(2));
    const Instant begin = driver.system_clock.now();
    driver.network.transport->wait_until(begin - 1s, driver.inbox);
    EXPECT_LT(driver.system_clock.now() - begin, 20ms);
    EXPECT_GE(driver.inbox.read_until, begin);
    const Instant deadline = driver.system_clock.now() + 30ms;
    int waits = 0;  // ICMP of another program may end one early
    for (; driver.system_clock.now() < deadline; ++waits)
        driver.network.transport->wait_until(deadline, driver.inbox);
    EXPECT_LE(waits, 5);
    EXPECT_GE(driver.inbox.read_until, deadline);
}

TEST_P(TransportTest, a_failed_send_is_reported_with_its_probe_and_hurts_no_other) {
    Peer peer(family());
    Driver driver(options(4));
    const Endpoint bad{
        family() == Family::v4 ? *parse_address("255.255.255.255") : *parse_address("::1"),
        std::uint16_t(family() == Family::v4 ? 5060 : 0)};
    driver.add(0, peer.endpoint(), "first", 10);
    driver.add(3, bad, "second", 0xfffffffe);
    driver.add(2, peer.endpoint(), "third", 12);
    driver.submit();
    ASSERT_TRUE(driver.wait_for_arrivals(2));
    ASSERT_EQ(driver.failures.size(), 1U);
    EXPECT_EQ(driver.failures[0].probe, 0xfffffffe);
    EXPECT_EQ(driver.failures[0].socket, 3U);
    EXPECT_EQ(driver.failures[0].error, family() == Family::v4 ? EACCES : EINVAL);
}

TEST_P(TransportTest, the_wake_descriptor_ends_a_wait) {
    const io::Fd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    Driver driver(options(2), wake.get());
    for (int round = 0; round < 3; ++round) {
        std::thread waker([&] {
            std::this_thread::sleep_for(20ms);
            (void)::eventfd_write(wake.get(), 1);
        });
        const Instant begin = driver.system_clock.now();
        do {  // an ICMP error about somebody else's datagram may end a wait too
            driver.wait(3s);
        } while (!driver.inbox.woken && driver.system_clock.now() - begin < 1s);
        EXPECT_LT(driver.system_clock.now() - begin, 1s) << round;
        EXPECT_TRUE(driver.inbox.woken) << round;
        waker.join();
        eventfd_t value = 0;
        EXPECT_EQ(::eventfd_read(wake.get(), &value), 0);
        driver.wait(0ms);
        EXPECT_FALSE(driver.inbox.woken) << round;
    }
}

TEST_P(TransportTest, answers_leave_from_the_address_that_was_asked) {
    if (family() == Family::v6) return;  // loopback has but one v6 address
    NetworkOptions responder = options(1);
    responder.pktinfo = true;
    responder.port_low = responder.port_high = 21020;
    Driver driver(responder);
    const io::Fd client{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const Endpoint asked{*parse_address("127.0.0.77"), 21020};
    SocketAddress to{};
    ASSERT_EQ(::connect(client.get(), &to.any, to_socket_address(asked, to)), 0);
    ASSERT_EQ(::send(client.get(), "ask", 3, 0), 3);
    ASSERT_TRUE(driver.wait_for_arrivals(1));
    EXPECT_EQ(driver.seen[0].arrival.local, asked.address);

    probe::Outgoing& answer = driver.outbox.add();
    answer.probe = probe::no_probe;
    answer.socket = 0;
    answer.to = driver.seen[0].arrival.from;
    answer.local = driver.seen[0].arrival.local;
    answer.bytes[0] = '!';
    answer.length = 1;
    driver.submit();
    char byte = 0;  // the connected client takes it from the address it asked only
    const timeval patience{2, 0};
    (void)::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ASSERT_EQ(::recv(client.get(), &byte, 1, 0), 1);
    EXPECT_EQ(byte, '!');
}

// A wall clock that can be stepped, on top of the real ones.
class SteppedClock final : public io::Clock {
public:
    [[nodiscard]] ClockReading read() const noexcept override {
        ClockReading reading = system_.read();
        reading.wall_offset += step;
        return reading;
    }
    Duration step{};

private:
    io::SystemClock system_;
};

TEST_P(TransportTest, a_stepped_wall_clock_spoils_no_receive_time) {
    Peer peer(family());
    SteppedClock clock;
    Driver driver(options(2), clock);
    const auto ping = [&] {
        driver.seen.clear();
        driver.sent.clear();
        driver.add(0, peer.endpoint(), "x");
        driver.submit();
        EXPECT_TRUE(driver.wait_for_arrivals(1));
        const Duration rtt = driver.seen.at(0).arrival.at - driver.sent.at(0);
        EXPECT_GT(rtt, -500us);
        EXPECT_LT(rtt, 1s);
        return driver.seen.at(0).arrival.kernel_stamped;
    };
    EXPECT_TRUE(ping());
    clock.step = 10s;
    EXPECT_FALSE(ping());
    EXPECT_EQ(driver.network.transport->health().clock_steps, 1U);
    EXPECT_EQ(driver.network.transport->health().unstamped, 1U);
    // The real stamps now look ten seconds too early to this clock: refused one by one.
    EXPECT_FALSE(ping());
    clock.step = 0s;
    EXPECT_FALSE(ping());
    EXPECT_TRUE(ping());
    EXPECT_EQ(driver.network.transport->health().clock_steps, 2U);
}

}  // namespace
}  // namespace sipping::net
