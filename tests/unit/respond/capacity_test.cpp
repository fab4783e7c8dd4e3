// The responder with a limited capacity: who is refused, how, and what is counted.
#include <gtest/gtest.h>

#include "far_end.hpp"

namespace sipping::respond {
namespace {

/// `count` OPTIONS at the same moment; their answers.
std::vector<Answer> burst(FarEnd& far, int count, Instant now = Instant{}) {
    for (int i = 0; i < count; ++i)
        far.arrives(request("OPTIONS"), now);
    return far.answers(now);
}

TEST(Capacity, WhatIsBeyondItIsDropped) {
    FarEnd far({.capacity_per_s = 500});
    EXPECT_EQ(burst(far, 8).size(), 5U);
    EXPECT_EQ(far.counts().over_capacity, 3U);
    EXPECT_EQ(far.counts().dropped, 0U);
    EXPECT_EQ(far.counts().refused, 0U);
    EXPECT_EQ(burst(far, 8, Instant{2ms}).size(), 1U);
    EXPECT_EQ(far.counts().answered, 6U);
}

TEST(Capacity, OrAnswered503) {
    FarEnd far({.capacity_per_s = 300, .beyond = Beyond::unavailable, .to_tag = 7});
    const std::vector<Answer> answers = burst(far, 5);
    ASSERT_EQ(answers.size(), 5U);
    EXPECT_EQ(answers[2].status_line(), "SIP/2.0 200 OK");
    EXPECT_EQ(answers[3].status_line(), "SIP/2.0 503 Service Unavailable");
    EXPECT_EQ(answers[4].header("Call-ID"), "1234567890");
    EXPECT_EQ(answers[4].header("To"), answers[0].header("To"));
    EXPECT_FALSE(answers[4].has("Retry-After"));
    EXPECT_FALSE(answers[4].has("Allow"));
    EXPECT_EQ(far.counts().answered, 3U);
    EXPECT_EQ(far.counts().refused, 2U);
    EXPECT_EQ(far.counts().over_capacity, 0U);
}

TEST(Capacity, RetryAfterIsInTheRefusalOnly) {
    for (const std::uint32_t seconds : {0U, 30U, 86'400U}) {
        FarEnd far({.capacity_per_s = 1, .beyond = Beyond::unavailable, .retry_after_s = seconds});
        const std::vector<Answer> answers = burst(far, 3);
        ASSERT_EQ(answers.size(), 3U);
        EXPECT_FALSE(answers[1].has("Retry-After"));
        EXPECT_EQ(answers[2].header("Retry-After"), std::to_string(seconds));
        EXPECT_TRUE(answers[2].text.ends_with("\r\n\r\n"));
    }
}

TEST(Capacity, IsForOptionsAndRegister) {
    FarEnd far({.capacity_per_s = 1});
    for (const char* method : {"INVITE", "ACK", "MESSAGE", "OPTIONS", "REGISTER", "INVITE"})
        far.arrives(request(method));
    EXPECT_EQ(far.answers().size(), 5U);  // all but the ACK
    EXPECT_EQ(far.counts().over_capacity, 0U);
    far.arrives(request("REGISTER"));
    EXPECT_EQ(far.counts().over_capacity, 1U);
}

TEST(Capacity, IsJudgedByWhenRequestsCame) {
    FarEnd far({.capacity_per_s = 100});
    const std::string datagram = request("OPTIONS");
    for (int i = 0; i < 50; ++i) {  // came evenly for half a second, all read at its end
        probe::Arrival arrival;
        arrival.at = Instant{i * 10ms};
        arrival.from = at("192.0.2.1", 40000);
        arrival.bytes = datagram;
        far.responder().on_arrival(arrival, Instant{500ms});
    }
    EXPECT_EQ(far.answers(Instant{500ms}).size(), 50U);
    EXPECT_EQ(far.counts().over_capacity, 0U);
}

TEST(Capacity, WhatDropLosesOnTheWayTakesNoneOfIt) {
    FarEnd far({.drop_percent = 100, .capacity_per_s = 1});
    EXPECT_TRUE(burst(far, 9).empty());
    EXPECT_EQ(far.counts().dropped, 9U);
    EXPECT_EQ(far.counts().over_capacity, 0U);
}

TEST(Capacity, RefusalsAreDelayedLikeAnswers) {
    FarEnd far({.delay = 20ms, .capacity_per_s = 1, .beyond = Beyond::unavailable});
    EXPECT_TRUE(burst(far, 3).empty());
    EXPECT_EQ(far.counts().refused, 0U);
    EXPECT_EQ(far.responder().waiting(), 3U);
    EXPECT_EQ(far.answers(Instant{20ms}).size(), 3U);
    EXPECT_EQ(far.counts().refused, 1U);
}

TEST(Capacity, BooksBalance) {
    const std::string datagrams[] = {request("OPTIONS"), request("REGISTER"), request("OPTIONS"),
                                     request("ACK"),     request("INVITE"),   "junk"};
    for (const Beyond beyond : {Beyond::silence, Beyond::unavailable}) {
        FarEnd far({.delay = 10ms,
                    .drop_percent = 10,
                    .drop_key = {9, 9},
                    .capacity_per_s = 2000,
                    .beyond = beyond,
                    .max_waiting = 50});
        Prng random(Key{5, 5});
        for (int i = 0; i < 3000; ++i) {
            const Instant now{i * 100us};
            far.arrives(datagrams[random.below(std::size(datagrams))], now);
            if (i % 7 == 0) (void)far.answers(now);
            const Counts& counts = far.counts();
            ASSERT_EQ(counts.received, counts.answered + counts.refused + counts.over_capacity +
                                           counts.dropped + counts.overflowed + counts.other() +
                                           far.responder().waiting());
        }
        EXPECT_EQ(far.counts().received, 3000U);
        EXPECT_GT(far.counts().answered, 500U);
        EXPECT_GT(far.counts().refused + far.counts().over_capacity, 500U);
        EXPECT_EQ(far.counts().refused == 0, beyond == Beyond::silence);
    }
}

}  // namespace
}  // namespace sipping::respond
