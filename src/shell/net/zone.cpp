#include "net/zone.hpp"

#include <net/if.h>

#include <array>

#include "sipping/base/parse.hpp"

namespace sipping::net {

std::uint32_t interface_index(const std::string& zone) noexcept {
    if (const unsigned index = ::if_nametoindex(zone.c_str()); index != 0) return index;
    const auto number = parse_count(zone, 1, 0x7fff'ffff);
    std::array<char, IF_NAMESIZE> name{};
    if (!number || ::if_indextoname(static_cast<unsigned>(*number), name.data()) == nullptr)
        return 0;
    return static_cast<std::uint32_t>(*number);
}

}  // namespace sipping::net
