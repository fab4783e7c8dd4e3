// What the kernel leaves in the error queue of a socket that sent: ICMP errors (IP_RECVERR) and the
// times at which datagrams left (SO_TIMESTAMPING). Reads only; which probe it was about is not
// known here.
#pragma once

#include <optional>

#include "sipping/base/instant.hpp"
#include "sipping/probe/transport.hpp"

namespace sipping::net {

/// What the kernel says of a datagram: when it was handed to the device's queue, and after that,
/// where the driver tells, when the driver took it.
struct SendStamp {
    WallTime at;
    bool by_driver = false;
};

struct QueueEntry {
    bool empty = false;  ///< the queue held nothing
    std::optional<SendStamp> sent;
    std::optional<probe::IcmpArrival> icmp;  ///< `at` and `local_port` are left to the caller
};
/// Takes the oldest entry off the socket's error queue (recvmsg with MSG_ERRQUEUE, ip(7)). Neither
/// a stamp nor ICMP: an error of our own kernel, which the send returned too.
[[nodiscard]] QueueEntry take_queue_entry(int fd) noexcept;

/// Has the kernel leave the stamps of each datagram in the error queue. False: it does not know
/// how.
[[nodiscard]] bool request_send_stamps(int fd) noexcept;

/// Clears an error that is pending on the socket itself (SO_ERROR, socket(7)).
void clear_pending_error(int fd) noexcept;

}  // namespace sipping::net
