#include "net/icmp_socket.hpp"

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

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

}  // namespace sipping::net
