// Hears from the kernel that addresses or routes of this box changed. Does not say which: who wants
// to know asks anew (source_address).
#pragma once

#include "io/fd.hpp"

namespace sipping::net {

class RouteMonitor {
public:
    /// Where netlink is refused (a sandbox), changed() says true each time.
    RouteMonitor();

    /// Since the last call. Never blocks (rtnetlink(7)).
    [[nodiscard]] bool changed() noexcept;

private:
    io::Fd socket_;
};

}  // namespace sipping::net
