#include "sipping/ports/original.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sipping::ports {
namespace {

TEST(Original, uses_a_timeouts_worth_of_ports) {
    const OriginalPlan plan{500, 1s, 20000};
    EXPECT_EQ(plan.in_use_at(0s), 0U);
    EXPECT_EQ(plan.in_use_at(500ms), 250U);
    EXPECT_EQ(plan.in_use_at(1s), 500U);
    EXPECT_EQ(plan.in_use_at(1h), 500U);
    EXPECT_EQ(plan.in_use_at(-1s), 0U);
    EXPECT_FALSE(plan.first_failure());
}

TEST(Original, fails_when_they_are_used_up) {
    const OriginalPlan plan{30000, 1s, 19936};
    EXPECT_EQ(plan.in_use_at(2s), 19936U);
    ASSERT_TRUE(plan.first_failure());
    EXPECT_NEAR(std::chrono::duration<double>(*plan.first_failure()).count(), 0.6645, 0.0001);
    EXPECT_FALSE((OriginalPlan{19936, 1s, 19936}).first_failure());
    EXPECT_TRUE((OriginalPlan{19937, 1s, 19936}).first_failure());
}

TEST(Original, rows_tell_of_their_own_span) {
    OriginalRecord record({100, 1s, 50});
    record.opened(10us, 1);
    record.opened(10us, 2);
    record.end_row(20ms, 2);
    record.opened(30us, 3);
    record.failed(700ms, EMFILE, 3);
    record.failed(710ms, ENOMEM, 2);
    record.end_row(720ms, 2);
    ASSERT_EQ(record.rows().size(), 2U);
    const OriginalRow& first = record.rows()[0];
    EXPECT_EQ(first.probes, 2U);
    EXPECT_EQ(first.failed, 0U);
    EXPECT_EQ(first.predicted, 2U);
    EXPECT_EQ(first.seen, 2U);
    const OriginalRow& second = record.rows()[1];
    EXPECT_EQ(second.probes, 3U);
    EXPECT_EQ(second.failed, 2U);
    EXPECT_EQ(second.predicted, 50U);
    EXPECT_EQ(second.cost.calls, 1U);
    EXPECT_EQ(record.probes(), 5U);
    EXPECT_EQ(record.failures(), 2U);
    EXPECT_EQ(record.most_in_use(), 3U);
    ASSERT_TRUE(record.first_failure());
    EXPECT_EQ(record.first_failure()->error, EMFILE);
    EXPECT_EQ(record.first_failure()->at, 700ms);
}

TEST(Original, words) {
    OriginalRecord good({500, 1s, 20000});
    good.opened(10us, 500);
    EXPECT_EQ(original_words(good, 5s), "no failure: 500 in use at most, 500 predicted");

    OriginalRecord files({30000, 1s, 19936});
    files.failed(660'400us, EMFILE, 19936);
    EXPECT_EQ(original_words(files, 5s),
              "first failure after 0.66 s: EMFILE (Too many open files) with 19,936 sockets open; "
              "predicted after 0.665 s with 19,936");

    OriginalRecord range({1000, 1s, 300});
    range.failed(301ms, EAGAIN, 300);
    EXPECT_EQ(original_words(range, 5s),
              "first failure after 0.301 s: EAGAIN (Resource temporarily unavailable) with 300 "
              "sockets open, which means that no port was free; predicted after 0.3 s with 300");

    OriginalRecord spared({1000, 1s, 300});
    spared.opened(10us, 236);
    spared.spare({237ms, 236, 64});
    EXPECT_EQ(original_words(spared, 237ms),
              "ended after 0.237 s with 236 sockets open, so that 64 ports stay free for other "
              "programs (--exhaust goes on); first failure predicted after 0.3 s with 300");

    OriginalRecord surprise({10, 1s, 300});
    surprise.failed(1s, ENOMEM, 7);
    EXPECT_EQ(original_words(surprise, 5s),
              "first failure after 1 s: ENOMEM (Cannot allocate memory) with 7 sockets open; none "
              "was predicted");
}

}  // namespace
}  // namespace sipping::ports
