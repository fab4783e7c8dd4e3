#include "net/port_fill.hpp"

#include <cerrno>
#include <utility>

#include "io/clock.hpp"

namespace sipping::net {
namespace {

TimedBind timed_bind(OpenedSocket& socket, const SocketSettings& settings, Family family,
                     std::uint16_t port) noexcept {
    const Instant before = io::monotonic_now();
    bind_socket(socket, settings, family, port);
    return {io::monotonic_now() - before, socket.error};
}

}  // namespace

PortFill::PortFill(SocketSettings settings, Family family, std::vector<std::uint16_t> ports,
                   std::size_t reserve, Key key)
    : settings_(std::move(settings)),
      family_(family),
      reserve_(reserve),
      list_(std::move(ports), key) {
    sockets_.reserve(list_.size());
}

int PortFill::open_until(std::size_t count, std::vector<Duration>& took) {
    OpenedSocket socket;
    while (sockets_.size() < count) {
        if (list_.size() <= reserve_) return EADDRINUSE;
        if (!socket) socket = open_unbound_socket(settings_, family_);
        const std::uint16_t port = list_.take().value();
        const TimedBind bind =
            socket ? timed_bind(socket, settings_, family_, port) : TimedBind{{}, socket.error};
        if (bind.error == 0) {
            took.push_back(bind.took);
            sockets_.push_back(std::exchange(socket, {}));
            continue;
        }
        // Somebody else's since the list was made: the same socket tries the next one.
        if (socket && bind.error == EADDRINUSE) continue;
        list_.give_back(port);
        refused_ = std::move(socket);
        refused_.fd.reset();
        refused_port_ = port;
        return bind.error;
    }
    return 0;
}

std::vector<TimedBind> PortFill::time_any_binds(std::size_t count, Duration patience) const {
    std::vector<TimedBind> binds;
    binds.reserve(count);
    OpenedSocket socket = open_unbound_socket(settings_, family_);
    const Instant end = io::monotonic_now() + patience;
    while (binds.size() < count && io::monotonic_now() < end) {
        binds.push_back(socket ? timed_bind(socket, settings_, family_, 0)
                               : TimedBind{{}, socket.error});
        if (binds.back().error == 0) unbind_socket(socket);
    }
    return binds;
}

}  // namespace sipping::net
