// Long virtual runs: an hour of everything at once, the same seed twice, and no allocation per
// probe.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "simulation.hpp"

namespace {
std::uint64_t allocations = 0;
bool counting = false;
}  // namespace

void* operator new(std::size_t size) {
    if (counting) ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace sipping::sim {
namespace {

SimOptions everything(std::uint64_t seed) {
    SimOptions options;
    options.seed = seed;
    options.link = {.loss_percent = 2,
                    .duplicate_percent = 3,
                    .delay = 20ms,
                    .jitter = 1200ms,
                    .icmp_percent = 1,
                    .refuse_percent = 0.5};
    options.targets = 20;
    options.interval = 500ms;
    return options;
}

std::string digest(const Recorder& recorder) {
    std::uint64_t hash = 0;
    for (const Row& row : recorder.rows)
        hash = keyed_hash(Key{hash, 1}, row.result.call_id,
                          static_cast<std::uint64_t>(row.result.kind) << 60 |
                              static_cast<std::uint64_t>(row.result.latency.count()));
    return std::to_string(hash) + "/" + std::to_string(recorder.rows.size());
}

TEST(SimLong, an_hour_of_everything_balances) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        SimOptions options = everything(seed);
        options.engine.duration = 1h;
        Simulation sim(options);
        sim.run();
        EXPECT_EQ(sim.engine->counts().due, 144'000u);
        EXPECT_GT(sim.recorder.of(Kind::late), 1000u);
        EXPECT_GT(sim.recorder.of(Kind::duplicate), 1000u);
        EXPECT_EQ(sim.engine->early_forgotten(), 0u);
        EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 0u);
        sim.expect_books_balance();
        for (const Row& row : sim.recorder.rows) {
            if (row.result.kind == Kind::reply) {
                ASSERT_LE(row.result.latency, 1s);
            } else if (row.result.kind == Kind::late) {
                ASSERT_GT(row.result.latency, 1s);
            }
        }
    }
}

TEST(SimLong, the_same_seed_is_the_same_run) {
    const auto run = [](std::uint64_t seed) {
        SimOptions options = everything(seed);
        options.engine.duration = 60s;
        Simulation sim(options);
        sim.run();
        return digest(sim.recorder);
    };
    EXPECT_EQ(run(5), run(5));
    EXPECT_NE(run(5), run(6));
}

TEST(SimLong, no_allocation_per_probe) {
    // The network allocates, the engine must not: count around the engine's calls only.
    SimOptions options = everything(9);
    options.interval = 20ms;
    options.engine.duration = 60s;
    Simulation sim(options);
    sim.recorder.keep = false;
    sim.network.record = false;
    allocations = 0;
    std::uint64_t turns = 0;
    while (!sim.engine->finished(sim.network.reading().now)) {
        counting = true;
        sim.engine->start_due(sim.network.reading(), sim.outbox);
        counting = false;
        sim.network.submit(sim.outbox);
        counting = true;
        sim.engine->on_submitted(sim.outbox, sim.network.reading());
        sim.outbox.clear();
        const Instant deadline = sim.engine->next_deadline(sim.network.reading().now);
        counting = false;
        sim.network.wait_until(deadline, sim.inbox);
        counting = true;
        sim.engine->on_inbox(sim.inbox, sim.network.reading());
        counting = false;
        // A move may allocate; probes that are out at several addresses must not.
        if (++turns % 500 != 0) continue;
        const Endpoint before = sim.targets[0].endpoint;
        sim.targets[0].endpoint.address.bytes[2] ^= 1;
        sim.engine->moved(0, before, sim.network.reading().now);
    }
    EXPECT_EQ(allocations, 0u);
    EXPECT_GT(turns, 10'000u);
    EXPECT_EQ(sim.engine->counts().due, 60'000u);
    EXPECT_GT(sim.recorder.of(Kind::reply), 40'000u);
}

}  // namespace
}  // namespace sipping::sim
