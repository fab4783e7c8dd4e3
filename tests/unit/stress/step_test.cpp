#include "sipping/stress/step.hpp"

#include <gtest/gtest.h>

#include "sipping/stress/words.hpp"

namespace sipping::stress {
namespace {

constexpr Instant t0{1000s};

struct Made {
    Step step{.rate_per_s = 1000, .begin = t0, .end = t0 + 1s};

    Made& sent(int count) {
        for (int i = 0; i < count; ++i)
            step.on_sent({.due = t0, .sent = t0 + 10us});
        return *this;
    }
    Made& result(int count, ProbeResult result) {
        result.due = result.sent = t0;
        for (int i = 0; i < count; ++i)
            step.on_result(result);
        return *this;
    }
    Made& answered(int count, std::uint16_t status = 200, std::int64_t retry_after_s = -1) {
        return result(count, {.kind = Kind::reply,
                              .status = status,
                              .latency = 5ms,
                              .retry_after_s = retry_after_s});
    }
    Made& lost(int count, std::uint8_t self = 0) {
        return result(count, {.kind = Kind::timeout, .self = self});
    }
    [[nodiscard]] Judgement judged(const Limits& limits = {}) const { return judge(step, limits); }
};

TEST(Step, counts_every_kind_where_it_belongs) {
    Made made;
    made.sent(20).answered(10).answered(1, 503).answered(2, 503, 7).lost(3).lost(1, self_stall);
    made.result(1, {.kind = Kind::icmp}).result(1, {.kind = Kind::provisional, .status = 183});
    made.result(2, {.kind = Kind::late, .status = 200}).result(1, {.kind = Kind::duplicate});
    made.result(1, {.kind = Kind::send_error}).result(2, {.kind = Kind::local});
    const Step& step = made.step;
    EXPECT_EQ(step.sent, 19U);
    EXPECT_EQ(step.answered, 14U);
    EXPECT_EQ(step.lost, 5U);
    EXPECT_EQ(step.undecided(), 0U);
    EXPECT_EQ(step.due(), 22U);
    EXPECT_EQ(step.blamed, 1U);
    EXPECT_EQ(step.icmp, 1U);
    EXPECT_EQ(step.late, 2U);
    EXPECT_EQ(step.refused, 3U);
    EXPECT_EQ(step.paused, 2U);
    EXPECT_EQ(step.retry_after_s, 7);
    EXPECT_EQ(step.of_class(1), 1U);
    EXPECT_EQ(step.of_class(2), 10U);
    EXPECT_EQ(step.of_class(5), 3U);
    EXPECT_EQ(step.latency_at(0.99), 5ms) << "never above the exact maximum";
    EXPECT_EQ(step.last_answer, t0 + 5ms);
}

TEST(Step, loss_is_bad_above_the_limit_only) {
    EXPECT_EQ(Made().sent(1000).answered(990).lost(10).judged().verdict, Verdict::good);
    const Judgement judgement = Made().sent(1000).answered(989).lost(11).judged();
    EXPECT_EQ(judgement.verdict, Verdict::bad);
    EXPECT_EQ(judgement.signs, sign_drops);
    EXPECT_EQ(Made().sent(1000).answered(989).lost(11).judged({.stop_loss_percent = 2}).verdict,
              Verdict::good);
}

TEST(Step, loss_and_refusals_count_together) {
    const Judgement judgement = Made().sent(1000).answered(986).lost(7).answered(7, 503).judged();
    EXPECT_EQ(judgement.verdict, Verdict::bad);
    EXPECT_EQ(judgement.signs, sign_drops | sign_refusals);
}

TEST(Step, one_retry_after_is_enough_unless_ignored) {
    Made made;
    made.sent(1000).answered(999).answered(1, 503, 30);
    EXPECT_EQ(made.judged().signs, sign_pause);
    EXPECT_EQ(made.judged().verdict, Verdict::bad);
    EXPECT_TRUE(seen_enough(made.step, {}, 1000));
    EXPECT_EQ(made.judged({.ignore_retry_after = true}).verdict, Verdict::good);
    EXPECT_FALSE(seen_enough(made.step, {.ignore_retry_after = true}, 1000));
}

TEST(Step, losses_that_may_be_ours_accuse_nobody) {
    EXPECT_EQ(Made().sent(1000).answered(900).lost(100, self_rx_drop).judged().verdict,
              Verdict::ours);
    // Half of them ours: the other half is too much all the same.
    EXPECT_EQ(Made().sent(1000).answered(900).lost(50, self_rx_drop).lost(50).judged().verdict,
              Verdict::bad);
    // Within the limit it does not matter whose they are.
    EXPECT_EQ(Made().sent(1000).answered(995).lost(5, self_stall).judged().verdict, Verdict::good);
}

TEST(Step, a_step_that_was_not_really_sent_is_ours) {
    Made made;
    made.sent(970).answered(500).lost(470);
    made.step.skipped = 30;
    EXPECT_EQ(made.judged().verdict, Verdict::ours);
    made.step.skipped = 10;
    EXPECT_EQ(made.judged().verdict, Verdict::bad);
}

TEST(Step, most_losses_named_by_icmp_are_an_unreachable_target) {
    const Judgement judgement =
        Made().sent(100).answered(50).result(40, {.kind = Kind::icmp}).lost(10).judged();
    EXPECT_EQ(judgement.signs, sign_drops | sign_unreachable);
}

TEST(Step, enough_is_ten_times_too_much_but_not_a_handful) {
    Made made;
    made.sent(200).lost(49);
    EXPECT_FALSE(seen_enough(made.step, {}, 100));
    made.lost(1);
    EXPECT_TRUE(seen_enough(made.step, {}, 100));
    EXPECT_FALSE(seen_enough(made.step, {}, 1000));  // a tenth of it is 100
    made.lost(50, self_stall);
    EXPECT_FALSE(seen_enough(made.step, {}, 1000)) << "ours do not count";
}

TEST(Step, its_line_in_the_table) {
    Measured measured{.step = Made().sent(1000).answered(980).answered(5, 503).lost(15).step};
    measured.judgement = judge(measured.step, {});
    EXPECT_EQ(table_line(3, measured),
              "   3      1,000       1000        985       15    1.50       5      0     5.000  "
              "   5.000     5.000     0.010  200 x 980, 503 x 5; bad: drops");
    EXPECT_EQ(table_heading().find("codes"), table_line(3, measured).find("200 x"));
}

TEST(Step, sign_words) {
    EXPECT_EQ(sign_words(sign_drops | sign_ban), (std::vector<std::string_view>{"drops", "ban"}));
    EXPECT_TRUE(sign_words(0).empty());
}

}  // namespace
}  // namespace sipping::stress
