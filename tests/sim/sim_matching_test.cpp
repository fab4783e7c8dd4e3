// Whose answer is it: the three-of-four rule, answers from elsewhere, and what belongs to nobody.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>

#include "simulation.hpp"

namespace sipping::sim {
namespace {

SimOptions one_probe() {
    SimOptions options;
    options.engine.count = 1;
    return options;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    const std::size_t at = text.find(what);
    if (at != std::string::npos) text.replace(at, what.size(), with);
}

/// Spoils the fields named by the bits of `fields` (Mangled) in an answer.
std::string spoiled(SeenRequest request, unsigned fields) {
    if (fields & mangled_call_id) request.call_id = "1" + request.call_id;
    if (fields & mangled_via) replace_all(request.via, "branch=z9hG4bK", "branch=z9hG4bKx");
    if (fields & mangled_from_tag) replace_all(request.from, ";tag=", ";tag=x");
    if (fields & mangled_cseq) request.cseq = "1 OPTIONS";
    return answer_to(request, "200 OK");
}

TEST(SimMatching, three_of_four_fields_or_the_call_id_or_branch_on_the_right_path) {
    for (unsigned fields = 0; fields < 16; ++fields) {
        for (const bool elsewhere : {false, true}) {
            Simulation sim(one_probe());
            sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
                Endpoint from = request.to_endpoint;
                if (elsewhere) from.port = 6060;
                sim.network.deliver(request.sent + 1ms, request.socket, from,
                                    spoiled(request, fields));
                return {};
            };
            sim.run();
            const int agreeing = 4 - std::popcount(fields);
            const bool proof = (fields & mangled_call_id) == 0 || (fields & mangled_via) == 0;
            const bool ours = agreeing >= 3 || (proof && !elsewhere);
            SCOPED_TRACE(testing::Message() << "spoiled " << fields << " elsewhere " << elsewhere);
            EXPECT_EQ(sim.recorder.of(Kind::reply), ours ? 1u : 0u);
            EXPECT_EQ(sim.recorder.of(Kind::timeout), ours ? 0u : 1u);
            EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), ours ? 0u : 1u);
            if (!ours) continue;
            EXPECT_EQ(sim.recorder.rows[0].result.mangled, fields);
            EXPECT_EQ(sim.recorder.rows[0].result.from_elsewhere, elsewhere);
        }
    }
}

TEST(SimMatching, probes_that_are_out_belong_to_the_address_they_were_sent_to) {
    // Answers of which only the Call-ID is right must come from the very address asked.
    SimOptions options;
    options.interval = 100ms;
    options.link.delay = 450ms;
    options.engine.duration = 60s;
    Simulation sim(options);
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        return {spoiled(request, mangled_via | mangled_from_tag)};
    };
    const Endpoint old_place = sim.targets[0].endpoint;
    Endpoint place = old_place;
    std::uint64_t moves = 0;
    while (!sim.engine->finished(sim.network.reading().now)) {
        sim.step();
        // Every 200 ms: several generations are out at once, and more than 256 in all.
        if (sim.network.requests / 2 == moves) continue;
        ++moves;
        const Endpoint before = place;
        place.address.bytes[3] = static_cast<std::uint8_t>(1 + moves % 50);
        sim.targets[0].endpoint = place;
        sim.engine->moved(0, before, sim.network.reading().now);
    }
    EXPECT_EQ(moves, 300U);
    EXPECT_EQ(sim.recorder.of(Kind::reply), 600U);
    EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 0U);
    for (const Row& row : sim.recorder.rows) {
        ASSERT_FALSE(row.result.from_elsewhere);
        ASSERT_EQ(row.result.from, sim.recorder.sent_probes[row.result.call_id].to);
    }
    sim.expect_books_balance();
}

TEST(SimMatching, whatever_becomes_of_a_probe_is_told_of_the_address_it_was_sent_to) {
    // Loss, duplicates, late answers, ICMP errors and refused sends, while names move all the time.
    SimOptions options;
    options.targets = 5;
    options.interval = 100ms;
    options.link = {.loss_percent = 5,
                    .duplicate_percent = 5,
                    .delay = 20ms,
                    .jitter = 1500ms,
                    .icmp_percent = 5,
                    .refuse_percent = 2};
    options.engine.duration = 120s;
    Simulation sim(options);
    const Instant start = sim.network.reading().now;
    std::uint32_t moves = 0;
    while (!sim.engine->finished(sim.network.reading().now)) {
        sim.step();
        const Instant now = sim.network.reading().now;
        if (now < start + moves * 400ms) continue;  // each of the five every two seconds
        const std::uint32_t target = moves++ % options.targets;
        const Endpoint before = sim.targets[target].endpoint;
        sim.targets[target].endpoint.address.bytes[2] = static_cast<std::uint8_t>(moves % 7);
        sim.engine->moved(target, before, now);
    }
    EXPECT_GE(moves, 300U);
    EXPECT_EQ(sim.engine->counts().due, 6000U);
    EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 0U);
    EXPECT_EQ(sim.engine->counts().icmp_unmatched, 0U);
    std::array<std::uint64_t, kind_count> of_the_past{};
    for (const Row& row : sim.recorder.rows) {
        ASSERT_FALSE(row.result.from_elsewhere);
        ASSERT_EQ(row.result.from, sim.recorder.sent_probes[row.result.call_id].to);
        if (row.result.moved) ++of_the_past[static_cast<std::size_t>(row.result.kind)];
    }
    for (const Kind kind : {Kind::reply, Kind::timeout, Kind::icmp, Kind::late, Kind::duplicate})
        EXPECT_GT(of_the_past[static_cast<std::size_t>(kind)], 50U) << to_string(kind);
    sim.expect_books_balance();
}

TEST(SimMatching, an_answer_from_where_the_target_was_is_foreign_to_a_probe_sent_later) {
    SimOptions options = one_probe();
    Simulation sim(options);
    const Endpoint before = sim.targets[0].endpoint;
    sim.targets[0].endpoint.address.bytes[3] = 99;
    sim.engine->moved(0, before, sim.network.reading().now);
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        EXPECT_EQ(request.to_endpoint, sim.targets[0].endpoint);
        sim.network.deliver(request.sent + 1ms, request.socket, before,
                            spoiled(request, mangled_via | mangled_from_tag));
        return {};
    };
    sim.run();
    EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 1U);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 1U);
    EXPECT_EQ(sim.recorder.rows[0].result.from, sim.targets[0].endpoint);
}

TEST(SimMatching, the_very_port_used_belongs_to_the_path) {
    // Call-ID alone, from the right address, but to another of our ports: foreign.
    Simulation sim(one_probe());
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        sim.network.deliver(request.sent + 1ms, (request.socket + 1) % 64, request.to_endpoint,
                            spoiled(request, mangled_via | mangled_cseq));
        return {};
    };
    sim.run();
    EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 1u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 1u);
}

TEST(SimMatching, an_answer_to_another_of_our_ports_is_matched_and_said) {
    Simulation sim(one_probe());
    std::uint16_t other = 0;
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        const std::uint32_t socket = (request.socket + 5) % 64;
        other = sim.network.ports[socket];
        sim.network.deliver(request.sent + 1ms, socket, request.to_endpoint,
                            answer_to(request, "200 OK"));
        return {};
    };
    sim.run();
    ASSERT_EQ(sim.recorder.of(Kind::reply), 1u);
    EXPECT_EQ(sim.recorder.rows[0].result.arrival_port, other);
    EXPECT_FALSE(sim.recorder.rows[0].result.from_elsewhere);
}

TEST(SimMatching, the_site_belongs_to_the_call_id) {
    SimOptions options = one_probe();
    options.engine.site = "noc-1";
    Simulation sim(options);
    std::string seen;
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        seen = request.call_id;
        SeenRequest rewritten = request;
        rewritten.call_id = request.call_id.substr(0, 11) + "192.0.2.200";
        return {answer_to(rewritten, "200 OK")};
    };
    sim.run();
    EXPECT_TRUE(seen.ends_with("@noc-1"));
    ASSERT_EQ(sim.recorder.of(Kind::reply), 1u);
    EXPECT_EQ(sim.recorder.rows[0].result.mangled, mangled_call_id);
}

TEST(SimMatching, another_probe_s_identity_is_that_probe_s_answer) {
    // Every answer carries the previous request's identity: each probe is answered late, by name.
    SimOptions options;
    options.interval = 100ms;
    options.engine.count = 20;
    Simulation sim(options);
    SeenRequest previous;
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        SeenRequest answered = previous;
        previous = request;
        if (answered.text.empty()) return {};
        return {answer_to(answered, "200 OK")};
    };
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 19u);
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 1u);
    for (const Row& row : sim.recorder.rows_of(Kind::reply))
        EXPECT_NEAR(static_cast<double>(row.result.latency.count()), 105e6, 1e5);
}

TEST(SimMatching, hostile_datagrams_are_counted_under_their_kind_and_change_nothing) {
    SimOptions options;
    options.engine.count = 50;
    options.interval = 50ms;
    Simulation sim(options);
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        const std::string good = answer_to(request, "200 OK");
        SeenRequest anonymous = request;
        anonymous.call_id.clear();
        replace_all(anonymous.via, "branch=z9hG4bK", "branch=");
        std::string huge = "SIP/2.0 200 OK\r\n";
        while (huge.size() < 64000)
            huge += "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
        SeenRequest forged = request;
        forged.call_id = "9999999999";
        replace_all(forged.via, "branch=z9hG4bK", "branch=z9hG4bK9999999999");
        return {answer_to(anonymous, "200 OK"),
                huge + "\r\n",
                std::string(300, '\0'),
                "\x1b[2J\x1b[31mSIP/2.0 200 OK\r\n\r\n",
                "SIP/2.0 200 OK\r\nContent-Length: 9999\r\n\r\n",
                answer_to(forged, "200 OK"),
                "\r\n\r\n",
                "",
                "OPTIONS sip:x SIP/2.0\r\n\r\n",
                good};
    };
    sim.run();
    EXPECT_EQ(sim.recorder.of(Kind::reply), 50u);
    EXPECT_EQ(sim.recorder.rows.size(), 50u);
    const probe::EngineCounts& counts = sim.engine->counts();
    // Without Call-ID, one that is not ours, too many headers, a body that is not there.
    EXPECT_EQ(counts.of(StrayReason::foreign), 200u);
    EXPECT_EQ(counts.of(StrayReason::not_sip), 50u);
    EXPECT_EQ(counts.of(StrayReason::bad_request), 50u);
    EXPECT_EQ(counts.of(StrayReason::nul), 50u);
    EXPECT_EQ(counts.of(StrayReason::crlf), 50u);
    EXPECT_EQ(counts.of(StrayReason::empty), 50u);
    EXPECT_EQ(counts.unread, 450u);
    sim.expect_books_balance();
}

}  // namespace
}  // namespace sipping::sim
