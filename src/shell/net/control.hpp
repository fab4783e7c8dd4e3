// The ancillary data of our datagrams: receive time, queue drops, the address it was sent to.
// Bytes to values and back; no system calls.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "net/socket_address.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::net {

/// Room for SCM_TIMESTAMPNS, SO_RXQ_OVFL and IPV6_PKTINFO, the most a receive of ours carries.
inline constexpr std::size_t control_capacity = CMSG_SPACE(sizeof(timespec)) +
                                                CMSG_SPACE(sizeof(std::uint32_t)) +
                                                CMSG_SPACE(sizeof(in6_pktinfo));

struct Control {
    std::optional<WallTime> stamp;       ///< SCM_TIMESTAMPNS, CLOCK_REALTIME
    std::optional<std::uint32_t> drops;  ///< SO_RXQ_OVFL: all this socket ever lost, modulo 2^32
    Address local;                       ///< IP_PKTINFO / IPV6_PKTINFO: our address it was sent to
};
[[nodiscard]] Control read_control(msghdr& message) noexcept;

/// Control data that makes a datagram leave from one of our addresses (ip(7), ipv6(7)).
struct SourceControl {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))> bytes{};
    std::size_t length = 0;
};
void set_source(const Address& local, SourceControl& control) noexcept;

}  // namespace sipping::net
