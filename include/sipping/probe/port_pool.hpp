// From which of the pool's sockets a probe leaves. Bookkeeping only: the sockets are the
// transport's. Sockets are numbered as the transport numbers them, IPv4 first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/base/prng.hpp"

namespace sipping::probe {

enum class PortPolicy : std::uint8_t {
    rotate,  ///< each target walks all ports, from a start of its own
    fresh,   ///< a socket is used once, rests, and is then replaced by one on another port
    fixed,   ///< one port
};

inline constexpr std::uint32_t no_socket = 0xffffffff;

struct PoolPort {
    Family family{};
    std::uint16_t number = 0;
};

/// How a target uses the pool.
struct PortUse {
    std::optional<Family> family;  ///< nothing: not known yet, see give_family()
    PortPolicy policy{};
};

class PortPool {
public:
    /// `uses`: one per target. `rest`: how long a fresh port stays open after its use. A family's
    /// first socket is that of its `fixed` targets; `fresh` ones beside them leave it alone. With
    /// `fresh_only`, so many of its last sockets are for `fresh` targets alone, and `rotate` ones
    /// leave those and the `fixed` one alone.
    PortPool(std::span<const PoolPort> ports, std::span<const PortUse> uses, Duration rest, Key key,
             std::uint32_t fresh_only = 0);

    /// The family of a target is known now. There must be sockets of it; before the first take().
    void give_family(std::uint32_t target, Family family) noexcept;

    /// The socket for this target's next probe, or no_socket (fresh: none has rested enough).
    [[nodiscard]] std::uint32_t take(std::uint32_t target, Instant now) noexcept;

    /// How often take() gave this target a socket (modulo 2^32).
    [[nodiscard]] std::uint32_t taken(std::uint32_t target) const noexcept {
        return walks_[target].taken;
    }
    /// take() would find one.
    [[nodiscard]] bool has_free(std::uint32_t target) const noexcept {
        return policy(target) != PortPolicy::fresh || family_of(target).ready.size > 0;
    }
    [[nodiscard]] PortPolicy policy(std::uint32_t target) const noexcept {
        return walks_[target].policy;
    }

    /// A socket (fresh) whose rest is over, or that could not be replaced a while ago: to be
    /// replaced now. no_socket when there is none.
    [[nodiscard]] std::uint32_t next_to_replace(Instant now) noexcept;
    /// When next_to_replace() will have one; `never` if none rests.
    [[nodiscard]] Instant next_replacement() const noexcept;
    /// The transport opened another one in its place; port 0: it could not, and is asked again
    /// after `retry_after`, since others may hold the range for a moment only.
    void replaced(std::uint32_t socket, std::uint16_t port, Instant now) noexcept;
    static constexpr Duration retry_after = 1s;

    [[nodiscard]] std::uint16_t port(std::uint32_t socket) const noexcept {
        return numbers_[socket];
    }
    [[nodiscard]] Family family(std::uint32_t socket) const noexcept {
        return family_of_socket_[socket];
    }
    /// Sockets that this target's probes can leave from.
    [[nodiscard]] std::uint32_t size_for(std::uint32_t target) const noexcept {
        const FamilyPool& pool = family_of(target);
        return policy(target) == PortPolicy::rotate ? pool.rotate_size : pool.size;
    }
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(numbers_.size());
    }

private:
    struct Queue {  ///< ring of socket numbers, never more than there are sockets
        std::vector<std::uint32_t> sockets;
        std::uint32_t first = 0;
        std::uint32_t size = 0;

        void push(std::uint32_t socket) noexcept;
        [[nodiscard]] std::uint32_t pop() noexcept;
        [[nodiscard]] std::uint32_t front() const noexcept { return sockets[first]; }
    };
    struct FamilyPool {
        std::uint32_t base = 0;
        std::uint32_t size = 0;
        std::uint32_t rotate_base = 0;  ///< those that `rotate` targets walk
        std::uint32_t rotate_size = 0;
        Queue ready;  ///< fresh only
    };
    struct Walk {
        Family family{};
        PortPolicy policy{};
        std::uint32_t cursor = 0;  ///< a random number as long as the family is not known
        std::uint32_t taken = 0;
    };

    [[nodiscard]] Instant end_of_rest(const Queue& queue) const noexcept {
        return queue.size == 0 ? never : rests_until_[queue.front()];
    }
    [[nodiscard]] const FamilyPool& family_of(std::uint32_t target) const noexcept {
        return families_[static_cast<std::size_t>(walks_[target].family)];
    }
    [[nodiscard]] FamilyPool& family_of(std::uint32_t target) noexcept {
        return families_[static_cast<std::size_t>(walks_[target].family)];
    }

    Duration rest_;
    std::vector<std::uint16_t> numbers_;
    std::vector<Family> family_of_socket_;
    FamilyPool families_[2];
    std::vector<Walk> walks_;
    Queue resting_;                     ///< in order of use, hence of the end of their rest
    Queue unopened_;                    ///< out of service, in order of the next try
    std::vector<Instant> rests_until_;  ///< by socket; of unopened ones: the next try
};

}  // namespace sipping::probe
