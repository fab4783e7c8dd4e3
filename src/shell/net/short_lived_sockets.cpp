#include "net/short_lived_sockets.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "io/clock.hpp"
#include "net/socket_address.hpp"

namespace sipping::net {
namespace {

constexpr std::uint16_t discard_port = 9;  // RFC 863; nothing is sent to it

// The original's sendto() gives its socket a port on the way (autobind), with the same search and
// the same EAGAIN when none is free. connect(2) does that too and sends nothing, so there need not
// be anybody to send to.
int connect_to_loopback(int fd, Family family) noexcept {
    Endpoint nobody{Address{.family = family}, discard_port};
    if (family == Family::v4) {
        nobody.address.bytes = {127, 0, 0, 1};
    } else {
        nobody.address.bytes[15] = 1;
    }
    SocketAddress address{};
    const socklen_t length = to_socket_address(nobody, address);
    return ::connect(fd, &address.any, length) == 0 ? 0 : errno;
}

}  // namespace

ShortLivedSockets::ShortLivedSockets(SocketSettings settings, Family family)
    : settings_(std::move(settings)), family_(family) {}

TimedBind ShortLivedSockets::open(Instant closes_at) noexcept {
    const Instant before = io::monotonic_now();
    OpenedSocket socket = open_unbound_socket(settings_, family_);
    if (!socket) return {io::monotonic_now() - before, socket.error};
    int error = 0;
    if (settings_.bind) {
        bind_socket(socket, settings_, family_, 0);
        error = socket.error;
    } else {
        error = connect_to_loopback(socket.fd.get(), family_);
    }
    const Duration took = io::monotonic_now() - before;
    if (error == 0) open_.push_back({closes_at, std::move(socket.fd)});
    return {took, error};
}

void ShortLivedSockets::close_due(Instant now) noexcept {
    while (!open_.empty() && open_.front().closes_at <= now)
        open_.pop_front();
}

Instant ShortLivedSockets::next_close() const noexcept {
    return open_.empty() ? never : open_.front().closes_at;
}

}  // namespace sipping::net
