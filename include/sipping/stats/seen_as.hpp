// How the far ends see us: the address (and whether the port) that `received` and `rport` of their
// responses name (RFC 3261 section 18.2.1, RFC 3581). Told once, and when it changes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/stats/event.hpp"

namespace sipping::stats {

class SeenAs {
public:
    static constexpr std::size_t views_max = 8;     ///< distinct ones told, over all targets
    static constexpr Duration changes_every = 10s;  ///< of one target; a pool of addresses flaps
    static constexpr Duration looked_every =
        100ms;  ///< at one target: often enough for what is rare

    explicit SeenAs(std::size_t targets) : targets_(targets) {}

    /// A response says `received` (empty: nothing) and `rport` (0: nothing) of a request that left
    /// from `port`, with `sent_by` in its Via.
    [[nodiscard]] std::optional<SeenEvent> on_reply(std::uint32_t target, std::string_view received,
                                                    std::uint16_t rport, std::uint16_t port,
                                                    std::string_view sent_by,
                                                    const ClockReading& now) noexcept {
        OfTarget& seen = targets_[target];
        if (now.now < seen.look_at) return std::nullopt;
        if (received.empty() && rport == 0) return std::nullopt;  // it does not say
        seen.look_at = now.now + looked_every;
        // Somebody's text, and no fact: it would be told as one.
        if (!received.empty() && !parse_sip_address(received)) return std::nullopt;
        const bool kept = !seen.rewritten && (rport == 0 || rport == port);
        const std::uint64_t view = hash_of(received) ^ (kept ? 0 : 1);
        if (seen.view == view) return std::nullopt;  // nearly always
        const bool first = seen.view == 0;
        if (!first && now.now < seen.told_at + changes_every) return std::nullopt;
        seen.view = view;
        seen.told_at = now.now;
        seen.rewritten = !kept;
        if (first && !is_new(view)) return std::nullopt;
        return SeenEvent{.target = target,
                         .received = received,
                         .sent_by = sent_by,
                         .port_kept = kept,
                         .port_told = rport != 0 || seen.rewritten,
                         .at = now.wall()};
    }

private:
    struct OfTarget {
        std::uint64_t view = 0;  ///< 0: not known yet
        Instant told_at = Instant::min();
        Instant look_at = Instant::min();
        bool rewritten = false;  ///< a port was, once: then they are, whatever the next one is
    };

    /// FNV-1a, the lowest two bits free: never 0.
    static std::uint64_t hash_of(std::string_view text) noexcept {
        std::uint64_t hash = 0xcbf29ce484222325;
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return (hash << 2) | 2;
    }
    /// The first target that sees us so. (Beyond the limit none is new.)
    bool is_new(std::uint64_t view) noexcept {
        for (std::size_t i = 0; i < views_used_; ++i)
            if (views_[i] == view) return false;
        if (views_used_ == views_max) return false;
        views_[views_used_++] = view;
        return true;
    }

    std::vector<OfTarget> targets_;
    std::array<std::uint64_t, views_max> views_{};
    std::size_t views_used_ = 0;
};

}  // namespace sipping::stats
