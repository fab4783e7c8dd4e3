#include "net/socket_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "net/descriptors.hpp"
#include "net/local_ports.hpp"

namespace sipping::net {
namespace {

// Tries of one replacement while running: a crowded range must not hold up the loop.
constexpr std::size_t replace_tries = 64;

// The box, not this socket, is short of something: what is open already may do.
bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::string source_ports(std::size_t count) {
    return fmt::format("{} source port{}", count, count == 1 ? "" : "s");
}

}  // namespace

SocketPool::SocketPool(const NetworkOptions& options, bool error_queue,
                       std::vector<std::string>& notes)
    : settings_{options.bind,
                options.device,
                options.dscp,
                options.ttl,
                options.pktinfo,
                error_queue,
                options.send_times == SendTimes::stamped,
                options.receive_buffer_bytes} {
    const std::size_t families = (options.v4 ? 1U : 0U) + (options.v6 ? 1U : 0U);
    if (families == 0 || options.ports == 0) throw std::runtime_error("no source port asked for");
    const std::uint64_t limit = raise_descriptor_limit();
    const std::size_t spoken_for = open_descriptors() + options.other_descriptors +
                                   std::min<std::uint64_t>(descriptors_left, limit / 4);
    const std::size_t fitting = limit > spoken_for ? (limit - spoken_for) / families : 0;
    const std::size_t wanted = std::min<std::size_t>(options.ports, fitting);
    if (wanted == 0)
        throw std::runtime_error(fmt::format(
            "no room for sockets: RLIMIT_NOFILE is {}; raise it with `ulimit -n`", limit));
    if (wanted < options.ports)
        notes.push_back(
            fmt::format("pool made smaller: {} instead of {} (RLIMIT_NOFILE is {}; "
                        "raise it with `ulimit -n`)",
                        source_ports(wanted), options.ports, limit));

    const LocalPorts local = local_ports(options.port_low, options.port_high);
    range_ = local.range;
    const std::size_t reserve = local.own_range ? 0 : ports_left_free(local.usable.size());

    sockets_.reserve(wanted * families);
    grow_descriptor_table(open_descriptors() + wanted * families);
    for (const Family family : {Family::v4, Family::v6}) {
        if (family == Family::v4 ? !options.v4 : !options.v6) continue;
        lists_[index_of(family)] = PortList(local.usable, random_key());
        const std::size_t before = sockets_.size();
        const int stopped_by = fill(family, wanted, reserve);
        const std::size_t opened = sockets_.size() - before;
        if (opened == wanted) continue;
        notes.push_back(fmt::format(
            "pool made smaller: {} instead of {} ({})", source_ports(opened), wanted,
            stopped_by == 0 ? fmt::format("no more are free in {}-{}", range_.low, range_.high)
                            : std::strerror(stopped_by)));
    }
}

int SocketPool::fill(Family family, std::size_t wanted, std::size_t reserve) {
    PortList& list = lists_[index_of(family)];
    const std::size_t tries = list.size() > reserve ? list.size() - reserve : 0;
    std::size_t opened_count = 0;
    int stopped_by = 0;
    for (std::size_t tried = 0; tried < tries && opened_count < wanted; ++tried) {
        const std::uint16_t port = list.take().value();
        OpenedSocket opened = open_udp_socket(settings_, family, port);
        if (opened) {
            in_use_[index_of(family)][port] = true;
            sockets_.push_back({std::move(opened.fd), {family, port}});
            ++opened_count;
            continue;
        }
        list.give_back(port);
        if (opened.failed_at == OpenStep::bind && opened.error == EADDRINUSE) continue;
        if (opened_count == 0 || !is_shortage(opened.error))
            refuse(opened, settings_, family, port);
        stopped_by = opened.error;
        break;
    }
    if (opened_count > 0) return stopped_by;
    if (range_.low == range_.high)
        throw std::runtime_error(fmt::format("port {} is in use by another program", range_.low));
    throw std::runtime_error(fmt::format("no free source port in {}-{}", range_.low, range_.high));
}

std::vector<Port> SocketPool::ports() const {
    std::vector<Port> ports;
    ports.reserve(sockets_.size());
    for (const Socket& socket : sockets_)
        ports.push_back(socket.port);
    return ports;
}

OpenedSocket SocketPool::open_next(Family family) noexcept {
    PortList& list = lists_[index_of(family)];
    const std::size_t tries = std::min(list.size(), replace_tries);
    OpenedSocket opened;
    for (std::size_t tried = 0; tried < tries; ++tried) {
        const std::uint16_t port = *list.take();
        opened = open_udp_socket(settings_, family, port);
        if (opened) return opened;
        list.give_back(port);
        if (opened.error != EADDRINUSE) break;
    }
    return opened;
}

void SocketPool::close(std::uint32_t socket) noexcept {
    Socket& old = sockets_[socket];
    if (!old.fd) return;
    old.fd.reset();
    in_use_[index_of(old.port.family)][old.port.number] = false;
    lists_[index_of(old.port.family)].give_back(old.port.number);
    old.port.number = 0;
}

void SocketPool::install(std::uint32_t socket, OpenedSocket opened) noexcept {
    Socket& slot = sockets_[socket];
    slot.fd = std::move(opened.fd);
    slot.port.number = opened.port;
    in_use_[index_of(slot.port.family)][opened.port] = true;
}

}  // namespace sipping::net
