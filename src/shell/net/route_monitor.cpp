#include "net/route_monitor.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace sipping::net {

RouteMonitor::RouteMonitor() {
    io::Fd opened{::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)};
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups =
        RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
    if (opened &&
        ::bind(opened.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        socket_ = std::move(opened);
}

bool RouteMonitor::changed() noexcept {
    if (!socket_) return true;
    // What does not fit is cut off, and nobody reads it. A router may learn routes faster than we
    // look: the rest is for the next call.
    constexpr int at_once = 1000;
    bool any = false;
    std::array<char, 64> start;
    for (int i = 0; i < at_once; ++i) {
        const ssize_t size = ::recv(socket_.get(), start.data(), start.size(), MSG_TRUNC);
        if (size < 0 && errno != ENOBUFS) break;  // ENOBUFS: more changed than the queue holds
        any = true;
    }
    return any;
}

}  // namespace sipping::net
