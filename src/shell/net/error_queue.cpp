#include "net/error_queue.hpp"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "net/control.hpp"
#include "net/socket_address.hpp"
#include "sipping/wire/icmp_quote.hpp"

namespace sipping::net {
namespace {

struct ExtendedError {
    sock_extended_err error{};
    Family family{};
    SocketAddress offender{};  ///< who sent the ICMP error
};

std::optional<ExtendedError> find_error(msghdr& message) noexcept {
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        const bool v4 = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
        const bool v6 = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
        ExtendedError found;
        if ((!v4 && !v6) || header->cmsg_len < CMSG_LEN(sizeof found.error)) continue;
        std::memcpy(&found.error, CMSG_DATA(header), sizeof found.error);
        found.family = v4 ? Family::v4 : Family::v6;
        // The offender's address follows the error itself (SO_EE_OFFENDER).
        const std::size_t length = v4 ? sizeof found.offender.v4 : sizeof found.offender.v6;
        if (header->cmsg_len >= CMSG_LEN(sizeof found.error + length))
            std::memcpy(&found.offender, CMSG_DATA(header) + sizeof found.error, length);
        return found;
    }
    return std::nullopt;
}

}  // namespace

QueueEntry take_queue_entry(int fd) noexcept {
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
    QueueEntry entry;
    entry.empty = length < 0;
    if (entry.empty) return entry;
    const auto found = find_error(message);
    if (!found) return entry;
    const unsigned origin = found->error.ee_origin;
    if (origin == SO_EE_ORIGIN_TIMESTAMPING) {
        if (const auto at = read_control(message).stamp)
            entry.sent = {*at, found->error.ee_info == SCM_TSTAMP_SND};
    } else if (origin == SO_EE_ORIGIN_ICMP || origin == SO_EE_ORIGIN_ICMP6) {
        probe::IcmpArrival& arrival = entry.icmp.emplace();
        arrival.error = {found->family, found->error.ee_type, found->error.ee_code,
                         to_endpoint(found->offender).address};
        arrival.to = to_endpoint(to);
        arrival.call_id = wire::quoted_call_id({payload.data(), static_cast<std::size_t>(length)});
    }
    return entry;
}

// OPT_TSONLY: the time without the datagram, which needs no privilege. Without
// SOF_TIMESTAMPING_SOFTWARE the time comes as SCM_TIMESTAMPNS only, and receives are as they were.
bool request_send_stamps(int fd) noexcept {
    const unsigned flags =
        SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;
    return ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

void clear_pending_error(int fd) noexcept {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
}

}  // namespace sipping::net
