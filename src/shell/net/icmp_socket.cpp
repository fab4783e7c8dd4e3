#include "net/icmp_socket.hpp"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "net/socket_address.hpp"
#include "sipping/wire/icmp_quote.hpp"

namespace sipping::net {
namespace {

bool tune(int fd, const std::string& device) {
    const int on = 1;
    const bool stamped = ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0;
    return stamped &&
           (device.empty() || ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                                           static_cast<socklen_t>(device.size())) == 0);
}

io::Fd open_v4(const std::string& device) {
    io::Fd fd{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP)};
    if (!fd || !tune(fd.get(), device)) return {};
    icmp_filter filter{};  // a set bit blocks that type (raw(7))
    filter.data = ~(1U << ICMP_DEST_UNREACH | 1U << ICMP_TIME_EXCEEDED | 1U << ICMP_PARAMETERPROB);
    if (::setsockopt(fd.get(), SOL_RAW, ICMP_FILTER, &filter, sizeof filter) != 0) return {};
    return fd;
}

io::Fd open_v6(const std::string& device) {
    io::Fd fd{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6)};
    if (!fd || !tune(fd.get(), device)) return {};
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    for (const int type :
         {ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG, ICMP6_TIME_EXCEEDED, ICMP6_PARAM_PROB})
        ICMP6_FILTER_SETPASS(type, &filter);
    if (::setsockopt(fd.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0)
        return {};
    return fd;
}

// The extended error among the ancillary data; nothing when it is not ICMP's.
std::optional<IcmpError> find_icmp(msghdr& message) noexcept {
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        const bool v4 = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
        const bool v6 = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
        sock_extended_err extended{};
        if ((!v4 && !v6) || header->cmsg_len < CMSG_LEN(sizeof extended)) continue;
        std::memcpy(&extended, CMSG_DATA(header), sizeof extended);
        if (extended.ee_origin != SO_EE_ORIGIN_ICMP && extended.ee_origin != SO_EE_ORIGIN_ICMP6)
            return std::nullopt;
        // The offender's address follows the error itself (SO_EE_OFFENDER).
        SocketAddress offender{};
        const std::size_t length = v4 ? sizeof offender.v4 : sizeof offender.v6;
        if (header->cmsg_len >= CMSG_LEN(sizeof extended + length))
            std::memcpy(&offender, CMSG_DATA(header) + sizeof extended, length);
        return IcmpError{v4 ? Family::v4 : Family::v6, extended.ee_type, extended.ee_code,
                         to_endpoint(offender).address};
    }
    return std::nullopt;
}

}  // namespace

IcmpSockets open_raw_icmp(bool v4, bool v6, const std::string& device) {
    IcmpSockets sockets;
    if (v4) sockets.v4 = open_v4(device);
    if (v6) sockets.v6 = open_v6(device);
    if ((v4 && !sockets.v4) || (v6 && !sockets.v6)) return {};
    return sockets;
}

std::optional<probe::IcmpArrival> read_raw_icmp(Family family, const Address& from,
                                                std::span<const std::uint8_t> packet) noexcept {
    const auto quote = wire::parse_icmp(family, packet);
    if (!quote) return std::nullopt;
    probe::IcmpArrival arrival;
    arrival.error = {family, quote->type, quote->code, from};
    arrival.local_port = quote->source.port;
    arrival.to = quote->destination;
    arrival.call_id = wire::quoted_call_id(quote->payload);
    return arrival;
}

QueuedError take_queued_error(int fd) noexcept {
    std::array<char, 2048> payload;  // our own request, as much as was quoted of it
    alignas(cmsghdr) std::array<std::byte, 512> control;
    SocketAddress to{};
    iovec part{payload.data(), payload.size()};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t length = ::recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    QueuedError result;
    result.empty = length < 0;
    if (result.empty) return result;
    const auto error = find_icmp(message);
    if (!error) return result;
    probe::IcmpArrival& arrival = result.icmp.emplace();
    arrival.error = *error;
    arrival.to = to_endpoint(to);
    arrival.call_id = wire::quoted_call_id({payload.data(), static_cast<std::size_t>(length)});
    return result;
}

void clear_pending_error(int fd) noexcept {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
}

}  // namespace sipping::net
