#include "sipping/respond/responder.hpp"

#include <gtest/gtest.h>

#include "far_end.hpp"

namespace sipping::respond {
namespace {

struct Expectation {
    const char* name;
    std::string datagram;
    std::string status_line;  ///< empty: not answered
};

TEST(Responder, AnswersByMethod) {
    const Expectation table[] = {
        {"OPTIONS", request("OPTIONS"), "SIP/2.0 200 OK"},
        {"REGISTER", request("REGISTER"), "SIP/2.0 200 OK"},
        {"INVITE", request("INVITE"), "SIP/2.0 501 Not Implemented"},
        {"SUBSCRIBE", request("SUBSCRIBE"), "SIP/2.0 501 Not Implemented"},
        {"methods are case-sensitive", request("options"), "SIP/2.0 501 Not Implemented"},
        {"ACK", request("ACK"), ""},
        {"response", "SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n", ""},
        {"broken response", "SIP/1.0 banana", ""},
        {"keep-alive", "\r\n\r\n", ""},
        {"empty", "", ""},
        {"garbage", "hello", ""},
        {"binary", std::string("\0\xff\x80\r\n", 5), ""},
        {"no headers", "OPTIONS sip:a SIP/2.0\r\n\r\n", ""},
    };
    for (const Expectation& expectation : table) {
        SCOPED_TRACE(expectation.name);
        FarEnd far;
        far.arrives(expectation.datagram);
        const std::vector<Answer> answers = far.answers();
        ASSERT_EQ(answers.size(), expectation.status_line.empty() ? 0U : 1U);
        if (!answers.empty()) {
            EXPECT_EQ(answers[0].status_line(), expectation.status_line);
        }
        EXPECT_EQ(far.counts().received, 1U);
        EXPECT_EQ(far.counts().answered, answers.size());
        EXPECT_EQ(far.counts().other(), 1U - answers.size());
    }
}

TEST(Responder, IsNoAmplifier) {
    // As short as a request can be: the answer repeats all of it and adds more than half again.
    const std::string shortest =
        "OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP "
        "a;branch=z9hG4bK1\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\n"
        "i:1\r\nCSeq:1 OPTIONS\r\n\r\n";
    std::string longer = shortest;
    std::size_t answered = 0;
    for (int blanks = 0; blanks < 200; ++blanks) {
        FarEnd far;
        far.arrives(longer);
        for (const Answer& answer : far.answers()) {
            ++answered;
            EXPECT_LE(answer.text.size(), longer.size() * 3 / 2);
        }
        EXPECT_EQ(far.counts().answered + far.counts().malformed, 1U);
        longer.insert(longer.size() - 2, "X-Filler: \r\n");
    }
    EXPECT_GT(answered, 100U);
    EXPECT_LT(answered, 200U) << "the shortest ones must stay unanswered";

    // What --reason adds was asked for.
    Options options;
    options.reason = std::string(128, 'x');
    FarEnd far(options);
    far.arrives(request("OPTIONS"));
    EXPECT_EQ(far.answers().size(), 1U);
}

TEST(Responder, DoesNotAnswerItself) {
    FarEnd far({.port = 5060});
    const Address own = at("192.0.2.9", 0).address;
    far.arrives(request("OPTIONS"), Instant{}, at("192.0.2.9", 5060), own);
    std::string no_rport = request("OPTIONS", "");
    no_rport.replace(no_rport.find("192.0.2.1:40000"), 15, "192.0.2.9:5060");
    far.arrives(no_rport, Instant{}, at("192.0.2.9", 40000), own);
    EXPECT_TRUE(far.answers().empty());
    EXPECT_EQ(far.counts().own, 2U);
    far.arrives(request("OPTIONS"), Instant{}, at("192.0.2.9", 40000), own);  // a prober beside us
    far.arrives(request("OPTIONS"), Instant{}, at("192.0.2.1", 5060), own);
    EXPECT_EQ(far.answers().size(), 2U);
}

TEST(Responder, MaxRateHoldsForEachSource) {
    Options options;
    options.max_rate_per_s = 10;
    FarEnd far(options);
    for (int i = 0; i < 50; ++i)
        far.arrives(request("OPTIONS"));
    EXPECT_EQ(far.answers().size(), 2U);
    EXPECT_EQ(far.counts().over_rate, 48U);
}

TEST(Responder, CountsWhatItDoesNotAnswerUnderItsKind) {
    FarEnd far;
    far.arrives(request("ACK"));
    far.arrives("SIP/2.0 200 OK\r\n\r\n");
    far.arrives("SIP/2.0 404 Not Found\r\n\r\n");
    far.arrives("\r\n");
    far.arrives(std::string("\0\1\0\0\x21\x12\xa4\x42", 8) + "transactions");  // STUN
    far.arrives("garbage");
    far.arrives("more garbage");
    far.arrives("yet more");
    EXPECT_EQ(far.counts().acks, 1U);
    EXPECT_EQ(far.counts().responses, 2U);
    EXPECT_EQ(far.counts().keep_alives, 2U);
    EXPECT_EQ(far.counts().malformed, 3U);
    EXPECT_EQ(far.counts().other(), 8U);
    EXPECT_TRUE(far.answers().empty());
}

TEST(Responder, OkToOptionsSaysWhatIsAllowed) {
    FarEnd far;
    far.arrives(request("OPTIONS"));
    EXPECT_EQ(far.answers().at(0).header("Allow"), "OPTIONS, REGISTER");
}

TEST(Responder, CodeIsForOptionsOnly) {
    FarEnd far({.status = 403});
    far.arrives(request("OPTIONS"));
    far.arrives(request("REGISTER"));
    far.arrives(request("MESSAGE"));
    const std::vector<Answer> answers = far.answers();
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].status_line(), "SIP/2.0 403 Forbidden");
    EXPECT_EQ(answers[0].header("Allow"), "");
    EXPECT_EQ(answers[1].status_line(), "SIP/2.0 200 OK");
    EXPECT_EQ(answers[2].status_line(), "SIP/2.0 501 Not Implemented");
}

TEST(Responder, ReasonCanBeChosen) {
    FarEnd far({.status = 503, .reason = "Gone Fishing"});
    far.arrives(request("OPTIONS"));
    EXPECT_EQ(far.answers().at(0).status_line(), "SIP/2.0 503 Gone Fishing");
}

TEST(Responder, EchoesTheRequest) {
    FarEnd far({.to_tag = 0xabcd1234});
    far.arrives(request("OPTIONS"));
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(answer.header("From"), "\"SIP Ping\" <sip:sipping@sipping.invalid>;tag=49583");
    EXPECT_EQ(answer.header("To"), "<sip:192.0.2.9>;tag=abcd1234");
    EXPECT_EQ(answer.header("Call-ID"), "1234567890");
    EXPECT_EQ(answer.header("CSeq"), "7 OPTIONS");
    EXPECT_TRUE(answer.text.ends_with("Content-Length: 0\r\n\r\n"));
}

TEST(Responder, ToTagStaysTheSameForTheRun) {
    FarEnd far({.to_tag = 7});
    far.arrives(request("OPTIONS", ";rport", "1000000001"));
    far.arrives(request("OPTIONS", ";rport", "1000000002"));
    const std::vector<Answer> answers = far.answers();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_NE(answers[0].header("To").find(";tag="), std::string::npos);
    EXPECT_EQ(answers[0].header("To"), answers[1].header("To"));
}

TEST(Responder, RportSendsTheAnswerWhereItCameFrom) {
    FarEnd far;
    far.arrives(request("OPTIONS"), Instant{}, at("203.0.113.77", 1024));
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(to_string(answer.to), "203.0.113.77:1024");
    EXPECT_NE(answer.header("Via").find("rport=1024"), std::string::npos);
    EXPECT_NE(answer.header("Via").find("received=203.0.113.77"), std::string::npos);
    EXPECT_NE(answer.header("Via").find("SIP/2.0/UDP 192.0.2.1:40000"), std::string::npos);
}

TEST(Responder, WithoutRportTheAnswerGoesToTheViasPort) {
    FarEnd far;
    far.arrives(request("OPTIONS", ""), Instant{}, at("203.0.113.77", 1024));
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(to_string(answer.to), "203.0.113.77:40000");
    EXPECT_NE(answer.header("Via").find("received=203.0.113.77"), std::string::npos);
    EXPECT_EQ(answer.header("Via").find("rport"), std::string::npos);
}

TEST(Responder, LeavesFromTheSocketAndAddressThatWereAsked) {
    FarEnd far;
    far.arrives(request("OPTIONS"), Instant{}, at("192.0.2.1", 40000),
                at("198.51.100.4", 0).address, 1);
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(answer.local, at("198.51.100.4", 0).address);
    EXPECT_EQ(answer.socket, 1U);
}

TEST(Responder, AnswersIpv6) {
    FarEnd far;
    far.arrives(request("OPTIONS"), Instant{}, at("2001:db8::5", 40000),
                at("2001:db8::1", 0).address, 1);
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(to_string(answer.to), "[2001:db8::5]:40000");
    EXPECT_EQ(answer.local, at("2001:db8::1", 0).address);
    EXPECT_TRUE(answer.has("rport=40000"));
    EXPECT_TRUE(answer.has("2001:db8::5"));
}

TEST(Responder, NeverAnswersItsOwnAnswer) {
    FarEnd far;
    far.arrives(request("OPTIONS"));
    const Answer answer = far.answers().at(0);
    far.arrives(answer.text);
    EXPECT_TRUE(far.answers().empty());
    EXPECT_EQ(far.counts().responses, 1U);
}

TEST(Responder, RefusesACseqOfAnotherMethod) {
    std::string datagram = request("OPTIONS");
    datagram.replace(datagram.find("7 OPTIONS"), 9, "7 INVITE");
    FarEnd far;
    far.arrives(datagram);
    EXPECT_TRUE(far.answers().empty());
    EXPECT_EQ(far.counts().malformed, 1U);
}

TEST(Responder, RefusesATruncatedDatagram) {
    FarEnd far;
    const std::string datagram = request("OPTIONS");
    probe::Arrival arrival;
    arrival.truncated = true;
    arrival.from = at("192.0.2.1", 40000);
    arrival.bytes = datagram;
    far.responder().on_arrival(arrival, Instant{});
    EXPECT_TRUE(far.answers().empty());
    EXPECT_EQ(far.counts().malformed, 1U);
}

TEST(Responder, RefusesARequestWhoseAnswerWouldNotFit) {
    std::string datagram = request("OPTIONS");
    datagram.insert(datagram.find("Max-Forwards"), "Via: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bK" +
                                                       std::string(60'000, 'x') + "\r\n");
    FarEnd far;
    far.arrives(datagram);
    far.arrives(request("OPTIONS"));
    EXPECT_EQ(far.answers().size(), 1U);
    EXPECT_EQ(far.counts().malformed, 1U);
}

TEST(Responder, UnderstandsCompactAndAnyCaseHeaders) {
    FarEnd far;
    far.arrives(
        "OPTIONS sip:192.0.2.9 SIP/2.0\r\n"
        "v: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bK1;rport\r\n"
        "f: <sip:a@example.invalid>;tag=1\r\n"
        "T: <sip:192.0.2.9>\r\n"
        "i: abc@host\r\n"
        "cSEQ: 3 OPTIONS\r\n"
        "l: 0\r\n"
        "\r\n");
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(answer.status_line(), "SIP/2.0 200 OK");
    EXPECT_TRUE(answer.has("abc@host"));
    EXPECT_TRUE(answer.has("3 OPTIONS"));
    EXPECT_TRUE(answer.has("rport=40000"));
}

TEST(Responder, UnderstandsFoldedHeaders) {
    FarEnd far;
    far.arrives(
        "OPTIONS sip:192.0.2.9 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP\r\n 192.0.2.1:40000\r\n\t;branch=z9hG4bK1\r\n ;rport\r\n"
        "From: <sip:a@example.invalid>\r\n ;tag=1\r\n"
        "To: <sip:192.0.2.9>\r\n"
        "Call-ID: abc\r\n"
        "CSeq:\r\n 3 OPTIONS\r\n"
        "\r\n");
    const Answer answer = far.answers().at(0);
    EXPECT_EQ(answer.status_line(), "SIP/2.0 200 OK");
    EXPECT_FALSE(answer.has("\r\n "));
    EXPECT_FALSE(answer.has("\r\n\t"));
    EXPECT_TRUE(answer.has(";tag=1"));
}

TEST(Responder, KeepsAllViasInOrder) {
    std::string datagram = request("OPTIONS");
    datagram.insert(datagram.find("Max-Forwards"),
                    "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKnext\r\n");
    FarEnd far;
    far.arrives(datagram);
    const Answer answer = far.answers().at(0);
    const std::size_t own = answer.text.find("z9hG4bK776");
    const std::size_t next = answer.text.find("z9hG4bKnext");
    ASSERT_NE(own, std::string::npos);
    ASSERT_NE(next, std::string::npos);
    EXPECT_LT(own, next);
}

TEST(Responder, DelaysAnswersAndKeepsTheirOrder) {
    FarEnd far({.delay = 20ms});
    EXPECT_EQ(far.responder().next_deadline(), never);
    far.arrives(request("OPTIONS", ";rport", "1000000001"), Instant{1ms});
    far.arrives(request("OPTIONS", ";rport", "1000000002"), Instant{5ms});
    EXPECT_EQ(far.responder().next_deadline(), Instant{21ms});
    EXPECT_TRUE(far.answers(Instant{21ms} - 1ns).empty());

    std::vector<Answer> answers = far.answers(Instant{21ms});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].header("Call-ID"), "1000000001");
    EXPECT_EQ(far.responder().waiting(), 1U);
    EXPECT_EQ(far.responder().next_deadline(), Instant{25ms});

    answers = far.answers(Instant{1s});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].header("Call-ID"), "1000000002");
    EXPECT_EQ(far.responder().next_deadline(), never);
}

TEST(Responder, FillsOneOutboxAtATime) {
    FarEnd far;
    for (int i = 0; i < 40; ++i)
        far.arrives(request("OPTIONS"));
    probe::Outbox outbox;
    EXPECT_TRUE(far.responder().due(Instant{}, outbox));
    EXPECT_EQ(outbox.entries().size(), probe::Outbox::capacity);
    EXPECT_EQ(far.responder().waiting(), 40 - probe::Outbox::capacity);
    EXPECT_EQ(far.answers().size(), 40 - probe::Outbox::capacity);
}

TEST(Responder, DropsMoreThanMayWait) {
    FarEnd far({.delay = 1s, .max_waiting = 3});
    for (int i = 0; i < 5; ++i)
        far.arrives(request("OPTIONS"));
    EXPECT_EQ(far.responder().waiting(), 3U);
    EXPECT_EQ(far.counts().overflowed, 2U);
    EXPECT_EQ(far.answers(Instant{1s}).size(), 3U);
    far.arrives(request("OPTIONS"), Instant{1s});
    EXPECT_EQ(far.answers(Instant{2s}).size(), 1U);
    EXPECT_EQ(far.counts().overflowed, 2U);
}

std::vector<int> dropped_of(int requests, const Options& options) {
    FarEnd far(options);
    std::vector<int> dropped;
    for (int i = 0; i < requests; ++i) {
        far.arrives(request("OPTIONS"));
        if (far.answers().empty()) dropped.push_back(i);
    }
    EXPECT_EQ(far.counts().dropped, dropped.size());
    return dropped;
}

TEST(Responder, DropsTheSameRequestsForTheSameSeed) {
    const std::vector<int> dropped = dropped_of(10'000, {.drop_percent = 5, .drop_key = {42, 0}});
    EXPECT_NEAR(static_cast<double>(dropped.size()), 500, 66);  // three standard deviations
    std::vector<int> expected;
    Prng drops(Key{42, 0});
    for (int i = 0; i < 10'000; ++i)
        if (drops.chance(5)) expected.push_back(i);
    EXPECT_EQ(dropped, expected);
    EXPECT_NE(dropped, dropped_of(10'000, {.drop_percent = 5, .drop_key = {43, 0}}));
}

TEST(Responder, DropsAllOrNothing) {
    EXPECT_EQ(dropped_of(200, {.drop_percent = 100}).size(), 200U);
    EXPECT_EQ(dropped_of(200, {.drop_percent = 0}).size(), 0U);
}

TEST(Responder, WhatIsNotAnsweredTakesNoPartInTheDropping) {
    FarEnd far({.drop_percent = 100});
    far.arrives(request("ACK"));
    far.arrives("\r\n");
    far.arrives("garbage");
    EXPECT_EQ(far.counts().dropped, 0U);
    EXPECT_EQ(far.counts().other(), 3U);
}

TEST(Responder, BooksBalance) {
    FarEnd far({.delay = 10ms, .drop_percent = 30, .drop_key = {9, 9}, .max_waiting = 50});
    const std::string datagrams[] = {request("OPTIONS"),       request("ACK"),   "\r\n", "junk",
                                     "SIP/2.0 200 OK\r\n\r\n", request("INVITE")};
    Prng random(Key{5, 5});
    for (int i = 0; i < 3000; ++i) {
        const Instant now{i * 100us};
        far.arrives(datagrams[random.below(std::size(datagrams))], now);
        if (i % 7 == 0) (void)far.answers(now);
        const Counts& counts = far.counts();
        ASSERT_EQ(counts.received, counts.answered + counts.dropped + counts.overflowed +
                                       counts.other() + far.responder().waiting());
    }
    EXPECT_EQ(far.counts().received, 3000U);
    EXPECT_GT(far.counts().answered, 0U);
}

}  // namespace
}  // namespace sipping::respond
