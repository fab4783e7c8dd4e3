#include "net/udp_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "net/error_queue.hpp"
#include "net/socket_address.hpp"

namespace sipping::net {
namespace {

[[nodiscard]] bool set(int fd, int level, int option, int value) noexcept {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

[[nodiscard]] bool tune_v4(int fd, const SocketSettings& settings) noexcept {
    return (settings.dscp == 0 || set(fd, IPPROTO_IP, IP_TOS, settings.dscp << 2)) &&
           (settings.ttl == 0 || set(fd, IPPROTO_IP, IP_TTL, settings.ttl)) &&
           (!settings.pktinfo || set(fd, IPPROTO_IP, IP_PKTINFO, 1)) &&
           (!settings.error_queue || set(fd, IPPROTO_IP, IP_RECVERR, 1));
}

[[nodiscard]] bool tune_v6(int fd, const SocketSettings& settings) noexcept {
    return set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
           (settings.dscp == 0 || set(fd, IPPROTO_IPV6, IPV6_TCLASS, settings.dscp << 2)) &&
           (settings.ttl == 0 || set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, settings.ttl)) &&
           (!settings.pktinfo || set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) &&
           (!settings.error_queue || set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1));
}

[[nodiscard]] bool tune(int fd, const SocketSettings& settings, Family family) noexcept {
    const auto buffer = static_cast<int>(settings.receive_buffer_bytes);
    return set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1) && set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1) &&
           (buffer == 0 || set(fd, SOL_SOCKET, SO_RCVBUF, buffer)) &&
           (family == Family::v4 ? tune_v4(fd, settings) : tune_v6(fd, settings));
}

[[nodiscard]] bool bind_to_device(int fd, const std::string& device) noexcept {
    return device.empty() || ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                                          static_cast<socklen_t>(device.size())) == 0;
}

[[nodiscard]] bool bind_to(int fd, const SocketSettings& settings, Family family,
                           std::uint16_t port) noexcept {
    Endpoint local{Address{.family = family}, port};
    if (settings.bind && settings.bind->family == family) local.address = *settings.bind;
    SocketAddress address{};
    const socklen_t length = to_socket_address(local, address);
    return ::bind(fd, &address.any, length) == 0;
}

// What the user can do about it; the kernel's words alone do not tell.
const char* bind_advice(int error) noexcept {
    if (error == EADDRNOTAVAIL) return " (not an address of this box, see `ip address`)";
    if (error == EACCES) return " (ports below 1024 need CAP_NET_BIND_SERVICE)";
    return "";
}

OpenedSocket failure(OpenStep step) noexcept {
    OpenedSocket result;
    result.failed_at = step;
    result.error = errno;
    return result;
}

}  // namespace

OpenedSocket open_unbound_socket(const SocketSettings& settings, Family family) noexcept {
    OpenedSocket result;
    io::Fd fd{::socket(domain_of(family), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!fd) return failure(OpenStep::socket);
    if (!tune(fd.get(), settings, family)) return failure(OpenStep::option);
    if (settings.send_stamps) (void)request_send_stamps(fd.get());
    if (!bind_to_device(fd.get(), settings.device)) return failure(OpenStep::device);
    result.fd = std::move(fd);
    return result;
}

void bind_socket(OpenedSocket& socket, const SocketSettings& settings, Family family,
                 std::uint16_t port) noexcept {
    const bool bound = bind_to(socket.fd.get(), settings, family, port);
    socket.failed_at = bound ? OpenStep::none : OpenStep::bind;
    socket.error = bound ? 0 : errno;
    socket.port = bound ? port : 0;
}

void unbind_socket(OpenedSocket& socket) noexcept {
    // connect(2): AF_UNSPEC dissolves the association, and with it a port that was not asked for.
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    (void)::connect(socket.fd.get(), &nobody, sizeof nobody);
    socket.port = 0;
}

OpenedSocket open_udp_socket(const SocketSettings& settings, Family family,
                             std::uint16_t port) noexcept {
    OpenedSocket result = open_unbound_socket(settings, family);
    if (!result) return result;
    bind_socket(result, settings, family, port);
    if (result.failed_at != OpenStep::none) result.fd.reset();
    return result;
}

void refuse(const OpenedSocket& failed, const SocketSettings& settings, Family family,
            std::uint16_t port) {
    const char* reason = std::strerror(failed.error);
    if (failed.failed_at == OpenStep::socket && failed.error == EAFNOSUPPORT)
        throw std::runtime_error(
            fmt::format("this box has no {}", family == Family::v4 ? "IPv4" : "IPv6"));
    if (failed.failed_at == OpenStep::device)
        throw std::runtime_error(fmt::format("cannot use device {}: {}{}", settings.device, reason,
                                             failed.error == ENODEV ? " (see `ip link`)" : ""));
    if (failed.failed_at == OpenStep::bind) {
        const bool own_address = settings.bind && settings.bind->family == family;
        const Address local = own_address ? *settings.bind : Address{.family = family};
        throw std::runtime_error(fmt::format("cannot bind to {}: {}{}",
                                             to_string(Endpoint{local, port}), reason,
                                             bind_advice(failed.error)));
    }
    throw std::runtime_error(fmt::format("cannot open a socket: {}", reason));
}

}  // namespace sipping::net
