// What is told of the names of targets: where they point, and when they point nowhere.
#include "session/reporter.hpp"

namespace sipping::app {

void Reporter::moved(std::uint32_t target, const Address& was, const Address& now) {
    console_.moved(reading_.wall(), targets_[target].name, was, now, out_.text(line_room_));
    log_.set_host(target, now);
    gap(Gap{.target = target,
            .reason = GapReason::moved,
            .from = reading_.wall(),
            .until = reading_.wall(),
            .was = was});
}

void Reporter::unknown(std::uint32_t target, WallTime since, std::string_view why) noexcept {
    events_.unresolved({.target = target, .why = why, .since = since, .at = reading_.wall()});
}

void Reporter::joined(std::uint32_t target, Instant since, bool waited) {
    const Address& address = targets_[target].endpoint.address;
    if (waited) {
        events_.resolved({.target = target,
                          .address = address,
                          .after = reading_.now - since,
                          .at = reading_.wall()});
        unresolved(target, since);  // its row has no host yet
    }
    log_.set_host(target, address);
}

void Reporter::unresolved(std::uint32_t target, Instant since) noexcept {
    gap(Gap{.target = target,
            .reason = GapReason::unresolved,
            .from = reading_.wall(since),
            .until = reading_.wall()});
}

}  // namespace sipping::app
