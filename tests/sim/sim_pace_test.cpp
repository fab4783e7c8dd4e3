// When probes leave and from where: cadence, stalls, flood, port policies.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "simulation.hpp"

namespace sipping::sim {
namespace {

TEST(SimPace, the_cadence_does_not_depend_on_answers) {
    for (const double loss : {0.0, 100.0}) {
        SimOptions options;
        options.link = {.loss_percent = loss, .delay = 700ms};
        options.interval = 100ms;
        options.engine.duration = 10s;
        Simulation sim(options);
        sim.run();
        EXPECT_EQ(sim.recorder.sent_count, 100u);
        for (const auto& [call_id, probe] : sim.recorder.sent_probes)
            EXPECT_LE(probe.sent - probe.due, 100us);
    }
}

TEST(SimPace, a_spinning_loop_takes_probes_so_early_that_they_leave_when_due) {
    for (const bool lead : {false, true}) {
        SimOptions options;
        options.link.send_takes = 12us;
        options.interval = 1ms;
        options.engine.lead = lead;
        options.engine.duration = 1s;
        Simulation sim(options);
        sim.run();
        ASSERT_EQ(sim.recorder.sent_count, 1000u);
        std::vector<Duration> off;
        for (const auto& [call_id, probe] : sim.recorder.sent_probes)
            off.push_back(std::chrono::abs(probe.sent - probe.due));
        std::sort(off.begin(), off.end());
        // The first ones show what it takes.
        EXPECT_EQ(off[900] <= 100ns, lead) << off[900].count() << " ns";
        EXPECT_EQ(off[100] >= 12us, !lead) << off[100].count() << " ns";
        sim.expect_books_balance();
    }
}

TEST(SimPace, a_stopped_process_accuses_nobody) {
    // Ten seconds of SIGSTOP: answers that the kernel stamped in time are in time, what was not
    // sent is a gap, and there is no burst afterwards.
    SimOptions options;
    options.link.delay = 200ms;
    options.interval = 100ms;
    options.engine.duration = 30s;
    Simulation sim(options);
    sim.run(10s);
    const auto before = sim.recorder.sent_count;
    sim.network.stall(10s);
    sim.step();
    EXPECT_LE(sim.recorder.sent_count - before, 2u);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 0u);
    EXPECT_EQ(sim.recorder.of(Kind::late), 0u);
    EXPECT_EQ(sim.engine->counts().stalls, 1u);
    EXPECT_NEAR(static_cast<double>(sim.engine->counts().skipped), 98, 2);
    ASSERT_EQ(sim.recorder.gaps.size(), 1u);
    EXPECT_EQ(sim.recorder.gaps[0].reason, GapReason::stall);
    EXPECT_EQ(sim.recorder.gaps[0].count, sim.engine->counts().skipped);
    sim.expect_books_balance();
}

TEST(SimPace, a_loss_during_our_own_stall_is_marked_as_maybe_ours) {
    SimOptions options;
    options.link.loss_percent = 100;
    options.engine.count = 3;
    Simulation sim(options);
    sim.send_due();
    sim.network.stall(5s);
    sim.run();
    ASSERT_GE(sim.recorder.of(Kind::timeout), 1u);
    EXPECT_EQ(sim.recorder.rows[0].result.self & self_stall, self_stall);
}

TEST(SimPace, flood_keeps_the_window_full_and_no_fuller) {
    SimOptions options;
    options.link = {.loss_percent = 5, .delay = 1ms, .jitter = 2ms};
    options.targets = 3;
    options.engine.flood_window = 40;
    options.engine.identities = 4096;
    options.engine.duration = 5s;
    Simulation sim(options);
    std::uint32_t most = 0;
    while (!sim.engine->finished(sim.network.reading().now)) {
        sim.step();
        most = std::max(most, sim.engine->in_flight());
    }
    EXPECT_EQ(most, 40u);
    EXPECT_GT(sim.recorder.of(Kind::reply), 1000u);
    EXPECT_GT(sim.recorder.of(Kind::timeout), 50u);
    sim.expect_books_balance();
}

TEST(SimPace, flood_counts_per_target) {
    SimOptions options;
    options.targets = 4;
    options.engine.flood_window = 10;
    options.engine.count = 25;
    Simulation sim(options);
    sim.run();
    std::map<std::uint32_t, int> count;
    for (const Row& row : sim.recorder.rows)
        ++count[row.result.target];
    for (std::uint32_t target = 0; target < 4; ++target)
        EXPECT_EQ(count[target], 25);
}

TEST(SimPace, rotation_uses_every_port_before_one_again) {
    SimOptions options;
    options.targets = 3;
    options.ports = 60;
    options.interval = 10ms;
    options.engine.count = 180;
    Simulation sim(options);
    sim.run();
    std::map<std::uint32_t, std::vector<std::uint16_t>> used;
    std::map<Instant, const SentProbe*> in_order;
    for (const auto& [call_id, probe] : sim.recorder.sent_probes)
        in_order[probe.sent] = &probe;
    for (const auto& [at, probe] : in_order)
        used[probe->target].push_back(probe->source_port);
    for (const auto& [target, ports] : used) {
        ASSERT_EQ(ports.size(), 180u);
        for (std::size_t lap = 0; lap < 3; ++lap) {
            const auto begin = ports.begin() + static_cast<std::ptrdiff_t>(lap * 60);
            EXPECT_EQ(std::set<std::uint16_t>(begin, begin + 60).size(), 60u);
        }
    }
    EXPECT_NE(used[0], used[1]);  // each in its own order
    EXPECT_EQ(sim.engine->counts().ports_shared, 0u);
}

TEST(SimPace, a_pool_too_small_is_shared_and_said) {
    SimOptions options;
    options.ports = 4;
    options.interval = 10ms;
    options.link.delay = 500ms;
    options.engine.count = 100;
    Simulation sim(options);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 100u);
    EXPECT_GT(sim.engine->counts().ports_shared, 80u);
}

TEST(SimPace, a_fresh_port_is_used_once_and_replaced_after_its_rest) {
    SimOptions options;
    options.ports = 40;
    options.interval = 1s;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.count = 120;
    Simulation sim(options);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 120u);
    std::set<std::uint16_t> ports;
    for (const auto& [call_id, probe] : sim.recorder.sent_probes)
        EXPECT_TRUE(ports.insert(probe.source_port).second) << probe.source_port;
    EXPECT_GE(sim.network.replacements.size(), 80u);
}

TEST(SimPace, without_a_free_fresh_port_a_probe_is_local_never_lost) {
    SimOptions options;
    options.ports = 10;
    options.interval = 100ms;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.count = 50;
    Simulation sim(options);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 10u);
    EXPECT_EQ(sim.recorder.of(Kind::local), 40u);
    for (const Row& row : sim.recorder.rows_of(Kind::local))
        EXPECT_EQ(row.result.local_reason, LocalReason::no_free_port);
    sim.expect_books_balance();
}

TEST(SimPace, after_a_pause_sockets_are_replaced_a_few_a_turn_so_that_probes_leave) {
    SimOptions options;
    options.ports = 400;
    options.interval = 10ms;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.late_window = 1s;
    options.engine.duration = 20s;
    Simulation sim(options);
    sim.run(5s);
    sim.network.stall(3s);  // longer than the rest: that of all ports is over
    const std::size_t before = sim.network.replacements.size();
    std::size_t most = 0, seen = before;
    for (int turn = 0; turn < 30; ++turn) {
        sim.step();
        most = std::max(most, sim.network.replacements.size() - seen);
        seen = sim.network.replacements.size();
    }
    EXPECT_EQ(most, probe::Engine::replacements_at_once);
    EXPECT_GE(seen - before, 150u);  // and none is forgotten
    sim.run();
    EXPECT_EQ(sim.engine->counts().local, 0u);
    sim.expect_books_balance();
}

TEST(SimPace, a_socket_is_not_replaced_while_its_answer_lies_in_it_unread) {
    // The process stands still between reading its inbox and looking at the clock, for longer than
    // a port rests: answers that came meanwhile are in the sockets.
    SimOptions options;
    options.ports = 50;
    options.interval = 100ms;
    options.link.delay = 50ms;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.late_window = 1s;
    options.engine.count = 40;
    Simulation sim(options);
    sim.run(1s);
    sim.send_due();
    while (sim.engine->in_flight() == 0) {
        sim.step();
        sim.send_due();
    }
    sim.network.stall(10s);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 0u);
    EXPECT_EQ(sim.recorder.of(Kind::reply) + sim.engine->counts().skipped, 40u);
    sim.expect_books_balance();
}

TEST(SimPace, a_late_answer_to_a_replaced_port_still_finds_its_probe_s_own_port) {
    SimOptions options;
    options.ports = 2;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.late_window = 1s;
    options.interval = 2s;
    options.link.delay = 100ms;
    options.engine.count = 6;
    Simulation sim(options);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 6u);
    for (const Row& row : sim.recorder.rows)
        EXPECT_EQ(row.result.source_port,
                  sim.recorder.sent_probes.at(row.result.call_id).source_port);
}

TEST(SimPace, a_full_table_refuses_locally_instead_of_forgetting_what_is_out) {
    SimOptions options;
    options.link.loss_percent = 100;
    options.interval = 1ms;
    options.engine.count = 500;
    options.engine.identities = 300;
    Simulation sim(options);
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 300u);
    EXPECT_EQ(sim.recorder.of(Kind::local), 200u);
    EXPECT_EQ(sim.engine->counts().no_identity, 200u);
    sim.expect_books_balance();
}

}  // namespace
}  // namespace sipping::sim
