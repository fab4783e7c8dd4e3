// Targets that get their address during the run: names that did not resolve at its start.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "simulation.hpp"

namespace sipping::sim {
namespace {

/// When probes were due, by target.
std::map<std::uint32_t, std::set<Instant>> due_times(const Simulation& sim) {
    std::map<std::uint32_t, std::set<Instant>> times;
    for (const auto& [call_id, probe] : sim.recorder.sent_probes)
        times[probe.target].insert(probe.due);
    return times;
}

TEST(SimJoin, a_target_that_gets_its_address_later_moves_no_other_probe) {
    SimOptions options;
    options.targets = 5;
    options.link.loss_percent = 10;
    options.engine.duration = 60s;
    Simulation whole(options);
    whole.run();
    const auto expected = due_times(whole);

    options.unknown = {1, 3};
    Simulation sim(options);
    sim.run(7300ms);
    EXPECT_EQ(due_times(sim).size(), 3U);
    const Instant first = sim.network.reading().now;
    sim.join(3);
    sim.run(20s);
    sim.join(1);
    const Instant second = sim.network.reading().now;
    sim.run();
    for (const auto& [target, times] : due_times(sim)) {
        if (target != 1 && target != 3) {
            EXPECT_EQ(times, expected.at(target)) << target;
            continue;
        }
        // From then on it is asked when it had been asked if it had been there from the start.
        const Instant joined = target == 3 ? first : second;
        const std::set<Instant> rest(expected.at(target).lower_bound(joined),
                                     expected.at(target).end());
        EXPECT_EQ(times, rest) << target;
    }
    EXPECT_EQ(sim.engine->counts().skipped, 0U);
    EXPECT_EQ(sim.engine->counts().stalls, 0U);
    sim.expect_books_balance();
}

TEST(SimJoin, with_a_count_each_gets_its_probes_from_when_it_joins) {
    SimOptions options;
    options.targets = 3;
    options.engine.count = 5;
    options.unknown = {0};
    Simulation sim(options);
    sim.run(3s);
    sim.join(0);
    sim.run();
    for (const auto& [target, times] : due_times(sim))
        EXPECT_EQ(times.size(), 5U) << target;
    EXPECT_EQ(sim.recorder.of(Kind::reply), 15U);
    sim.expect_books_balance();
}

TEST(SimJoin, as_long_as_nobody_has_an_address_nothing_is_due) {
    for (const std::uint32_t window : {0U, 8U}) {
        SimOptions options;
        options.targets = 2;
        options.unknown = {0, 1};
        options.engine.flood_window = window;
        options.engine.duration = 10s;
        options.engine.identities = 4096;
        Simulation sim(options);
        sim.send_due();
        const Instant now = sim.network.reading().now;
        const Instant end = window == 0 ? never : now + 10s;  // a flood wakes up to be over
        EXPECT_EQ(sim.engine->next_deadline(now), end);
        sim.join(1);
        sim.run();
        EXPECT_GT(sim.recorder.of(Kind::reply), 9U);
        EXPECT_EQ(due_times(sim).size(), 1U);
        EXPECT_TRUE(due_times(sim).contains(1));
        sim.expect_books_balance();
    }
}

TEST(SimJoin, a_flood_goes_round_those_that_have_an_address) {
    SimOptions options;
    options.targets = 4;
    options.unknown = {0, 2};
    options.engine.flood_window = 10;
    options.engine.count = 100;
    Simulation sim(options);
    sim.run(20ms);
    const auto before = due_times(sim).at(1).size();
    ASSERT_LT(before, 100U);
    sim.join(2);
    sim.run();
    std::map<std::uint32_t, std::uint64_t> count;
    for (const Row& row : sim.recorder.rows)
        ++count[row.result.target];
    EXPECT_EQ(count[1], 100U);
    EXPECT_EQ(count[3], 100U);
    EXPECT_EQ(count.count(0), 0U);
    EXPECT_GT(count[2], 0U);
    EXPECT_LE(count[2], 100 - before / 10);
    sim.expect_books_balance();
}

TEST(SimJoin, what_comes_from_a_target_is_its_own_once_it_has_its_address) {
    SimOptions options;
    options.engine.count = 3;
    options.targets = 2;
    options.unknown = {1};
    Simulation sim(options);
    const Endpoint later{sim.targets[1].endpoint};
    sim.network.deliver(sim.network.reading().now, 1, later, "x");  // of nobody's
    sim.step();
    sim.join(1);
    sim.network.deliver(sim.network.reading().now, 1, sim.targets[1].endpoint, "x");
    sim.run();
    ASSERT_EQ(sim.recorder.strays.size(), 2U);
    EXPECT_EQ(sim.recorder.strays[0].stray.target, every_target);
    EXPECT_EQ(sim.recorder.strays[1].stray.target, 1U);
}

TEST(SimJoin, fixed_and_fresh_ports_serve_who_joins_too) {
    for (const probe::PortPolicy policy : {probe::PortPolicy::fixed, probe::PortPolicy::fresh}) {
        SimOptions options;
        options.targets = 2;
        options.unknown = {1};
        options.timeout = 100ms;
        options.engine.late_window = 100ms;
        options.engine.port_policy = policy;
        options.engine.count = 50;
        Simulation sim(options);
        sim.run(2s);
        sim.join(1);
        sim.run();
        EXPECT_EQ(sim.recorder.of(Kind::reply), 100U);
        sim.expect_books_balance();
    }
}

}  // namespace
}  // namespace sipping::sim
