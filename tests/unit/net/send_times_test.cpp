// Send times that the kernel stamps (SendTimes::stamped) against what the far end's kernel says of
// the arrival on loopback, and that what else uses the error queue goes on working.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <optional>
#include <vector>

#include "net/control.hpp"
#include "net/error_queue.hpp"
#include "net/socket_address.hpp"
#include "ways.hpp"

namespace sipping::net {
namespace {

class SendTimesTest : public TransportTest {
protected:
    [[nodiscard]] static NetworkOptions stamped(std::uint32_t ports) {
        NetworkOptions stamped = options(ports);
        stamped.send_times = SendTimes::stamped;
        return stamped;
    }
};

INSTANTIATE_TEST_SUITE_P(Ways, SendTimesTest, every_way(), name_of);

std::size_t entries_of(const char* directory) {
    const std::filesystem::directory_iterator entries(directory);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

// A far end that is asked for the kernel's receive times, on the monotonic clock.
class StampingPeer {
public:
    explicit StampingPeer(Family family)
        : fd_(::socket(domain_of(family), SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        SocketAddress address{};
        socklen_t length = to_socket_address({loopback(family), 0}, address);
        const int on = 1;
        EXPECT_EQ(::setsockopt(fd_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on), 0);
        EXPECT_EQ(::bind(fd_.get(), &address.any, length), 0);
        EXPECT_EQ(::getsockname(fd_.get(), &address.any, &length), 0);
        endpoint = to_endpoint(address);
    }
    // When the oldest datagram arrived; it has, since loopback delivers within the sending call.
    [[nodiscard]] std::optional<Instant> arrival(const ClockReading& reading) const {
        std::array<char, 64> bytes;
        alignas(cmsghdr) std::array<std::byte, control_capacity> control;
        iovec part{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (::recvmsg(fd_.get(), &message, 0) < 0) return std::nullopt;
        const auto stamp = read_control(message).stamp;
        if (!stamp) return std::nullopt;
        return Instant{stamp->time_since_epoch() - reading.wall_offset};
    }
    Endpoint endpoint;

private:
    io::Fd fd_;
};

// A box that is interrupted before each send and after it: interpolated times are worth nothing.
class InterruptedClock final : public io::Clock {
public:
    static constexpr Duration pause = 200us;
    [[nodiscard]] ClockReading read() const noexcept override {
        const ClockReading reading = system_.read();
        while (system_.now() < reading.now + pause) {
        }
        return reading;
    }

private:
    io::SystemClock system_;
};

TEST_P(SendTimesTest, agree_with_the_arrival_at_the_far_end) {
    constexpr std::size_t batches = 50;
    const std::size_t descriptors = entries_of("/proc/self/fd");
    {
        StampingPeer peer(family());
        const InterruptedClock clock;
        Driver driver(stamped(20), clock);
        const std::size_t threads = entries_of("/proc/self/task");
        std::vector<Duration> travel;
        for (std::uint32_t batch = 0; batch < batches; ++batch) {
            // Two of the four leave from the same socket: their stamps share an error queue.
            for (const std::uint32_t socket : {0U, 1U, 1U, 2 + batch % 18})
                driver.add(socket, peer.endpoint, "x");
            driver.submit();
            const ClockReading reading = driver.system_clock.read();
            const std::span<const Instant> sent(driver.sent.end() - 4, driver.sent.end());
            EXPECT_TRUE(std::ranges::is_sorted(sent));
            EXPECT_GE(sent.front(), driver.submit_began.back());
            EXPECT_LE(sent.back(), reading.now);
            for (const Instant& at : sent) {
                const auto arrival = peer.arrival(reading);
                ASSERT_TRUE(arrival);
                travel.push_back(*arrival - at);
            }
            driver.wait(1ms);
        }
        std::ranges::sort(travel);
        // About 1 us; the bounds leave room for a busy box, not for interpolation.
        EXPECT_GE(travel[travel.size() / 10], -5us);
        EXPECT_LE(travel[travel.size() / 2], 5us);
        EXPECT_LE(travel[travel.size() * 9 / 10], 50us);
        // No worker thread took over a receive that the error queue woke.
        EXPECT_EQ(entries_of("/proc/self/task"), threads);
        EXPECT_TRUE(driver.icmp.empty());
        EXPECT_TRUE(driver.failures.empty());
        const probe::TransportHealth health = driver.network.transport->health();
        EXPECT_EQ(health.estimated_sends, 0U);
        EXPECT_EQ(health.receive_errors, 0U);
        EXPECT_EQ(health.send_repeats, 0U);
    }
    EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
}

TEST_P(SendTimesTest, without_stamps_an_interruption_is_counted) {
    StampingPeer peer(family());
    const InterruptedClock clock;
    Driver driver(options(1), clock);
    driver.add(0, peer.endpoint, "x");
    driver.submit();
    const auto arrival = peer.arrival(driver.system_clock.read());
    ASSERT_TRUE(arrival);
    EXPECT_GE(*arrival - driver.sent[0], InterruptedClock::pause / 2);
    EXPECT_EQ(driver.network.transport->health().estimated_sends, 1U);
}

// A wall clock ten seconds ahead of the box's, to which the kernel's stamps do not fit.
class AheadClock final : public io::Clock {
public:
    [[nodiscard]] ClockReading read() const noexcept override {
        ClockReading reading = system_.read();
        reading.wall_offset += 10s;
        return reading;
    }

private:
    io::SystemClock system_;
};

TEST_P(SendTimesTest, fall_back_when_the_wall_clock_was_stepped) {
    StampingPeer peer(family());
    const AheadClock clock;
    Driver driver(stamped(1), clock);
    for (int i = 0; i < 3; ++i) {
        driver.add(0, peer.endpoint, "x");
        driver.submit();
        EXPECT_GE(driver.sent.back(), driver.submit_began.back());
        EXPECT_LE(driver.sent.back(), driver.system_clock.now());
        driver.wait(0ms);
    }
    EXPECT_TRUE(driver.icmp.empty());
}

// The descriptor of ours that is bound to this port.
int descriptor_on(Family family, std::uint16_t port) {
    for (int fd = 3; fd < 1000; ++fd) {
        SocketAddress address{};
        socklen_t length = sizeof address;
        if (::getsockname(fd, &address.any, &length) == 0 &&
            address.any.sa_family == domain_of(family) && to_endpoint(address).port == port)
            return fd;
    }
    return -1;
}

// As after a wait for the neighbour's address (ARP): the stamp comes when its call is long over.
TEST_P(SendTimesTest, a_stamp_that_comes_late_harms_nothing) {
    Peer peer(family());
    const InterruptedClock clock;
    Driver driver(stamped(1), clock);
    const std::size_t threads = entries_of("/proc/self/task");
    const int fd = descriptor_on(family(), driver.network.ports[0].number);
    SocketAddress to{};
    const socklen_t length = to_socket_address(peer.endpoint(), to);
    for (std::size_t round = 1; round <= 3; ++round) {
        ASSERT_EQ(::sendto(fd, "late", 4, 0, &to.any, length), 4);
        ASSERT_TRUE(driver.wait_for_arrivals(round * 2 - 1));
        const Instant end = driver.system_clock.now() + 50ms;
        int waits = 0;  // an entry left in the queue must not end each at once
        for (; driver.system_clock.now() < end; ++waits)
            driver.wait(end - driver.system_clock.now());
        EXPECT_LE(waits, 5);
        driver.add(0, peer.endpoint(), "next");
        driver.submit();
        // Its own stamp, well after the reading that the clock was interrupted at.
        EXPECT_GE(driver.sent.back(), driver.submit_began.back() + InterruptedClock::pause / 2);
        ASSERT_TRUE(driver.wait_for_arrivals(round * 2));
        EXPECT_EQ(driver.seen.back().bytes, "next");
    }
    EXPECT_TRUE(take_queue_entry(fd).empty);
    EXPECT_EQ(entries_of("/proc/self/task"), threads);
    EXPECT_TRUE(driver.icmp.empty());
    EXPECT_EQ(driver.network.transport->health().receive_errors, 0U);
}

TEST_P(SendTimesTest, replaced_sockets_are_stamped_too) {
    StampingPeer peer(family());
    const InterruptedClock clock;
    Driver driver(stamped(2), clock);
    for (std::size_t round = 1; round <= 3; ++round) {
        driver.network.transport->replace(0);
        ASSERT_TRUE(driver.wait_for([&] { return driver.replaced.size() == round; }));
        driver.add(0, peer.endpoint, "x");
        driver.submit();
        EXPECT_GE(driver.sent.back(), driver.submit_began.back() + InterruptedClock::pause / 2);
    }
    EXPECT_EQ(driver.network.transport->health().estimated_sends, 0U);
}

}  // namespace
}  // namespace sipping::net
