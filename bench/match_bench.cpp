// What it costs to find a probe by its Call-ID, how long the worst single step takes, and whether
// it allocates: the reason why the Call-ID's permutation is turned back and there is no map.
// boost::unordered_flat_map (Boost 1.81, compared where it is installed) misses the cache with many
// identities, and rehashes under churn: it allocates, and stops the loop for milliseconds.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

#include "sipping/match/probe_table.hpp"
#include "sipping/wire/identity.hpp"

#if __has_include(<boost/unordered/unordered_flat_map.hpp>)
#include <boost/unordered/unordered_flat_map.hpp>
#define HAVE_BOOST_FLAT_MAP 1
#endif

namespace {
std::uint64_t allocations = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

using namespace sipping;

/// Nothing to insert or to erase: the number says the place.
class Permutation {
public:
    explicit Permutation(std::uint32_t kept) : kept_(kept) {}
    void insert(std::uint64_t, std::uint32_t) {}
    std::uint32_t find(std::uint64_t id) const {
        return static_cast<std::uint32_t>(source_.number_of(id) % kept_);
    }
    void erase(std::uint64_t) {}

private:
    wire::IdentitySource source_{Key{1, 2}};
    std::uint32_t kept_;
};

#ifdef HAVE_BOOST_FLAT_MAP
class Boost {
public:
    explicit Boost(std::uint32_t kept) { map_.reserve(kept); }
    void insert(std::uint64_t id, std::uint32_t slot) { map_.emplace(id, slot); }
    std::uint32_t find(std::uint64_t id) const { return map_.find(id)->second; }
    void erase(std::uint64_t id) { map_.erase(id); }

private:
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> map_;
};
#endif

/// A probe's life in steady state: the oldest of `kept` goes, a new one comes, one is found.
template <typename Table>
void churn(benchmark::State& state) {
    const auto kept = static_cast<std::uint32_t>(state.range(0));
    Table table(kept);
    wire::IdentitySource source(Key{1, 2});
    std::vector<std::uint64_t> ring(kept);
    for (std::uint32_t i = 0; i < kept; ++i) {
        ring[i] = source.next().call_id;
        table.insert(ring[i], i);
    }
    std::uint32_t at = 0;
    std::chrono::nanoseconds worst{};
    allocations = 0;
    for (auto _ : state) {
        const std::uint64_t id = source.next().call_id;
        const auto begin = std::chrono::steady_clock::now();
        table.erase(ring[at]);
        table.insert(id, at);
        benchmark::DoNotOptimize(table.find(id));
        worst = std::max(worst, std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin));
        ring[at] = id;
        at = at + 1 == kept ? 0 : at + 1;
    }
    state.counters["allocations"] = static_cast<double>(allocations);
    state.counters["worst_us"] = static_cast<double>(worst.count()) / 1000.0;
}
BENCHMARK(churn<Permutation>)->Arg(100'000)->Arg(1'000'000);
#ifdef HAVE_BOOST_FLAT_MAP
BENCHMARK(churn<Boost>)->Arg(100'000)->Arg(1'000'000);
#endif

/// The whole table: insert, send, answer, settle, retire; 256 in flight.
void probe_life(benchmark::State& state) {
    const std::vector<Duration> timeouts{1s};
    match::ProbeTable table({.capacity = 1'000'000, .sockets = 1024}, timeouts);
    wire::IdentitySource source(Key{1, 2});
    Instant now{1000s};
    std::vector<std::uint32_t> out(256);
    for (std::uint32_t i = 0; i < out.size(); ++i) {
        out[i] = table.insert(source.next().call_id, 0, i, 40000, now);
        table.mark_sent(out[i], now, {});
    }
    std::uint32_t at = 0;
    for (auto _ : state) {
        now += 10us;
        const std::uint64_t id = table.at(out[at]).call_id;
        const std::uint32_t slot = table.find(source.number_of(id));
        table.finish(slot, match::State::answered);
        benchmark::DoNotOptimize(table.next_settled(0));
        benchmark::DoNotOptimize(table.next_expired(now - 1s));
        table.retire(now);
        out[at] = table.insert(source.next().call_id, 0, at, 40000, now);
        table.mark_sent(out[at], now, {});
        at = (at + 1) % 256;
    }
}
BENCHMARK(probe_life);

}  // namespace

BENCHMARK_MAIN();
