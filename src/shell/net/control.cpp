#include "net/control.hpp"

#include <cstring>
#include <ctime>

namespace sipping::net {
namespace {

template <typename Value>
[[nodiscard]] bool copy_data(const cmsghdr& header, Value& out) noexcept {
    if (header.cmsg_len < CMSG_LEN(sizeof out)) return false;
    std::memcpy(&out, CMSG_DATA(&header), sizeof out);
    return true;
}

void read_one(const cmsghdr& header, Control& control) noexcept {
    if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_TIMESTAMPNS) {
        timespec stamp{};
        if (copy_data(header, stamp))
            control.stamp = WallTime{std::chrono::seconds{stamp.tv_sec} + Duration{stamp.tv_nsec}};
    } else if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SO_RXQ_OVFL) {
        std::uint32_t drops = 0;
        if (copy_data(header, drops)) control.drops = drops;
    } else if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
        in_pktinfo info{};
        if (copy_data(header, info)) control.local = to_address(info.ipi_spec_dst);
    } else if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info{};
        if (!copy_data(header, info)) return;
        control.local = to_address(info.ipi6_addr);
        if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) control.local.scope = info.ipi6_ifindex;
    }
}

template <typename Info>
void put(int level, int type, const Info& info, SourceControl& control) noexcept {
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(control.bytes.data(), &header, sizeof header);
    std::memcpy(control.bytes.data() + CMSG_LEN(0), &info, sizeof info);
    control.length = CMSG_SPACE(sizeof info);
}

}  // namespace

Control read_control(msghdr& message) noexcept {
    Control control;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header))
        read_one(*header, control);
    return control;
}

void set_source(const Address& local, SourceControl& control) noexcept {
    if (local.family == Family::v4) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, local.bytes.data(), sizeof info.ipi_spec_dst);
        put(IPPROTO_IP, IP_PKTINFO, info, control);
    } else {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, local.bytes.data(), sizeof info.ipi6_addr);
        info.ipi6_ifindex = local.scope;
        put(IPPROTO_IPV6, IPV6_PKTINFO, info, control);
    }
}

}  // namespace sipping::net
