// Events in awkward orders and in awkward numbers: each of these once gave a wrong row, a starved
// schedule or a loop without an end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "simulation.hpp"

namespace sipping::sim {
namespace {

std::string request(std::string_view method) {
    return std::string(method) +
           " sip:sipping@198.51.100.1 SIP/2.0\r\n"
           "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKpeer;rport\r\n"
           "From: <sip:peer@192.0.2.1>;tag=1\r\nTo: <sip:sipping@198.51.100.1>\r\n"
           "Call-ID: from-the-peer\r\nCSeq: 7 " +
           std::string(method) +
           "\r\nMax-Forwards: 70\r\nUser-Agent: a peer with a long name to be answered\r\n"
           "Content-Length: 0\r\n\r\n";
}

/// An answer to `probe` as its peer would give it, with fields that need not agree.
std::string answer_by_call_id(const SentProbe& probe) {
    SeenRequest seen;
    seen.via = "SIP/2.0/UDP 198.51.100.1:1;branch=z9hG4bK1";
    seen.from = "<sip:x@y>;tag=0";
    seen.call_id = std::to_string(probe.call_id);
    seen.cseq = "1 OPTIONS";
    return answer_to(seen, "200 OK");
}

std::uint32_t socket_of(const Simulation& sim, const SentProbe& probe) {
    const auto& ports = sim.network.ports;
    return static_cast<std::uint32_t>(std::find(ports.begin(), ports.end(), probe.source_port) -
                                      ports.begin());
}

TEST(SimEvents, an_icmp_error_read_together_with_a_late_answer_still_names_its_probe) {
    SimOptions options;
    options.engine.count = 1;
    options.link.loss_percent = 100;
    Simulation sim(options);
    sim.send_due();
    const SentProbe probe = sim.recorder.sent_probes.begin()->second;
    const std::string answer = answer_by_call_id(probe);
    // The process stood still: both are read at once, long after the deadline.
    sim.network.stall(5s);
    sim.inbox.clear();
    sim.inbox.read_until = sim.network.reading().now;
    sim.inbox.arrivals.push_back({.at = probe.sent + 3s,
                                  .kernel_stamped = true,
                                  .socket = socket_of(sim, probe),
                                  .from = probe.to,
                                  .bytes = answer});
    sim.inbox.icmp_errors.push_back({.at = probe.sent + 1ms,
                                     .error = {.type = 3, .code = 1, .from = probe.to.address},
                                     .local_port = probe.source_port,
                                     .to = probe.to,
                                     .call_id = probe.call_id});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.recorder.of(Kind::icmp), 1u);
    EXPECT_EQ(sim.recorder.of(Kind::late), 1u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 0u);
    EXPECT_EQ(sim.engine->counts().icmp_unmatched, 0u);
}

TEST(SimEvents, an_answer_read_with_its_send_s_refusal_changes_nothing) {
    SimOptions options;
    options.engine.count = 1;
    options.link.refuse_percent = 100;
    Simulation sim(options);
    sim.send_due();
    const SentProbe probe = sim.recorder.sent_probes.begin()->second;
    sim.network.wait_until(sim.network.reading().now, sim.inbox);
    ASSERT_EQ(sim.inbox.send_failures.size(), 1u);
    const std::string answer = answer_by_call_id(probe);
    sim.inbox.arrivals.push_back({.at = probe.sent + 1ms,
                                  .socket = socket_of(sim, probe),
                                  .from = probe.to,
                                  .bytes = answer});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.recorder.of(Kind::send_error), 1u);
    EXPECT_EQ(sim.recorder.rows.size(), 1u);
    EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 1u);
    sim.expect_books_balance();
}

TEST(SimEvents, no_buffer_in_the_kernel_is_said_to_be_ours) {
    SimOptions options;
    options.engine.count = 1;
    options.link.refuse_percent = 100;
    Simulation sim(options);
    sim.send_due();
    sim.network.wait_until(sim.network.reading().now, sim.inbox);
    ASSERT_EQ(sim.inbox.send_failures.size(), 1u);
    sim.inbox.send_failures[0].error = ENOBUFS;
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.recorder.rows.at(0).result.self & self_enobufs, self_enobufs);
}

TEST(SimEvents, a_provisional_answer_to_another_of_our_ports_says_so) {
    SimOptions options;
    options.engine.count = 1;
    Simulation sim(options);
    std::uint16_t other = 0;
    sim.network.peer = [&](const SeenRequest& seen) -> std::vector<std::string> {
        const std::uint32_t socket = (seen.socket + 5) % 64;
        other = sim.network.ports[socket];
        sim.network.deliver(seen.sent + 1ms, socket, seen.to_endpoint,
                            answer_to(seen, "100 Trying"));
        return {};
    };
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::provisional), 1u);
    EXPECT_EQ(sim.recorder.rows[0].result.arrival_port, other);
}

TEST(SimEvents, three_agreeing_fields_outweigh_a_strange_call_id_on_one_port) {
    // All probes share one port, and an answer carries the Call-ID of the probe before it.
    SimOptions options;
    options.interval = 100ms;
    options.engine.count = 2;
    options.engine.port_policy = probe::PortPolicy::fixed;
    Simulation sim(options);
    std::string first;
    sim.network.peer = [&](const SeenRequest& seen) -> std::vector<std::string> {
        if (first.empty()) {
            first = seen.call_id;
            return {};
        }
        SeenRequest wrong = seen;
        wrong.call_id = first;
        return {answer_to(wrong, "200 OK")};
    };
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::reply), 1u);
    const Row reply = sim.recorder.rows_of(Kind::reply)[0];
    EXPECT_NE(std::to_string(reply.result.call_id), first);
    EXPECT_EQ(reply.result.mangled, mangled_call_id);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 1u);
}

TEST(SimEvents, a_storm_of_requests_does_not_keep_probes_from_leaving) {
    SimOptions options;
    options.interval = 10ms;
    options.engine.count = 20;
    Simulation sim(options);
    const std::string text = request("OPTIONS");
    std::uint64_t storms = 0;
    while (!sim.engine->finished(sim.network.reading().now) && ++storms < 1'000'000) {
        sim.send_due();
        const Instant now = sim.network.reading().now;
        // Never a turn without a full load of requests, whatever the engine wanted to wait for.
        sim.network.wait_until(std::min(sim.engine->next_deadline(now), now + 100us), sim.inbox);
        for (int i = 0; i < 20; ++i)
            sim.inbox.arrivals.push_back({.at = sim.network.reading().now,
                                          .socket = 3,
                                          .from = {*parse_address("192.0.2.1"), 5060},
                                          .bytes = text});
        sim.engine->on_inbox(sim.inbox, sim.network.reading());
    }
    EXPECT_LT(storms, 1'000'000u) << "the run never ends";
    EXPECT_EQ(sim.recorder.of(Kind::reply), 20u);
    EXPECT_EQ(sim.engine->counts().skipped, 0u);
    sim.expect_books_balance();
}

TEST(SimEvents, a_flood_out_of_fresh_ports_waits_for_the_next_one) {
    SimOptions options;
    options.ports = 10;
    options.engine.flood_window = 20;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.late_window = 1s;
    options.engine.duration = 7s;
    Simulation sim(options);
    std::uint64_t turns = 0;
    while (!sim.engine->finished(sim.network.reading().now) && ++turns < 10'000)
        sim.step();
    // Ports rest for two seconds: ten at 0, 2, 4 and 6 s.
    EXPECT_LT(turns, 10'000u);
    EXPECT_EQ(sim.recorder.of(Kind::reply), 40u);
    EXPECT_LE(sim.recorder.of(Kind::local), 50u);
    EXPECT_GE(sim.recorder.of(Kind::local), 1u);
    sim.expect_books_balance();
}

TEST(SimEvents, a_flood_with_a_full_table_waits_for_room) {
    // A lost probe is the oldest in the table and keeps its place until it times out.
    SimOptions options;
    options.engine.flood_window = 20;
    options.engine.identities = 30;
    options.engine.duration = 5s;
    Simulation sim(options);
    sim.network.peer = [](const SeenRequest& seen) -> std::vector<std::string> {
        if (seen.number == 0) return {};
        return {answer_to(seen, "200 OK")};
    };
    std::uint64_t turns = 0;
    while (!sim.engine->finished(sim.network.reading().now) && ++turns < 100'000)
        sim.step();
    EXPECT_LT(turns, 100'000u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 1u);
    EXPECT_GT(sim.recorder.of(Kind::reply), 1000u);
    EXPECT_LE(sim.recorder.of(Kind::local), 10u);
    sim.expect_books_balance();
}

TEST(SimEvents, a_port_with_a_probe_that_still_waits_is_passed_over_while_others_are_free) {
    // The first probe is lost and waits for a second; four ports go round in 40 ms.
    SimOptions options;
    options.ports = 4;
    options.interval = 10ms;
    options.engine.count = 90;
    Simulation sim(options);
    std::uint16_t busy = 0;
    sim.network.peer = [&](const SeenRequest& seen) -> std::vector<std::string> {
        if (seen.number == 0) busy = seen.port;
        if (seen.number == 0) return {};
        EXPECT_NE(seen.port, busy) << seen.number;
        return {answer_to(seen, "200 OK")};
    };
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 89u);
    EXPECT_EQ(sim.engine->counts().ports_shared, 0u);
}

TEST(SimEvents, drops_that_no_datagram_tells_of_mark_the_probes_that_expire_with_them) {
    SimOptions options;
    options.interval = 10ms;
    options.link.loss_percent = 100;
    options.engine.count = 10;
    options.engine.port_policy = probe::PortPolicy::fixed;
    Simulation sim(options);
    while (sim.engine->counts().sent < 5)
        sim.step();
    sim.network.stall(5s);
    sim.inbox.clear();
    sim.inbox.read_until = sim.network.reading().now;
    sim.inbox.queue_dropped.push_back(0);
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    ASSERT_EQ(sim.recorder.of(Kind::timeout), 5u);
    for (const auto& row : sim.recorder.rows)
        EXPECT_NE(row.result.self & self_rx_drop, 0);
}

TEST(SimEvents, a_full_receive_queue_marks_every_probe_that_waits_on_it) {
    SimOptions options;
    options.interval = 10ms;
    options.link.loss_percent = 100;
    options.engine.count = 20;
    options.engine.port_policy = probe::PortPolicy::fixed;
    Simulation sim(options);
    for (const unsigned marked : {5u, 12u}) {  // the second drop meets marked ones
        while (sim.engine->counts().sent < marked)
            sim.step();
        sim.inbox.clear();
        sim.inbox.arrivals.push_back({.at = sim.network.reading().now,
                                      .queue_drops = 1,
                                      .from = sim.targets[0].endpoint,
                                      .bytes = "\r\n"});
        sim.engine->on_inbox(sim.inbox, sim.network.reading());
    }
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::timeout), 20u);
    for (std::size_t i = 0; i < 20; ++i)
        EXPECT_EQ(sim.recorder.rows[i].result.self, i < 12 ? self_rx_drop : 0) << i;
}

TEST(SimEvents, a_short_icmp_quote_finds_a_probe_on_a_replaced_port) {
    SimOptions options;
    options.ports = 2;
    options.engine.port_policy = probe::PortPolicy::fresh;
    options.engine.late_window = 1s;
    options.engine.count = 6;
    options.link.loss_percent = 100;
    options.interval = 2s;
    Simulation sim(options);
    while (sim.recorder.sent_count < 6)
        sim.step();
    SentProbe last;
    for (const auto& [call_id, probe] : sim.recorder.sent_probes)
        if (probe.sent > last.sent) last = probe;
    ASSERT_GE(last.source_port, 50000);  // those opened later
    sim.inbox.clear();
    sim.inbox.icmp_errors.push_back({.error = {.type = 3, .code = 1},
                                     .local_port = last.source_port,
                                     .to = last.to,
                                     .call_id = 0});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.recorder.icmp_ids, std::vector<std::uint64_t>{last.call_id});
}

TEST(SimEvents, leaving_at_once_during_a_flood_balances) {
    SimOptions options;
    options.link = {.loss_percent = 10, .delay = 5ms, .icmp_percent = 5, .refuse_percent = 5};
    options.engine.flood_window = 30;
    options.engine.identities = 2000;
    options.targets = 3;
    Simulation sim(options);
    sim.run(2500ms);
    sim.send_due();
    sim.engine->abandon();
    EXPECT_TRUE(sim.engine->finished(sim.network.reading().now));
    EXPECT_GT(sim.recorder.of(Kind::pending), 0u);
    sim.expect_books_balance();
    EXPECT_EQ(sim.recorder.settled_probes.size(),
              sim.recorder.rows.size() - sim.recorder.of(Kind::late) -
                  sim.recorder.of(Kind::duplicate) - sim.recorder.of(Kind::local));
}

TEST(SimEvents, an_icmp_error_after_the_timeout_is_shown_and_changes_no_row) {
    // A host that answers no ARP: the error comes after three seconds.
    SimOptions options;
    options.engine.count = 1;
    options.link = {.delay = 3s, .icmp_percent = 100};
    Simulation sim(options);
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::timeout), 1u);
    sim.network.wait_until(sim.network.reading().now + 5s, sim.inbox);
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.recorder.icmp_ids.size(), 1u);
    EXPECT_EQ(sim.engine->counts().icmp_unmatched, 0u);
    EXPECT_EQ(sim.recorder.rows.size(), 1u);
}

}  // namespace
}  // namespace sipping::sim
