// What is not perfect SIP, and what belongs to no probe: read, counted, told; never called silence.
#include <gtest/gtest.h>

#include <algorithm>

#include "simulation.hpp"
#include "sipping/base/prng.hpp"

namespace sipping::sim {
namespace {

using namespace std::string_literals;

SimOptions one_probe() {
    SimOptions options;
    options.engine.count = 1;
    return options;
}

std::string with(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

/// The one row that an answer like this makes.
Row row_of(const std::function<std::string(const SeenRequest&)>& answer) {
    Simulation sim(one_probe());
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        return {answer(request)};
    };
    sim.run();
    sim.expect_books_balance();
    EXPECT_EQ(sim.recorder.rows.size(), 1U);
    return sim.recorder.rows.at(0);
}

TEST(SimStrays, an_answer_that_is_not_perfect_sip_is_a_reply_with_its_fault) {
    const auto expect = [](Fault fault, std::string_view header, std::uint8_t mangled,
                           const std::function<std::string(std::string)>& change) {
        const Row row = row_of(
            [&](const SeenRequest& request) { return change(answer_to(request, "200 OK")); });
        SCOPED_TRACE(to_string(fault));
        EXPECT_EQ(row.result.kind, Kind::reply);
        EXPECT_EQ(row.result.syntax.fault, fault);
        EXPECT_EQ(row.result.syntax.header(), header);
        EXPECT_EQ(row.result.mangled, mangled);
    };
    expect(Fault::no_colon, "server", 0,
           [](std::string text) { return with(text, "To:", "Server x\r\nTo:"); });
    expect(Fault::short_body, "", 0,
           [](std::string text) { return with(text, "Length: 0", "Length: 99"); });
    expect(Fault::none, "", 0, [](std::string text) { return with(text, ";rport", ";;rport;"); });
    expect(Fault::leading_bytes, "", 0, [](std::string text) { return "\0\0\0\0"s + text; });
    expect(Fault::status_code, "", 0,
           [](std::string text) { return with(text, "200 OK", "777 Jackpot"); });
    expect(Fault::no_end, "", 0, [](std::string text) { return text.substr(0, text.size() - 4); });
    expect(Fault::bad_value, "from", mangled_from_tag,
           [](std::string text) { return with(text, ";tag=", ";\"tag="); });
    // Of four fields only the Call-ID is left, on the very path.
    expect(Fault::no_colon, "via", mangled_via | mangled_from_tag | mangled_cseq,
           [](std::string text) {
               text = with(with(text, "Via: SIP/2.0/UDP ", "Via "), "From:", "Fro:");
               text = with(with(text, "198.51.100.1:", "host_"), "CSeq:", "Seq:");
               return with(text, ";branch=", ";lost=");
           });
    // Or only the branch.
    expect(Fault::no_name, "", mangled_call_id | mangled_from_tag | mangled_cseq,
           [](std::string text) {
               text = with(with(text, "Call-ID:", ":"), "From:", "Fro:");
               return with(text, "CSeq:", "Seq:");
           });
}

TEST(SimStrays, a_provisional_answer_keeps_its_fault) {
    const Row row = row_of([](const SeenRequest& request) {
        return with(answer_to(request, "100 Trying"), "To:", "Server x\r\nTo:");
    });
    EXPECT_EQ(row.result.kind, Kind::provisional);
    EXPECT_EQ(row.result.syntax.fault, Fault::no_colon);
}

TEST(SimStrays, an_echo_is_no_reply) {
    Simulation sim(one_probe());
    sim.network.peer = [](const SeenRequest& request) -> std::vector<std::string> {
        return {request.text, with(request.text, "OPTIONS sip", "OPTIONS  sip")};
    };
    sim.run();
    ASSERT_EQ(sim.recorder.rows.size(), 1U);
    EXPECT_EQ(sim.recorder.rows[0].result.kind, Kind::timeout);
    EXPECT_EQ(sim.recorder.rows[0].result.unread, 2U);
    EXPECT_EQ(sim.engine->counts().of(StrayReason::echo), 2U);
    EXPECT_EQ(sim.network.requests, 1U) << "an echo must not be answered";
    for (const StrayCopy& copy : sim.recorder.strays) {
        EXPECT_EQ(copy.stray.reason, StrayReason::echo);
        EXPECT_EQ(copy.stray.target, 0U);
    }
}

TEST(SimStrays, a_loss_counts_what_its_target_sent_while_it_was_out) {
    SimOptions options;
    options.targets = 2;
    options.interval = 4s;
    options.engine.count = 3;
    Simulation sim(options);
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        if (request.to_endpoint == sim.targets[1].endpoint) return {};
        // Two within the second that the probe is out, one behind it, one from somebody else.
        for (const Duration at : {100ms, 900ms, 1500ms})
            sim.network.deliver(request.sent + at, request.socket, request.to_endpoint, "what?");
        const Endpoint other{*parse_address("203.0.113.7"), request.to_endpoint.port};
        sim.network.deliver(request.sent + 200ms, request.socket, other, "what?");
        return {};
    };
    sim.run();
    for (const Row& row : sim.recorder.rows) {
        EXPECT_EQ(row.result.kind, Kind::timeout);
        EXPECT_EQ(row.result.unread, row.result.target == 0 ? 2U : 0U);
    }
    EXPECT_EQ(sim.recorder.rows.size(), 6U);
    EXPECT_EQ(sim.engine->counts().unread, 9U);
    EXPECT_EQ(sim.engine->counts().of(StrayReason::not_sip), 12U);
}

TEST(SimStrays, another_port_of_an_asked_host_is_that_host) {
    SimOptions options = one_probe();
    options.targets = 4;
    Simulation sim(options);
    // Two targets of one host, two at one endpoint of another: 0 and 1, 2 and 3.
    std::array<Endpoint, 4> at;
    for (std::uint32_t i = 0; i < at.size(); ++i) {
        const Endpoint before = sim.targets[i].endpoint;
        sim.targets[i].endpoint.address = *parse_address(i < 2 ? "192.0.2.50" : "192.0.2.60");
        sim.targets[i].endpoint.port = i == 1 ? 5070 : 5060;
        at[i] = sim.targets[i].endpoint;
        sim.engine->moved(i, before, sim.network.reading().now);
    }
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        if (sim.network.requests < at.size()) return {};
        const std::string response = "SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n";
        const Endpoint elsewhere{at[0].address, 40000};
        Duration after{};
        for (const Endpoint& from : {elsewhere, at[1], at[2]})
            sim.network.deliver(request.sent + (after += 1ms), 5, from, response);
        return {};
    };
    sim.run();
    // The port of no target may have been meant for any of the host; that of one is its own.
    const std::array<std::uint32_t, 4> unread{1, 2, 1, 1};
    EXPECT_EQ(sim.recorder.of(Kind::timeout), 4U);
    for (const Row& row : sim.recorder.rows)
        EXPECT_EQ(row.result.unread, unread[row.result.target]) << row.result.target;
    ASSERT_EQ(sim.recorder.strays.size(), 3U);
    const std::array<std::uint32_t, 3> whose{0, 1, 2};
    for (std::size_t i = 0; i < whose.size(); ++i) {
        EXPECT_EQ(sim.recorder.strays[i].stray.target, whose[i]);
        EXPECT_EQ(sim.recorder.strays[i].stray.other_port, i == 0);
        EXPECT_TRUE(sim.recorder.strays[i].stray.unread());
    }
}

TEST(SimStrays, strays_say_whose_they_are_and_where_they_came) {
    Simulation sim(one_probe());
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        sim.network.deliver(request.sent + 1ms, 7, request.to_endpoint, "\0\0\0\0"s);
        sim.network.deliver(request.sent + 2ms, 8, {*parse_address("203.0.113.7"), 4000}, "x");
        return {answer_to(request, "200 OK")};
    };
    sim.run();
    ASSERT_EQ(sim.recorder.strays.size(), 2U);
    const StrayCopy& nul = sim.recorder.strays[0];
    EXPECT_EQ(nul.stray.reason, StrayReason::nul);
    EXPECT_EQ(nul.stray.target, 0U);
    EXPECT_TRUE(nul.stray.unread());
    EXPECT_EQ(nul.stray.port, sim.network.ports[7]);
    EXPECT_EQ(nul.raw, "\0\0\0\0"s);
    const StrayCopy& strange = sim.recorder.strays[1];
    EXPECT_EQ(strange.stray.target, every_target);
    EXPECT_FALSE(strange.stray.unread());
    EXPECT_EQ(to_string(strange.stray.from), "203.0.113.7:4000");
}

/// A million datagrams forged by somebody who sees nothing of the traffic but knows our form and
/// the address of a target, from elsewhere and from the target's own address.
TEST(SimStrays, a_million_forged_answers_are_none) {
    SimOptions options;
    options.interval = 10ms;
    options.engine.duration = 3s;
    Simulation sim(options);
    sim.recorder.keep = false;
    Prng random(Key{20261128, 15});
    const Endpoint target = sim.targets[0].endpoint;
    std::array<std::string, probe::Inbox::capacity> texts;
    const auto forged = [&](bool broken) {
        const std::string call_id =
            std::to_string(1'000'000'000 + random.below(90'000) * 100'000 + random.below(100'000));
        char proof[17];
        std::snprintf(proof, sizeof proof, "%016llx",
                      static_cast<unsigned long long>(random.next()));
        SeenRequest request;
        request.via = "SIP/2.0/UDP 198.51.100.1:40000;branch=z9hG4bK" + call_id + proof;
        request.from = "<sip:sipping@sipping.invalid>;tag=" + std::string(proof, 8);
        request.to = "<sip:192.0.2.1>";
        request.call_id = call_id;
        request.cseq = std::to_string(1'000'000'000 + random.below(1'147'483'648)) + " OPTIONS";
        std::string text = answer_to(request, "200 OK");
        return broken ? with(text, "To:", "Server x\r\nTo:") : text;
    };
    for (int round = 0; round < 1000; ++round) {
        sim.send_due();
        sim.inbox.clear();
        for (int i = 0; i < 1000; ++i) {
            std::string& text = texts[static_cast<std::size_t>(i)];
            text = forged(i % 2 == 0);
            Endpoint from = target;
            if (i % 3 == 0) from.address.bytes[3] = 200;
            sim.inbox.arrivals.push_back({.at = sim.network.reading().now,
                                          .kernel_stamped = true,
                                          .socket = static_cast<std::uint32_t>(i % 64),
                                          .from = from,
                                          .bytes = text});
        }
        sim.inbox.read_until = sim.network.reading().now;
        sim.engine->on_inbox(sim.inbox, sim.network.reading());
        const ClockReading now = sim.network.reading();
        sim.network.wait_until(now.now + 3ms, sim.inbox);
        sim.engine->on_inbox(sim.inbox, sim.network.reading());
    }
    sim.run();
    EXPECT_EQ(sim.engine->counts().of(StrayReason::foreign), 1'000'000U);
    EXPECT_EQ(sim.recorder.of(Kind::reply), sim.engine->counts().sent);
    EXPECT_EQ(sim.recorder.of(Kind::reply), 300U);
    EXPECT_EQ(sim.recorder.of(Kind::duplicate) + sim.recorder.of(Kind::late), 0U);
}

std::string request(std::string_view method) {
    return std::string(method) +
           " sip:sipping@198.51.100.1 SIP/2.0\r\n"
           "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKpeer;rport\r\n"
           "From: <sip:peer@192.0.2.1>;tag=1\r\nTo: <sip:sipping@198.51.100.1>\r\n"
           "Call-ID: from-the-peer\r\nCSeq: 7 " +
           std::string(method) +
           "\r\nMax-Forwards: 70\r\nuser-agent : a peer with a long name to be answered\r\n"
           "Content-Length: 0\r\n\r\n";
}

/// The first lines of what is sent when these requests come to socket 3.
std::vector<std::string> answers_to_requests(probe::AnswerTo answer, const Endpoint& from) {
    SimOptions options = one_probe();
    options.engine.answer = answer;
    Simulation sim(options);
    sim.step();
    sim.inbox.clear();
    const std::vector<std::string> texts{request("OPTIONS"), "\0"s + request("NOTIFY"),
                                         request("ACK")};
    for (const std::string& text : texts)
        sim.inbox.arrivals.push_back(
            {.at = sim.network.reading().now, .socket = 3, .from = from, .bytes = text});
    sim.engine->on_inbox(sim.inbox, sim.network.reading());
    EXPECT_EQ(sim.engine->counts().of(StrayReason::request), 3u);
    sim.engine->start_due(sim.network.reading(), sim.outbox);
    std::vector<std::string> lines;
    for (const probe::Outgoing& out : sim.outbox.entries()) {
        EXPECT_EQ(out.probe, probe::no_probe);
        EXPECT_EQ(out.socket, 3u);
        lines.emplace_back(out.text().substr(0, out.text().find('\r')));
    }
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(sim.recorder.strays.size(), 3U);
    for (const StrayCopy& copy : sim.recorder.strays) {
        EXPECT_EQ(copy.user_agent, "a peer with a long name to be answered");
        EXPECT_EQ(copy.stray.from, from);
        EXPECT_FALSE(copy.stray.unread());
    }
    const auto answered = std::count_if(sim.recorder.strays.begin(), sim.recorder.strays.end(),
                                        [](const StrayCopy& copy) { return copy.stray.answered; });
    EXPECT_EQ(static_cast<std::size_t>(answered), lines.size());
    sim.outbox.clear();
    sim.run();
    sim.expect_books_balance();
    return lines;
}

TEST(SimStrays, requests_are_answered_for_whom_we_ask_and_for_no_stranger) {
    const std::vector<std::string> answered{"SIP/2.0 200 OK", "SIP/2.0 501 Not Implemented"};
    const std::vector<std::string> nothing;
    Endpoint known = Simulation(one_probe()).targets[0].endpoint;
    known.port = 32000;  // another port of an address that we ask
    const Endpoint stranger{*parse_address("203.0.113.7"), 5060};
    EXPECT_EQ(answers_to_requests(probe::AnswerTo::asked, known), answered);
    EXPECT_EQ(answers_to_requests(probe::AnswerTo::asked, stranger), nothing);
    EXPECT_EQ(answers_to_requests(probe::AnswerTo::all, stranger), answered);
    EXPECT_EQ(answers_to_requests(probe::AnswerTo::none, known), nothing);
}

TEST(SimStrays, who_moved_is_known_where_it_is_now) {
    SimOptions options;
    options.engine.count = 3;
    Simulation sim(options);
    sim.step();
    const Endpoint before = sim.targets[0].endpoint;
    sim.targets[0].endpoint.address.bytes[3] = 77;
    sim.engine->moved(0, before, sim.network.reading().now);
    sim.network.deliver(sim.network.reading().now, 1, before, "x");
    sim.network.deliver(sim.network.reading().now, 1, sim.targets[0].endpoint, "x");
    sim.run();
    ASSERT_EQ(sim.recorder.strays.size(), 2U);
    EXPECT_EQ(sim.recorder.strays[0].stray.target, every_target);
    EXPECT_EQ(sim.recorder.strays[1].stray.target, 0U);
}

TEST(SimStrays, a_code_of_the_list_is_an_answer_that_refuses) {
    SimOptions options;
    options.interval = 100ms;
    options.engine.count = 6;
    CodePolicy policy;
    ASSERT_EQ(read_codes("500-599", policy.down), "");
    ASSERT_EQ(read_codes("503", policy.maintenance), "");
    options.engine.policies = {policy};
    Simulation sim(options);
    const std::vector<std::string> codes{"200", "500", "503", "404", "100", "599"};
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        return {answer_to(request, codes[request.number] + " x")};
    };
    sim.run();
    using enum Service;
    const std::vector<Service> expected{fine, refused, maintenance, fine, fine, refused};
    ASSERT_EQ(sim.recorder.settled_probes.size(), 6U);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(sim.recorder.settled_probes[i].service, expected[i]) << codes[i];
        EXPECT_FALSE(sim.recorder.settled_probes[i].lost);
    }
    EXPECT_EQ(sim.recorder.of(Kind::reply), 5U);
    EXPECT_EQ(sim.recorder.of(Kind::provisional), 1U);
}

}  // namespace
}  // namespace sipping::sim
