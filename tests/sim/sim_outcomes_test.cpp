// What became of each probe, against what the simulated network knows it did to it.
#include <gtest/gtest.h>

#include "simulation.hpp"

namespace sipping::sim {
namespace {

TEST(SimOutcomes, every_answer_is_a_reply_with_the_network_s_latency) {
    SimOptions options;
    options.link.delay = 37580us;
    options.engine.count = 100;
    Simulation sim(options);
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::reply), 100u);
    for (const Row& row : sim.recorder.rows) {
        EXPECT_EQ(row.result.latency, 37580us);
        EXPECT_EQ(row.status_line, "SIP/2.0 200 OK");
        EXPECT_EQ(row.result.status, 200);
        EXPECT_EQ(row.result.mangled, 0);
        EXPECT_EQ(row.result.sent_wall.time_since_epoch(),
                  row.result.sent.time_since_epoch() + sim.network.wall_offset);
        EXPECT_EQ(row.result.source_port,
                  sim.recorder.sent_probes.at(row.result.call_id).source_port);
    }
    sim.expect_books_balance();
}

TEST(SimOutcomes, every_loss_is_the_network_s_and_every_loss_of_the_network_is_a_row) {
    SimOptions options;
    options.seed = 7;
    options.link = {.loss_percent = 10, .delay = 20ms, .jitter = 300ms};
    options.interval = 10ms;
    options.targets = 3;
    options.engine.count = 5000;
    Simulation sim(options);
    sim.run();
    std::uint64_t lost = 0;
    for (const auto& [call_id, gone] : sim.network.lost)
        lost += gone ? 1 : 0;
    EXPECT_GT(lost, 1000u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), lost);
    for (const Row& row : sim.recorder.rows)
        EXPECT_EQ(row.result.kind == Kind::timeout, sim.network.lost.at(row.result.call_id));
    sim.expect_books_balance();
}

TEST(SimOutcomes, a_duplicate_is_a_further_row_of_the_same_probe) {
    SimOptions options;
    options.link = {.duplicate_percent = 100, .delay = 5ms, .jitter = 20ms};
    options.engine.count = 200;
    Simulation sim(options);
    sim.run();
    while (sim.network.reading().now < Instant{100s} + 202s) {
        sim.network.wait_until(Instant{100s} + 202s, sim.inbox);
        sim.engine->on_inbox(sim.inbox, sim.network.reading());
    }
    EXPECT_EQ(sim.recorder.of(Kind::reply), 200u);
    EXPECT_EQ(sim.recorder.of(Kind::duplicate), 200u);
    std::map<std::uint64_t, Duration> first;
    for (const Row& row : sim.recorder.rows) {
        if (row.result.kind == Kind::reply) first[row.result.call_id] = row.result.latency;
        if (row.result.kind == Kind::duplicate) {
            EXPECT_LE(first.at(row.result.call_id), row.result.latency);
        }
    }
    sim.expect_books_balance();
}

TEST(SimOutcomes, an_answer_after_the_timeout_is_late_and_a_second_one_a_duplicate) {
    SimOptions options;
    options.link = {.duplicate_percent = 100, .delay = 1500ms};
    options.engine.count = 50;
    Simulation sim(options);
    sim.run();
    sim.network.wait_until(sim.network.reading().now + 10s, sim.inbox);
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 50u);
    EXPECT_EQ(sim.recorder.of(Kind::late), 50u);
    EXPECT_EQ(sim.recorder.of(Kind::duplicate), 50u);
    for (const Row& row : sim.recorder.rows_of(Kind::late))
        EXPECT_EQ(row.result.latency, 1500ms);
    sim.expect_books_balance();
}

TEST(SimOutcomes, an_answer_on_the_deadline_is_in_time) {
    using Case = std::pair<Duration, Kind>;
    for (const auto& [delay, kind] : {Case{1s, Kind::reply}, Case{1s + 1ns, Kind::timeout}}) {
        SimOptions options;
        options.link.delay = delay;
        options.engine.count = 3;
        Simulation sim(options);
        sim.run();
        EXPECT_EQ(sim.recorder.of(kind), 3u) << to_string(kind);
    }
}

TEST(SimOutcomes, an_identity_is_forgotten_after_the_late_window) {
    using Case = std::tuple<Duration, unsigned, unsigned>;
    for (const auto& [delay, late, foreign] : {Case{32s, 1, 0}, Case{34s, 0, 1}}) {
        SimOptions options;
        options.link.delay = delay;
        options.engine.count = 1;
        Simulation sim(options);
        sim.run();
        // Others must be sent or expire in between, as in real life: time alone retires.
        const Instant until = Instant{100s} + 40s;
        while (sim.network.reading().now < until) {
            sim.network.wait_until(std::min(until, sim.network.reading().now + 100ms), sim.inbox);
            sim.engine->on_inbox(sim.inbox, sim.network.reading());
        }
        EXPECT_EQ(sim.recorder.of(Kind::late), late);
        EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), foreign);
    }
}

TEST(SimOutcomes, a_provisional_answer_does_not_end_a_probe) {
    SimOptions options;
    options.engine.count = 10;
    Simulation sim(options);
    sim.network.peer = [](const SeenRequest& request) -> std::vector<std::string> {
        if (request.number % 2 == 0) return {answer_to(request, "100 Trying")};
        return {answer_to(request, "100 Trying"), answer_to(request, "486 Busy Here")};
    };
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::provisional), 5u);
    EXPECT_EQ(sim.recorder.of(Kind::reply), 5u);
    for (const Row& row : sim.recorder.rows) {
        EXPECT_EQ(row.status_line,
                  row.result.kind == Kind::reply ? "SIP/2.0 486 Busy Here" : "SIP/2.0 100 Trying");
        EXPECT_EQ(row.result.latency, 5ms);
    }
    sim.expect_books_balance();
}

TEST(SimOutcomes, an_icmp_error_names_its_probe_and_ends_it_only_at_the_timeout) {
    SimOptions options;
    options.seed = 3;
    options.link = {.delay = 3ms, .icmp_percent = 30};
    options.interval = 20ms;
    options.targets = 4;
    options.engine.count = 500;
    Simulation sim(options);
    sim.run();
    EXPECT_GT(sim.recorder.of(Kind::icmp), 400u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 0u);
    EXPECT_EQ(sim.recorder.icmp_ids.size(), sim.recorder.of(Kind::icmp));
    for (const Row& row : sim.recorder.rows) {
        EXPECT_EQ(row.result.kind == Kind::icmp, sim.network.lost.at(row.result.call_id));
        if (row.result.kind == Kind::icmp) {
            EXPECT_EQ(row.result.icmp->from, row.result.from.address);
        }
    }
    sim.expect_books_balance();
}

TEST(SimOutcomes, a_short_icmp_quote_finds_the_probe_by_port_and_target) {
    SimOptions options;
    options.engine.count = 1;
    options.link.loss_percent = 100;
    Simulation sim(options);
    sim.send_due();
    const auto& [call_id, probe] = *sim.recorder.sent_probes.begin();
    sim.inbox.clear();
    IcmpError error{.type = 3, .code = 1, .from = *parse_address("203.0.113.9")};
    // Another port, another target, then the right one.
    sim.inbox.icmp_errors.push_back(
        {.error = error, .local_port = 1, .to = probe.to, .call_id = 0});
    Endpoint elsewhere = probe.to;
    elsewhere.port = 5061;
    sim.inbox.icmp_errors.push_back(
        {.error = error, .local_port = probe.source_port, .to = elsewhere, .call_id = 0});
    sim.inbox.icmp_errors.push_back(
        {.error = error, .local_port = probe.source_port, .to = probe.to, .call_id = 0});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.engine->counts().icmp_unmatched, 2u);
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::icmp), 1u);
    EXPECT_EQ(sim.recorder.rows[0].result.icmp->from, error.from);
    EXPECT_EQ(sim.recorder.rows[0].result.call_id, call_id);
}

TEST(SimOutcomes, an_answer_wins_over_an_icmp_error) {
    SimOptions options;
    options.engine.count = 1;
    options.link.delay = 500ms;
    Simulation sim(options);
    sim.send_due();
    const auto& [call_id, probe] = *sim.recorder.sent_probes.begin();
    sim.inbox.clear();
    sim.inbox.icmp_errors.push_back({.error = {.type = 3, .code = 3},
                                     .local_port = probe.source_port,
                                     .to = probe.to,
                                     .call_id = call_id});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 1u);
    EXPECT_EQ(sim.recorder.of(Kind::icmp), 0u);
}

TEST(SimOutcomes, a_refused_send_is_no_loss) {
    SimOptions options;
    options.link.refuse_percent = 25;
    options.interval = 10ms;
    options.engine.count = 1000;
    Simulation sim(options);
    sim.run();
    EXPECT_GT(sim.recorder.of(Kind::send_error), 150u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 0u);
    for (const Row& row : sim.recorder.rows_of(Kind::send_error))
        EXPECT_EQ(row.result.error, EPERM);
    std::size_t counting = 0;
    for (const Settled& settled : sim.recorder.settled_probes)
        counting += settled.counts ? 1 : 0;
    EXPECT_EQ(counting, sim.recorder.of(Kind::reply));
    sim.expect_books_balance();
}

TEST(SimOutcomes, settles_each_target_in_sending_order) {
    SimOptions options;
    options.seed = 11;
    options.link = {.loss_percent = 20, .delay = 5ms, .jitter = 900ms};
    options.interval = 10ms;
    options.targets = 5;
    options.engine.count = 400;
    Simulation sim(options);
    sim.run();
    ASSERT_EQ(sim.recorder.settled_probes.size(), 2000u);
    std::map<std::uint32_t, Instant> last;
    for (const Settled& settled : sim.recorder.settled_probes) {
        EXPECT_GT(settled.sent, last[settled.target]);
        last[settled.target] = settled.sent;
        EXPECT_EQ(settled.lost, sim.network.lost.at(settled.call_id));
    }
}

TEST(SimOutcomes, leaving_at_once_makes_open_probes_pending_not_lost) {
    SimOptions options;
    options.link.delay = 900ms;
    options.interval = 100ms;
    Simulation sim(options);
    sim.run(2s);
    const auto out = sim.engine->in_flight();
    EXPECT_GE(out, 8u);
    sim.engine->abandon();
    EXPECT_EQ(sim.recorder.of(Kind::pending), out);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 0u);
    EXPECT_TRUE(sim.engine->finished(sim.network.reading().now));
    sim.expect_books_balance();
}

TEST(SimOutcomes, abandoned_probes_keep_their_icmp_error) {
    SimOptions options;
    options.engine.count = 1;
    Simulation sim(options);
    sim.network.peer = [](const SeenRequest&) -> std::vector<std::string> { return {}; };
    sim.send_due();
    const SentProbe probe = sim.recorder.sent_probes.begin()->second;
    sim.inbox.clear();
    sim.inbox.icmp_errors.push_back({.error = {.type = 3, .code = 3},
                                     .local_port = probe.source_port,
                                     .to = probe.to,
                                     .call_id = probe.call_id});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    sim.engine->abandon();
    ASSERT_EQ(sim.recorder.rows.size(), 1U);
    EXPECT_EQ(sim.recorder.rows[0].result.kind, Kind::pending);
    ASSERT_TRUE(sim.recorder.rows[0].result.icmp);
    EXPECT_EQ(sim.recorder.rows[0].result.icmp->code, 3);
}

TEST(SimOutcomes, stopping_waits_for_the_answers_still_due) {
    SimOptions options;
    options.link.delay = 900ms;
    options.interval = 100ms;
    Simulation sim(options);
    sim.run(2s);
    const auto sent = sim.engine->counts().sent;
    sim.engine->stop();
    sim.run(10s);
    EXPECT_EQ(sim.recorder.of(Kind::reply), sent);
    EXPECT_LE(sim.network.reading().now, Instant{100s} + 3s);
    sim.expect_books_balance();
}

TEST(SimOutcomes, retry_after_is_kept) {
    SimOptions options;
    options.engine.count = 1;
    Simulation sim(options);
    sim.network.peer = [](const SeenRequest& request) -> std::vector<std::string> {
        std::string text = answer_to(request, "503 Service Unavailable");
        text.insert(text.find("Content-Length"), "Retry-After: 30\r\n");
        return {text};
    };
    sim.run();
    EXPECT_EQ(sim.recorder.rows.at(0).result.retry_after_s, 30);
}

}  // namespace
}  // namespace sipping::sim
