#include "sipping/probe/port_pool.hpp"

#include <cassert>

namespace sipping::probe {

void PortPool::Queue::push(std::uint32_t socket) noexcept {
    assert(size < sockets.size());
    std::uint32_t at = first + size;
    if (at >= sockets.size()) at -= static_cast<std::uint32_t>(sockets.size());
    sockets[at] = socket;
    ++size;
}

std::uint32_t PortPool::Queue::pop() noexcept {
    assert(size > 0);
    const std::uint32_t socket = sockets[first];
    if (++first == sockets.size()) first = 0;
    --size;
    return socket;
}

PortPool::PortPool(std::span<const PoolPort> ports, std::span<const Family> families,
                   PortPolicy policy, Duration rest, Key key)
    : policy_(policy), rest_(rest) {
    for (std::uint32_t socket = 0; socket < ports.size(); ++socket) {
        FamilyPool& pool = families_[static_cast<std::size_t>(ports[socket].family)];
        if (pool.size == 0) pool.base = socket;
        assert(socket == pool.base + pool.size);
        ++pool.size;
        numbers_.push_back(ports[socket].number);
        family_of_socket_.push_back(ports[socket].family);
    }
    Prng prng(key);
    for (const Family family : families) {
        const std::uint32_t size = families_[static_cast<std::size_t>(family)].size;
        assert(size > 0);
        Walk walk{.family = family};
        walk.cursor = static_cast<std::uint32_t>(prng.below(size));
        walks_.push_back(walk);
    }
    if (policy_ != PortPolicy::fresh) return;
    resting_.sockets.resize(ports.size());
    rests_until_.resize(ports.size());
    for (FamilyPool& pool : families_) {
        pool.ready.sockets.resize(pool.size);
        for (std::uint32_t i = 0; i < pool.size; ++i)
            pool.ready.push(pool.base + i);
    }
}

std::uint32_t PortPool::take(std::uint32_t target, Instant now) noexcept {
    FamilyPool& pool = family_of(target);
    Walk& walk = walks_[target];
    ++walk.taken;
    switch (policy_) {
        case PortPolicy::fixed: return pool.base;
        case PortPolicy::fresh: {
            if (pool.ready.size == 0) return no_socket;
            const std::uint32_t socket = pool.ready.pop();
            rests_until_[socket] = now + rest_;
            resting_.push(socket);
            return socket;
        }
        case PortPolicy::rotate: break;
    }
    const std::uint32_t socket = pool.base + walk.cursor;
    if (++walk.cursor == pool.size) walk.cursor = 0;
    return socket;
}

std::uint32_t PortPool::next_to_replace(Instant now) noexcept {
    if (next_replacement() > now) return no_socket;
    return resting_.pop();
}

Instant PortPool::next_replacement() const noexcept {
    if (resting_.size == 0) return never;
    return rests_until_[resting_.sockets[resting_.first]];
}

void PortPool::replaced(std::uint32_t socket, std::uint16_t port) noexcept {
    numbers_[socket] = port;
    if (port == 0) return;  // out of service
    families_[static_cast<std::size_t>(family_of_socket_[socket])].ready.push(socket);
}

}  // namespace sipping::probe
