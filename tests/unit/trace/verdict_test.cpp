#include "sipping/trace/verdict.hpp"

#include <gtest/gtest.h>

#include "two_ends.hpp"

namespace sipping::trace {
namespace {

constexpr std::uint64_t lost = 5479931704;
constexpr std::uint64_t first_answered = TwoEnds::first_answered;

/// Probes that were answered, each second from 0 s to 100 s; the lost one goes out at 50.5 s.
class VerdictTest : public testing::Test {
protected:
    void start(Kind kind = Kind::timeout, std::string_view detail = "", bool has_near = true) {
        ends_.emplace(has_near);
        ends_->ahead = ahead_;
        ends_->answered_rows();
        ends_->row(lost, at, kind, std::nullopt, "gw", detail);
    }
    void packets() {
        ends_->rows_end(lost);
        ends_->answered_packets();
    }
    std::string said() {
        ends_->judge();
        return ends_->words(lost);
    }

    static constexpr Duration at = 50500ms;
    Duration ahead_ = 7s;
    std::optional<TwoEnds> ends_;
};

TEST_F(VerdictTest, never_left) {
    start();
    packets();
    EXPECT_EQ(said(), "never left our host");
}

TEST_F(VerdictTest, lost_there) {
    start();
    packets();
    ends_->request(Side::near, at, lost);
    EXPECT_EQ(said(), "lost on the way there");
}

TEST_F(VerdictTest, lost_there_or_never_left_without_a_near_capture) {
    start(Kind::timeout, "", false);
    packets();
    EXPECT_EQ(said(), "lost on the way there: or never left our host: a near capture would tell");
}

TEST_F(VerdictTest, unanswered_with_all_that_was_seen_of_it) {
    start();
    packets();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    ends_->request(Side::far, at + 6ms, lost);
    ends_->answer(Side::far, at + 7ms, lost, "100 Trying");
    EXPECT_EQ(said(), "arrived, not answered: request captured 2 times; 100 was sent");
}

TEST_F(VerdictTest, lost_back) {
    start();
    packets();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    ends_->answer(Side::far, at + 6ms, lost, "503 Busy");
    EXPECT_EQ(said(), "answer lost on the way back: 503 sent");
}

TEST_F(VerdictTest, answered_in_time_but_not_to_the_prober) {
    start();
    packets();
    ends_->answered(lost, at);
    EXPECT_EQ(said(), "answer lost at our host: network 10.000 ms, far end 1.000 ms; 200 sent");
}

TEST_F(VerdictTest, too_late_is_split_without_any_clock) {
    start();
    ends_->row(lost, at, Kind::late, 2500ms);
    packets();
    ends_->request(Side::far, at + 40ms, lost);
    ends_->answer(Side::far, at + 2440ms, lost);
    EXPECT_EQ(said(), "answered too late: network 100.000 ms, far end 2.400 s");
    EXPECT_EQ(ends_->of(lost).verdict, Verdict::too_late);
}

TEST_F(VerdictTest, seen_later_than_any_answer_in_time_and_not_in_the_log) {
    start();
    packets();
    ends_->answered(lost, at, 5ms, 40s);
    EXPECT_EQ(said(),
              "undecided: answered, later than any answer in time: perhaps after the timeout; "
              "network 40.005 s, far end 1.000 ms; 200 sent");
}

TEST_F(VerdictTest, outside_the_captures_time) {
    start();
    ends_->row(1234567890, -10s, Kind::timeout);
    ends_->row(1234567891, 110s, Kind::timeout);
    packets();
    said();
    EXPECT_EQ(ends_->of(1234567890).reason, Reason::before_capture);
    EXPECT_EQ(ends_->of(1234567891).reason, Reason::after_capture);
}

TEST_F(VerdictTest, the_window_is_that_of_the_far_clock) {
    ahead_ = -1000s;
    start(Kind::timeout, "", false);
    packets();
    EXPECT_EQ(said().substr(0, 21), "lost on the way there");
    const ClockOffset& clock = ends_->judge().offset(Side::far);
    EXPECT_TRUE(clock.known && clock.steady);
    EXPECT_NEAR(std::chrono::duration<double>(clock.offset).count(), -1000, 0.0002);
    EXPECT_LT(clock.error, 6ms);
    EXPECT_EQ(clock.probes, 101U);
}

TEST_F(VerdictTest, a_clock_that_was_set_is_noticed) {
    start();
    ends_->rows_end();
    for (std::uint64_t i = 0; i <= 100; ++i) {
        ends_->ahead = i < 50 ? 0s : 3s;
        ends_->answered(first_answered + i, TwoEnds::second(i));
    }
    ends_->judge();
    const ClockOffset& clock = ends_->judge().offset(Side::far);
    EXPECT_FALSE(clock.steady);
    EXPECT_LE(clock.offset - clock.error, 0s);
    EXPECT_GE(clock.offset + clock.error, 3s);
}

TEST_F(VerdictTest, a_capture_that_lost_packets_proves_nothing) {
    start();
    packets();
    ends_->request(Side::near, at, lost);
    const auto drop_one = [&](Duration from, Duration to) {
        const WallTime begin = TwoEnds::begin + ahead_;
        ends_->coverage(Side::far).add_dropped(begin + from, begin + to, 1);
    };
    drop_one(10s, 40s);
    drop_one(60s, 70s);
    EXPECT_EQ(said(), "lost on the way there") << "they were lost at other times";
    drop_one(50s, 51s);
    EXPECT_EQ(said(), "undecided: the far capture lost packets, maybe this one");
    ends_->request(Side::far, at, lost);
    EXPECT_EQ(said(), "undecided: the far capture lost packets, maybe this one");
}

TEST_F(VerdictTest, a_capture_without_the_answers_proves_none_missing) {
    start(Kind::timeout, "", false);
    ends_->rows_end();
    for (std::uint64_t i = 0; i <= 100; ++i)
        ends_->request(Side::far, TwoEnds::second(i), first_answered + i);
    ends_->request(Side::far, at, lost);
    EXPECT_EQ(said(), "undecided: the far capture lacks probes that were answered");
}

TEST_F(VerdictTest, a_capture_that_ends_too_soon) {
    start();
    ends_->row(1234567890, 99800ms, Kind::timeout);
    packets();
    ends_->request(Side::far, 99805ms, 1234567890);
    said();
    EXPECT_EQ(ends_->of(1234567890).reason, Reason::capture_ends);
}

TEST_F(VerdictTest, another_targets_capture) {
    start();
    ends_->row(1234567890, 50s, Kind::timeout, std::nullopt, "other");
    ends_->row(1234567891, 51s, Kind::reply, 11ms, "other");
    packets();
    ends_->request(Side::near, 50s, 1234567890);
    said();
    EXPECT_EQ(ends_->of(1234567890).reason, Reason::other_target);
}

TEST_F(VerdictTest, found_by_branch_where_an_sbc_changed_the_call_id) {
    start();
    packets();
    const std::string digits = fmt::format("{}", lost);
    const std::string there = packets::options("abc@sbc", packets::branch(digits));
    ends_->request(Side::near, at, lost);
    EXPECT_EQ(ends_->packet(Side::far, at + 5ms, there), Join::Taken::wanted);
    EXPECT_EQ(ends_->packet(Side::far, at + 6ms, packets::answer(there)), Join::Taken::wanted);
    EXPECT_EQ(said(),
              "answer lost on the way back: 200 sent; Call-ID changed on the way, found by "
              "its branch");
    ASSERT_EQ(ends_->join().rewrites().sums().size(), 1U);
    EXPECT_EQ(ends_->join().rewrites().sums()[0].example.name, "Call-ID");
    EXPECT_EQ(ends_->join().rewrites().sums()[0].example.after, "abc@sbc");
}

TEST_F(VerdictTest, what_a_proxy_got_from_behind_is_no_answer_to_us) {
    start();
    packets();
    const std::string digits = fmt::format("{}", lost);
    std::string passed_on = TwoEnds::text_of(lost);
    passed_on.insert(passed_on.find("Via:"), "Via: SIP/2.0/UDP proxy;branch=z9hG4bKproxy\r\n");
    ends_->request(Side::far, at + 5ms, lost);
    ends_->packet(Side::far, at + 6ms, passed_on);
    ends_->packet(Side::far, at + 7ms, packets::answer(passed_on));
    EXPECT_EQ(said(), "arrived, not answered");
}

TEST_F(VerdictTest, nothing_of_others_is_kept) {
    start();
    packets();
    EXPECT_EQ(ends_->packet(Side::far, at, TwoEnds::text_of(9999999999)), Join::Taken::others);
    EXPECT_EQ(ends_->packet(Side::far, at, "no SIP"), Join::Taken::no_sip);
    EXPECT_EQ(ends_->packet(Side::near, at, TwoEnds::text_of(lost)), Join::Taken::wanted);
    ASSERT_EQ(ends_->join().events().size(), 1U) << "the one that is drawn";
    EXPECT_EQ(ends_->join().events()[0].method, "OPTIONS");
}

TEST_F(VerdictTest, what_the_kernel_refused_never_left) {
    TwoEnds ends(false, {.targets = {}, .call_id = lost, .site = ""});
    ends.row(lost, at, Kind::send_error, std::nullopt, "gw", "errno=EPERM");
    ends.rows_end();
    ends.judge();
    EXPECT_EQ(ends.words(lost), "never left our host: send-error errno=EPERM");
}

TEST(ProbeBookTest, takes_what_was_asked_for) {
    TwoEnds ends(true, {.from = TwoEnds::begin + 1s, .to = TwoEnds::begin + 2s, .targets = {"gw"}});
    ends.row(1111111111, 0s, Kind::timeout);
    ends.row(2222222222, 1s, Kind::timeout);
    ends.row(3333333333, 2s, Kind::timeout);
    ends.row(4444444444, 1s, Kind::timeout, std::nullopt, "other");
    ends.row(5555555555, 1s, Kind::reply, 1ms);
    ends.row(6666666666, 1s, Kind::pending);
    ends.rows_end();
    // "other" is at the address 10.0.0.2 as well, but gw is a name.
    ASSERT_EQ(ends.book().probes().size(), 2U);
    EXPECT_EQ(ends.book().probes()[0].call_id, 2222222222U);
    EXPECT_FALSE(ends.book().probes()[1].wanted);
}

TEST(ProbeBookTest, the_sample_is_bounded_and_even) {
    TwoEnds ends;
    constexpr std::uint64_t all = 5 * ProbeBook::sample_max;
    for (std::uint64_t i = 0; i < all; ++i)
        ends.row(1000000000 + i, std::chrono::milliseconds{i}, Kind::reply, 1ms);
    ends.rows_end();
    const auto& probes = ends.book().probes();
    EXPECT_LE(probes.size(), ProbeBook::sample_max);
    EXPECT_GE(probes.size(), ProbeBook::sample_max / 2);
    const std::uint64_t step = probes[1].call_id - probes[0].call_id;
    for (std::size_t i = 1; i < probes.size(); ++i)
        ASSERT_EQ(probes[i].call_id - probes[i - 1].call_id, step);
}

}  // namespace
}  // namespace sipping::trace
