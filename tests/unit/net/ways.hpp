// Tests that run on both transports and both address families.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "peer.hpp"

namespace sipping::net {

struct Way {
    Io io;
    Family family;
};

inline std::string name_of(const testing::TestParamInfo<Way>& info) {
    return std::string(info.param.io == Io::uring ? "uring" : "epoll") +
           (info.param.family == Family::v4 ? "_v4" : "_v6");
}

class TransportTest : public testing::TestWithParam<Way> {
protected:
    [[nodiscard]] static NetworkOptions options(std::uint32_t ports) {
        NetworkOptions options;
        options.ports = ports;
        options.io = GetParam().io;
        options.v4 = family() == Family::v4;
        options.v6 = family() == Family::v6;
        return options;
    }
    [[nodiscard]] static Family family() { return GetParam().family; }
};

inline auto every_way() {
    return testing::Values(Way{Io::uring, Family::v4}, Way{Io::uring, Family::v6},
                           Way{Io::epoll, Family::v4}, Way{Io::epoll, Family::v6});
}

}  // namespace sipping::net
