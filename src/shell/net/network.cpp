#include "net/network.hpp"

#include <algorithm>
#include <bit>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "net/epoll_transport.hpp"
#include "net/ring_check.hpp"
#include "net/socket_pool.hpp"
#include "net/udp_socket.hpp"
#include "net/uring_transport.hpp"

namespace sipping::net {
namespace {

// Twice what all sockets and buffers can complete at once, so that the queue does not overflow.
io::RingOptions ring_options(std::uint32_t sockets) {
    io::RingOptions options;
    options.completion_entries =
        std::clamp(std::bit_ceil(2 * (sockets + BufferRing::count)), 16384U, 65536U);
    return options;
}

TransportParts open_parts(const NetworkOptions& options, const io::Clock& clock, int wake_fd,
                          std::vector<std::string>& notes) {
    TransportParts parts;
    if (options.icmp) parts.icmp = open_raw_icmp(options.v4, options.v6, options.device);
    parts.error_queue = options.icmp && !parts.icmp.any();
    if (parts.error_queue)
        notes.emplace_back("no CAP_NET_RAW: ICMP errors are read from the sockets' error queues");
    parts.pool = std::make_unique<SocketPool>(options, parts.error_queue, notes);
    parts.gather = options.gather;
    parts.send_times = options.send_times;
    parts.pktinfo = options.pktinfo;
    parts.wake_fd = wake_fd;
    parts.clock = &clock;
    return parts;
}

// Fills in ring, files and transport; throws when io_uring is refused.
void open_uring(Network& network, TransportParts& parts) {
    auto ring = std::make_unique<io::Ring>(ring_options(parts.pool->size()));
    check_ring();
    auto files = io::make_ring_file_ops(*ring);
    parts.files = files.get();
    network.transport = std::make_unique<UringTransport>(*ring, std::move(parts));
    network.ring = std::move(ring);
    network.files = std::move(files);
    network.on_uring = true;
}

void open_epoll(Network& network, TransportParts& parts) {
    await_receive_times();
    network.files = io::make_thread_file_ops();
    parts.files = network.files.get();
    network.transport = std::make_unique<EpollTransport>(std::move(parts));
}

}  // namespace

Network::Network() = default;
Network::Network(Network&&) noexcept = default;
Network::~Network() = default;  // members end in reverse order: transport, files, ring

Network& Network::operator=(Network&& other) noexcept {
    transport.reset();
    files.reset();
    ring = std::move(other.ring);
    files = std::move(other.files);
    transport = std::move(other.transport);
    notes = std::move(other.notes);
    ports = std::move(other.ports);
    raw_icmp = other.raw_icmp;
    on_uring = other.on_uring;
    return *this;
}

bool can_open(Family family) noexcept {
    return static_cast<bool>(open_udp_socket(SocketSettings{}, family, 0));
}

Network open_network(const NetworkOptions& options, const io::Clock& clock, int wake_fd) {
    Network network;
    TransportParts parts = open_parts(options, clock, wake_fd, network.notes);
    network.ports = parts.pool->ports();
    network.raw_icmp = parts.icmp.any();
    if (options.io != Io::epoll) {
        try {
            open_uring(network, parts);
        } catch (const std::system_error& refusal) {
            const std::string reason = io::explain_refusal(refusal.code().value());
            if (options.io == Io::uring) throw std::runtime_error(reason);
            network.notes.push_back(reason + "; using epoll");
        }
    }
    if (network.on_uring) return network;
    if (!parts.pool) {  // refused so late that the pool went down with it
        std::vector<std::string> same_notes;
        parts = open_parts(options, clock, wake_fd, same_notes);
        network.ports = parts.pool->ports();
    }
    open_epoll(network, parts);
    return network;
}

}  // namespace sipping::net
