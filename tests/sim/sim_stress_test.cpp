// A whole stress run against simulated targets whose limits are known: the engine, the search and
// the verdict, in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "stress_bed.hpp"

namespace sipping::sim {
namespace {

using stress::Limit;
using stress::Verdict;
using testing::HasSubstr;
using Bed = StressBed;

TEST(SimStress, finds_the_knee_of_a_target_that_drops) {
    for (const std::uint32_t capacity : {50U, 500U, 5000U}) {
        Bed bed(asked(capacity / 5.0, capacity * 4.0, 6));
        bed.simulation->network.peer = with_capacity(capacity, "");
        bed.go();
        const stress::Outcome outcome = bed.outcome();
        EXPECT_EQ(outcome.limit, Limit::target);
        EXPECT_NEAR(outcome.held, capacity, capacity * 0.05);
        EXPECT_GT(outcome.first_bad, outcome.held);
        EXPECT_LE(outcome.first_bad, outcome.held * stress::Search::precision * 1.0001);
        EXPECT_EQ(outcome.signs, stress::sign_drops);
        EXPECT_TRUE(outcome.recovered);
        EXPECT_LT(outcome.recovery, 300ms);
        EXPECT_THAT(bed.text(), HasSubstr("The limit is not ours"));
    }
}

TEST(SimStress, finds_the_knee_of_a_target_that_refuses) {
    Bed bed(asked(100, 2000, 6));
    bed.simulation->network.peer = with_capacity(500, "503 Service Unavailable");
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::target);
    EXPECT_NEAR(bed.outcome().held, 500, 25);
    EXPECT_EQ(bed.outcome().signs, stress::sign_refusals);
}

TEST(SimStress, a_request_for_a_pause_is_obeyed) {
    Bed bed(asked(100, 800, 4));
    std::vector<Instant> refused;
    std::vector<Instant> seen;
    const auto peer = with_capacity(500, "503 Service Unavailable", "Retry-After: 3\r\n");
    bed.simulation->network.peer = [&, peer](const SeenRequest& request) mutable {
        seen.push_back(request.sent);
        auto answers = peer(request);
        if (answers.front().starts_with("SIP/2.0 503")) refused.push_back(request.sent);
        return answers;
    };
    bed.go();
    EXPECT_NE(bed.outcome().signs & stress::sign_pause, 0);
    EXPECT_EQ(bed.outcome().signs & stress::sign_ban, 0)
        << "a pause of ours is no silence of theirs";
    EXPECT_NEAR(bed.outcome().held, 500, 25);
    EXPECT_EQ(bed.outcome().retry_after_s, 3);
    ASSERT_FALSE(refused.empty());
    // What was on its way when the first 503 came is still sent; after that three seconds nothing.
    const Instant asked_at = refused.front();
    for (const Instant at : seen)
        EXPECT_FALSE(at > asked_at + 20ms && at < asked_at + 3s);
    EXPECT_THAT(bed.text(), HasSubstr("Retry-After: 3 s"));
}

TEST(SimStress, a_request_for_a_pause_can_be_ignored) {
    stress::Options options = asked(100, 800, 4);
    options.limits.ignore_retry_after = true;
    Bed bed(options);
    bed.simulation->network.peer =
        with_capacity(500, "503 Service Unavailable", "Retry-After: 3\r\n");
    bed.go();
    EXPECT_EQ(bed.outcome().signs, stress::sign_refusals);
    EXPECT_NEAR(bed.outcome().held, 500, 25);
}

/// As pike: more than `limit` requests within two seconds, and nothing is answered until it was
/// less for two seconds.
TEST(SimStress, a_ban_ends_the_search) {
    Bed bed(asked(2, 64, 6));
    auto recent = std::make_shared<std::deque<Instant>>();
    Instant banned_until{};
    bed.simulation->network.peer =
        [&, recent](const SeenRequest& request) -> std::vector<std::string> {
        recent->push_back(request.sent);
        while (recent->front() < request.sent - 2s)
            recent->pop_front();
        if (recent->size() > 30) banned_until = request.sent + 4s;
        if (request.sent < banned_until) return {};
        return {answer_to(request, "200 OK")};
    };
    bed.go();
    const stress::Outcome outcome = bed.outcome();
    EXPECT_EQ(outcome.limit, Limit::target);
    EXPECT_NE(outcome.signs & stress::sign_ban, 0);
    EXPECT_NEAR(outcome.held, 16, 0.1);  // one second of it is not yet too much
    EXPECT_NEAR(outcome.first_bad, 32, 0.1);
    EXPECT_EQ(bed.run.measured().size(), 5U) << "each try costs a ban";
    EXPECT_GT(outcome.recovery, 2s);
    EXPECT_LT(outcome.recovery, 6s);
    EXPECT_THAT(bed.text(), HasSubstr("looks banned"));
}

TEST(SimStress, a_target_that_does_not_come_back) {
    Bed bed(asked(100, 800, 4));
    bool dead = false;
    std::uint64_t asked_for = 0;
    bed.simulation->network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        dead = dead || ++asked_for > 400;
        if (dead) return {};
        return {answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::target);
    EXPECT_FALSE(bed.outcome().recovered);
    EXPECT_GE(bed.outcome().recovery, 20s);
    EXPECT_THAT(bed.text(), HasSubstr("has not come back"));
}

TEST(SimStress, a_target_that_answers_here_and_there_afterwards_has_not_recovered) {
    // It said "Interrupted", or that no limit was found.
    for (const double low : {100.0, 400.0}) {
        Bed bed(asked(low, 800, 4));
        std::uint64_t seen = 0;
        bed.simulation->network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
            if (++seen > 300 && seen / 2 % 2 == 0) return {};
            return {answer_to(request, "200 OK")};
        };
        bed.go();
        EXPECT_EQ(bed.outcome().limit, Limit::target);
        EXPECT_FALSE(bed.outcome().recovered);
        EXPECT_THAT(bed.text(), HasSubstr("No recovery was seen within 20."));
        EXPECT_THAT(bed.text(), testing::Not(HasSubstr("Interrupted")));
    }
}

TEST(SimStress, one_that_answers_too_late_does_answer) {
    Bed bed(asked(100, 800, 4), {.delay = 300ms});
    bed.go();
    EXPECT_THAT(bed.text(), HasSubstr("sbc answers, but not in time: no rate was tried."));
}

TEST(SimStress, two_rates_that_round_to_the_same_are_told_apart) {
    // "holds 42 probes a second, but not 42"
    Bed bed(asked(30, 60, 4));
    bed.simulation->network.peer = with_capacity(42, "");
    bed.go();
    const std::string text = bed.text();
    const std::size_t but = text.find(" probes a second, but not ");
    ASSERT_NE(but, std::string::npos) << text;
    const std::string held = text.substr(10, but - 10);
    const std::string first_bad = text.substr(but + 26, text.find(". ", but) - but - 26);
    EXPECT_NE(held, first_bad) << text;
    EXPECT_NEAR(std::stod(held), bed.outcome().held, 0.5);
    EXPECT_NEAR(std::stod(first_bad), bed.outcome().first_bad, 0.5);
}

TEST(SimStress, codes_are_counts_that_read_as_counts) {
    // "503 50 (Retry-After 50)" read as seconds
    Bed bed(asked(100, 800, 4));
    bed.simulation->network.peer =
        with_capacity(500, "503 Service Unavailable", "Retry-After: 3\r\n");
    bed.go();
    std::string lines;
    for (const stress::Measured& measured : bed.run.measured())
        lines += stress::table_line(1, measured) + "\n";
    EXPECT_THAT(lines, HasSubstr("200 x 100; good"));
    EXPECT_THAT(lines,
                testing::ContainsRegex("200 x [0-9]+, 503 x [0-9]+ \\([0-9]+ with Retry-After\\)"));
}

TEST(SimStress, latency_can_be_the_limit) {
    stress::Options options = asked(100, 1600, 5);
    options.limits.stop_p99 = 20ms;
    Bed bed(options);
    Instant last{};
    bed.simulation->network.peer = [&](const SeenRequest& request) {
        const Duration apart = request.sent - last;
        last = request.sent;
        bed.simulation->network.link.delay = apart < 2ms ? 50ms : 5ms;  // above 500 a second
        return std::vector{answer_to(request, "200 OK")};
    };
    bed.go();
    EXPECT_EQ(bed.outcome().signs, stress::sign_latency);
    EXPECT_NEAR(bed.outcome().held, 500, 25);
    EXPECT_THAT(bed.text(), HasSubstr("p99 49"));
}

TEST(SimStress, no_limit_is_found_where_there_is_none) {
    Bed bed(asked(100, 2000, 3));
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::none);
    EXPECT_EQ(bed.outcome().held, 2000);
    ASSERT_EQ(bed.run.measured().size(), 3U);
    EXPECT_NEAR(bed.run.measured()[1].step.rate_per_s, 447.2, 0.1);
    for (const stress::Measured& measured : bed.run.measured()) {
        EXPECT_NEAR(static_cast<double>(measured.step.sent), measured.step.rate_per_s, 1.5);
        EXPECT_EQ(measured.step.sent, measured.step.answered);
    }
    EXPECT_THAT(bed.text(), HasSubstr("no limit found"));
}

TEST(SimStress, a_target_that_never_answers_is_not_stressed) {
    Bed bed(asked(100, 2000, 3));
    bed.simulation->network.peer = [](const SeenRequest&) { return std::vector<std::string>{}; };
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::unknown);
    EXPECT_TRUE(bed.run.measured().empty());
    EXPECT_LE(bed.simulation->network.requests, 6U);
    EXPECT_THAT(bed.text(), HasSubstr("does not answer"));
}

TEST(SimStress, who_sends_something_else_is_not_called_silent) {
    Bed bed(asked(100, 800, 4));
    bed.simulation->network.peer = [](const SeenRequest&) {
        return std::vector<std::string>{"what?"};
    };
    bed.go();
    EXPECT_THAT(bed.text(),
                HasSubstr("Nothing that came from sbc was an answer: no rate was tried. "
                          "Its host sent something else: "));
    EXPECT_THAT(bed.text(), HasSubstr(" datagrams that are not SIP."));
}

TEST(SimStress, a_target_that_refuses_without_load_is_not_stressed) {
    Bed bed(asked(100, 2000, 3));
    bed.simulation->network.peer = [](const SeenRequest& request) {
        return std::vector{answer_to(request, "503 Service Unavailable")};
    };
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::unknown);
    EXPECT_LE(bed.simulation->network.requests, 6U);
    EXPECT_THAT(bed.text(), HasSubstr("503 without any load"));
}

TEST(SimStress, sends_that_fail_do_not_wait_for_ever) {
    Link link;
    link.refuse_percent = 100;
    Bed bed(asked(100, 2000, 3), link);
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::unknown);
    EXPECT_THAT(bed.text(), HasSubstr("Nothing could be sent to sbc: EPERM"));
}

TEST(SimStress, an_answer_that_is_only_provisional_is_one) {
    Bed bed(asked(100, 200, 2));
    bed.simulation->network.peer = [](const SeenRequest& request) {
        return std::vector{answer_to(request, "183 Session Progress")};
    };
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::none);
}

TEST(SimStress, a_timeout_longer_than_the_steps) {
    stress::Options options = asked(100, 400, 3);
    options.timeout = 3s;
    Bed bed(options);
    bed.simulation->network.peer = with_capacity(150, "");
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::target);
    EXPECT_NEAR(bed.outcome().held, 150, 8);
}

TEST(SimStress, less_than_a_probe_a_second) {
    stress::Options options = asked(0.5, 0.5, 1);
    options.step_time = 5s;
    Bed bed(options);
    bed.go();
    EXPECT_EQ(bed.outcome().limit, Limit::none);
    ASSERT_EQ(bed.run.measured().size(), 1U);
    EXPECT_EQ(bed.run.measured()[0].step.sent, 3U);  // at 0, 2 and 4 s
}

TEST(SimStress, a_prober_that_does_not_run_accuses_nobody) {
    Bed bed(asked(100, 2000, 3));
    // From 200 a second on this process loses nine tenths of its time, as under a CPU quota.
    Instant next_stall{};
    bed.go([&] {
        if (bed.run.phase() != stress::Phase::step || bed.run.search().rate() < 200) return;
        if (bed.now() < next_stall) return;
        bed.simulation->network.stall(90ms);
        next_stall = bed.now() + 10ms;
    });
    const stress::Outcome outcome = bed.outcome();
    EXPECT_EQ(outcome.limit, Limit::ours);
    EXPECT_EQ(outcome.held, 100);
    EXPECT_NEAR(outcome.own_limit, 447.2, 0.1);
    EXPECT_EQ(outcome.signs, 0);
    EXPECT_EQ(bed.run.measured().size(), 1U + stress::Search::own_tries);
    EXPECT_THAT(bed.text(), HasSubstr("The limit is ours"));
}

TEST(SimStress, one_unlucky_step_is_no_limit) {
    Bed bed(asked(100, 400, 3));
    bool unlucky = true;
    bed.go([&] {
        const bool second = bed.run.measured().size() == 2;
        bed.simulation->network.link.loss_percent = second && unlucky ? 10 : 0;
        if (bed.run.measured().size() > 2) unlucky = false;
    });
    EXPECT_EQ(bed.outcome().limit, Limit::none);
    EXPECT_EQ(bed.outcome().held, 400);
    ASSERT_EQ(bed.run.measured().size(), 4U);
    EXPECT_EQ(bed.run.measured()[1].judgement.verdict, Verdict::bad);
    EXPECT_EQ(bed.run.measured()[2].judgement.verdict, Verdict::good);
    EXPECT_EQ(bed.outcome().signs, 0);
}

TEST(SimStress, an_interrupted_run_says_what_it_knows) {
    Bed bed(asked(100, 2000, 10));
    bed.go([&] {
        if (bed.run.judged() == 3) bed.run.interrupt();
    });
    EXPECT_EQ(bed.outcome().limit, Limit::unknown);
    EXPECT_TRUE(bed.outcome().interrupted);
    EXPECT_GT(bed.outcome().held, 100);
    EXPECT_THAT(bed.text(), HasSubstr("Interrupted"));
}

TEST(SimStress, interrupted_before_the_first_answer_it_accuses_nobody) {
    Bed bed(asked(100, 2000, 4));
    bed.go([&] { bed.run.interrupt(); });
    EXPECT_EQ(bed.outcome().limit, Limit::unknown);
    EXPECT_THAT(bed.text(), HasSubstr("Interrupted before sbc answered"));
}

TEST(SimStress, interrupted_while_narrowing_it_names_the_bracket) {
    Bed bed(asked(100, 2000, 4));
    bed.simulation->network.peer = with_capacity(500, "");
    bed.go([&] {
        if (bed.run.search().narrowing()) bed.run.interrupt();
    });
    EXPECT_EQ(bed.outcome().limit, Limit::target);
    EXPECT_LT(bed.outcome().held, 500);
    EXPECT_GT(bed.outcome().first_bad, 500);
    EXPECT_THAT(bed.text(), HasSubstr("Interrupted before the two were closer"));
}

}  // namespace
}  // namespace sipping::sim
