#include "sipping/probe/port_pool.hpp"

#include <algorithm>
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

PortPool::PortPool(std::span<const PoolPort> ports, std::span<const PortUse> uses, Duration rest,
                   Key key, std::uint32_t fresh_only)
    : rest_(rest) {
    for (std::uint32_t socket = 0; socket < ports.size(); ++socket) {
        FamilyPool& pool = families_[static_cast<std::size_t>(ports[socket].family)];
        if (pool.size == 0) pool.base = socket;
        assert(socket == pool.base + pool.size);
        ++pool.size;
        numbers_.push_back(ports[socket].number);
        family_of_socket_.push_back(ports[socket].family);
    }
    Prng prng(key);
    bool fresh = false;
    bool rotate = false;
    bool fixed[2]{};
    for (const PortUse& use : uses) {
        fresh = fresh || use.policy == PortPolicy::fresh;
        rotate = rotate || use.policy == PortPolicy::rotate;
        for (const Family family : {Family::v4, Family::v6})
            if (use.policy == PortPolicy::fixed && use.family.value_or(family) == family)
                fixed[static_cast<std::size_t>(family)] = true;
    }
    if (!rotate) fresh_only = 0;
    for (std::size_t family = 0; family < 2; ++family) {
        FamilyPool& pool = families_[family];
        const std::uint32_t first = fresh_only > 0 && fixed[family] ? 1 : 0;
        pool.rotate_base = pool.base + first;
        pool.rotate_size = pool.size > first + fresh_only ? pool.size - first - fresh_only : 0;
    }
    for (const PortUse& use : uses) {
        Walk walk{.policy = use.policy};
        walk.cursor = static_cast<std::uint32_t>(prng.next());
        walks_.push_back(walk);
        if (use.family) give_family(static_cast<std::uint32_t>(walks_.size() - 1), *use.family);
    }
    if (!fresh) return;
    resting_.sockets.resize(ports.size());
    unopened_.sockets.resize(ports.size());
    rests_until_.resize(ports.size());
    for (std::size_t family = 0; family < 2; ++family) {
        FamilyPool& pool = families_[family];
        pool.ready.sockets.resize(pool.size);
        const std::uint32_t first =
            fresh_only > 0 ? pool.size - std::min(pool.size, fresh_only) : (fixed[family] ? 1 : 0);
        for (std::uint32_t i = first; i < pool.size; ++i)
            pool.ready.push(pool.base + i);
    }
}

void PortPool::give_family(std::uint32_t target, Family family) noexcept {
    Walk& walk = walks_[target];
    walk.family = family;
    assert(size_for(target) > 0);
    walk.cursor %= size_for(target);
}

std::uint32_t PortPool::take(std::uint32_t target, Instant now) noexcept {
    FamilyPool& pool = family_of(target);
    Walk& walk = walks_[target];
    ++walk.taken;
    switch (walk.policy) {
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
    const std::uint32_t socket = pool.rotate_base + walk.cursor;
    if (++walk.cursor == pool.rotate_size) walk.cursor = 0;
    return socket;
}

std::uint32_t PortPool::next_to_replace(Instant now) noexcept {
    if (end_of_rest(resting_) <= now) return resting_.pop();
    if (end_of_rest(unopened_) <= now) return unopened_.pop();
    return no_socket;
}

Instant PortPool::next_replacement() const noexcept {
    return std::min(end_of_rest(resting_), end_of_rest(unopened_));
}

void PortPool::replaced(std::uint32_t socket, std::uint16_t port, Instant now) noexcept {
    numbers_[socket] = port;
    if (port == 0) {
        rests_until_[socket] = now + retry_after;
        unopened_.push(socket);
        return;
    }
    families_[static_cast<std::size_t>(family_of_socket_[socket])].ready.push(socket);
}

}  // namespace sipping::probe
