#include "peer.hpp"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>

#include "net/socket_address.hpp"

namespace sipping::net {
namespace {

io::Fd bound_socket(Family family, Endpoint& endpoint) {
    io::Fd fd{::socket(domain_of(family), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    SocketAddress address{};
    socklen_t length = to_socket_address({loopback(family), 0}, address);
    EXPECT_EQ(::bind(fd.get(), &address.any, length), 0);
    EXPECT_EQ(::getsockname(fd.get(), &address.any, &length), 0);
    endpoint = to_endpoint(address);
    return fd;
}

void set_net_raw(bool on) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    ASSERT_EQ(::syscall(SYS_capget, &header, sets.data()), 0);
    const unsigned bit = 1U << CAP_NET_RAW;
    sets[0].effective =
        on ? sets[0].effective | (bit & sets[0].permitted) : sets[0].effective & ~bit;
    ASSERT_EQ(::syscall(SYS_capset, &header, sets.data()), 0);
}

}  // namespace

Address loopback(Family family) {
    return *parse_address(family == Family::v4 ? "127.0.0.1" : "::1");
}

Endpoint closed_port(Family family) {
    Endpoint endpoint;
    (void)bound_socket(family, endpoint);
    return endpoint;
}

WithoutNetRaw::WithoutNetRaw() {
    set_net_raw(false);
}
WithoutNetRaw::~WithoutNetRaw() {
    set_net_raw(true);
}

Peer::Peer(Family family, Reply reply) : reply_(std::move(reply)) {
    fd_ = bound_socket(family, endpoint_);
    const int buffer = 8 << 20;
    (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    const timeval patience{0, 20'000};
    (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    thread_ = std::thread([this] { run(); });
}

Peer::~Peer() {
    stop();
}

void Peer::stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
}

void Peer::run() {
    std::vector<char> bytes(65536);
    while (!stop_) {
        SocketAddress from{};
        socklen_t length = sizeof from;
        const ssize_t size =
            ::recvfrom(fd_.get(), bytes.data(), bytes.size(), 0, &from.any, &length);
        if (size < 0) continue;
        seen_ports_.push_back(to_endpoint(from).port);
        const std::string answer = reply_({bytes.data(), static_cast<std::size_t>(size)});
        if (!answer.empty())
            (void)::sendto(fd_.get(), answer.data(), answer.size(), 0, &from.any, length);
    }
}

Driver::Driver(const NetworkOptions& options, int wake_fd)
    : network(open_network(options, system_clock, wake_fd)) {}

Driver::Driver(const NetworkOptions& options, const io::Clock& own_clock)
    : network(open_network(options, own_clock, -1)) {}

void Driver::add(std::uint32_t socket, const Endpoint& to, std::string_view text,
                 std::uint32_t probe) {
    if (outbox.full()) submit();
    probe::Outgoing& entry = outbox.add();
    entry.probe = probe;
    entry.socket = socket;
    entry.to = to;
    entry.local.reset();
    entry.length = static_cast<std::uint32_t>(text.copy(entry.bytes.data(), entry.bytes.size()));
}

void Driver::submit() {
    const Instant began = system_clock.now();
    network.transport->submit(outbox);
    for (const probe::Outgoing& entry : outbox.entries()) {
        sent.push_back(entry.sent);
        submit_began.push_back(began);
    }
    outbox.clear();
}

void Driver::wait(Duration at_most) {
    network.transport->wait_until(system_clock.now() + at_most, inbox);
    for (const probe::Arrival& arrival : inbox.arrivals)
        seen.push_back({arrival, std::string(arrival.bytes)});
    failures.insert(failures.end(), inbox.send_failures.begin(), inbox.send_failures.end());
    icmp.insert(icmp.end(), inbox.icmp_errors.begin(), inbox.icmp_errors.end());
    replaced.insert(replaced.end(), inbox.replaced.begin(), inbox.replaced.end());
}

bool Driver::wait_for(const std::function<bool()>& done, Duration at_most) {
    const Instant end = system_clock.now() + at_most;
    while (!done()) {
        if (system_clock.now() >= end) return false;
        wait(50ms);
    }
    return true;
}

bool Driver::wait_for_arrivals(std::size_t count, Duration at_most) {
    return wait_for([this, count] { return seen.size() >= count; }, at_most);
}

}  // namespace sipping::net
