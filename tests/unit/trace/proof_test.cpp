// What captures cannot prove: somebody is accused on the strength of a verdict, so where there may
// be another reason for what a capture lacks, there is none.
#include <gtest/gtest.h>

#include "two_ends.hpp"

namespace sipping::trace {
namespace {

constexpr std::uint64_t lost = 5479931704;
constexpr std::uint64_t first_answered = TwoEnds::first_answered;
constexpr Duration at = 50500ms;

std::string verdict_of(TwoEnds& ends, std::uint64_t call_id = lost) {
    ends.judge();
    return ends.words(call_id);
}

TEST(Proof, nothing_answered_proves_nothing) {
    for (const bool with_packets : {false, true}) {
        TwoEnds ends(false);
        for (std::uint64_t i = 0; i < 30; ++i)
            ends.row(lost + i, TwoEnds::second(i), Kind::timeout);
        ends.rows_end();
        // Of one host, or of quite another one, with a clock that is or is not right: who knows.
        for (std::uint64_t i = 0; i < 30; i += 3)
            ends.packet(Side::far, TwoEnds::second(i),
                        with_packets ? TwoEnds::text_of(lost + i) : "OPTIONS sip:x SIP/2.0\r\n");
        EXPECT_EQ(verdict_of(ends, lost + 1).substr(0, 9), "undecided");
        EXPECT_EQ(ends.of(lost + 1).reason,
                  with_packets ? Reason::no_witness : Reason::other_target);
        EXPECT_EQ(ends.of(lost).verdict, Verdict::undecided) << "only requests were captured";
    }
}

TEST(Proof, a_hole_in_a_capture_is_told_from_the_answered_ones_beside) {
    TwoEnds ends;
    ends.answered_rows();
    ends.row(lost, at, Kind::timeout);
    ends.rows_end();
    for (std::uint64_t i = 0; i <= 100; ++i) {
        if (i != 50) ends.answered(first_answered + i, TwoEnds::second(i));  // half a second before
    }
    ends.request(Side::near, at, lost);
    EXPECT_EQ(verdict_of(ends), "undecided: the far capture lacks probes that were answered");
}

TEST(Proof, a_capture_that_ends_before_a_usual_answer_would_have_left) {
    TwoEnds ends(false);
    ends.answered_rows(3s);
    ends.row(lost, 99900ms, Kind::timeout);
    ends.rows_end();
    ends.answered_packets(3s);
    ends.request(Side::far, 99905ms, lost);
    EXPECT_EQ(verdict_of(ends), "undecided: arrived, but the far capture ends too soon after it");
}

TEST(Proof, lost_back_may_be_lost_at_our_host) {
    TwoEnds alone(false);
    alone.answered_but(lost, at);
    alone.request(Side::far, at + 5ms, lost);
    alone.answer(Side::far, at + 6ms, lost);
    EXPECT_EQ(verdict_of(alone),
              "answer lost on the way back: 200 sent; or lost at our host: a near capture would "
              "tell");
    TwoEnds both;
    both.answered_but(lost, at);
    both.request(Side::far, at + 5ms, lost);
    both.answer(Side::far, at + 6ms, lost);
    both.coverage(Side::near).add_dropped(TwoEnds::begin, TwoEnds::begin + 100s, 7);
    EXPECT_EQ(verdict_of(both),
              "answer lost on the way back: 200 sent; or lost at our host: the near capture cannot "
              "tell");
}

TEST(Proof, a_far_end_that_thinks_long_is_not_blamed_on_the_way) {
    TwoEnds ends;
    ends.answered_but(lost, at);
    ends.request(Side::near, at, lost);
    ends.request(Side::far, at + 5ms, lost);
    ends.answer(Side::far, at + 40s, lost);
    EXPECT_EQ(verdict_of(ends),
              "undecided: answered, later than any answer in time: perhaps after the timeout; 200 "
              "sent");
}

TEST(Proof, somewhat_slower_than_the_others_is_in_time) {
    for (const bool at_near : {false, true}) {
        TwoEnds ends;
        ends.answered_but(lost, at);
        ends.request(Side::near, at, lost);
        ends.request(Side::far, at + 5ms, lost);
        ends.answer(Side::far, at + 40ms, lost);
        if (at_near) ends.answer(Side::near, at + 60ms, lost);
        ends.judge();
        EXPECT_EQ(ends.of(lost).verdict, at_near ? Verdict::not_received : Verdict::lost_back);
    }
}

TEST(Proof, a_run_that_ended_waited_for_nothing) {
    TwoEnds ends(false, {.targets = {}, .call_id = lost, .site = ""});
    ends.answered_rows();
    ends.row(lost, at, Kind::pending);
    ends.rows_end();
    ends.answered_packets();
    ends.request(Side::far, at + 5ms, lost);
    ends.answer(Side::far, at + 6ms, lost);
    ends.judge();
    EXPECT_EQ(ends.of(lost).reason, Reason::run_ended);
}

TEST(Proof, logs_that_overlap_hold_each_probe_once) {
    TwoEnds ends(false);
    for (int twice = 0; twice < 2; ++twice) {
        ends.answered_rows();
        ends.row(lost, at, Kind::timeout);
    }
    ends.rows_end();
    EXPECT_EQ(ends.book().probes().size(), 102U);
    ends.answered_packets();
    EXPECT_EQ(verdict_of(ends).substr(0, 21), "lost on the way there");
}

TEST(Proof, a_copy_of_a_log_with_rounded_times_holds_no_other_probes) {
    TwoEnds ends;
    ends.answered_rows();
    ends.row(lost, at, Kind::timeout);
    ends.row(lost, at + 400ms, Kind::timeout);
    ends.rows_end();
    EXPECT_EQ(ends.book().probes().size(), 102U);
    ends.answered_packets();
    ends.request(Side::near, at, lost);
    EXPECT_EQ(verdict_of(ends), "lost on the way there") << "and none that never left";
}

TEST(Proof, the_same_digits_of_another_site_or_another_day_are_another_probe) {
    TwoEnds ends;
    ends.site = "berlin";
    ends.answered_rows();
    ends.row(lost, at, Kind::timeout);
    ends.rows_end();
    for (std::uint64_t i = 0; i <= 100; ++i) {
        const std::string digits = fmt::format("{}", first_answered + i);
        const std::string text = packets::options(digits + "@berlin", packets::branch(digits));
        for (const Side side : {Side::near, Side::far}) {
            ends.packet(side, TwoEnds::second(i), text);
            ends.packet(side, TwoEnds::second(i) + (side == Side::near ? 3ms : 1ms),
                        packets::answer(text));
        }
    }
    const std::string digits = fmt::format("{}", lost);
    const std::string paris = packets::options(digits + "@paris", packets::branch(digits));
    ends.request(Side::near, at, lost);
    ends.packet(Side::near, at, packets::options(digits + "@berlin", packets::branch(digits)));
    EXPECT_EQ(ends.packet(Side::far, at, paris), Join::Taken::others);
    EXPECT_EQ(ends.packet(Side::far, at + 1ms, packets::answer(paris)), Join::Taken::others);
    EXPECT_EQ(verdict_of(ends), "lost on the way there");
    const std::string berlin = packets::options(digits + "@berlin", packets::branch(digits));
    ends.packet(Side::far, at + 72h, berlin);
    ends.packet(Side::far, at + 72h, packets::answer(berlin));
    ends.judge();
    EXPECT_EQ(ends.of(lost).reason, Reason::other_time);
}

TEST(Proof, what_any_next_hop_of_a_proxy_says_is_no_answer_to_us) {
    TwoEnds ends;
    ends.answered_but(lost, at);
    ends.request(Side::near, at, lost);
    ends.request(Side::far, at + 5ms, lost);
    const auto passed_on = [](std::string_view hop) {
        std::string text = TwoEnds::text_of(lost);
        text.insert(text.find("Via:"),
                    fmt::format("Via: SIP/2.0/UDP proxy;branch=z9hG4bK{}\r\n", hop));
        return text;
    };
    ends.packet(Side::far, at + 6ms, passed_on("first"));
    ends.packet(Side::far, at + 7ms, passed_on("second"));
    ends.packet(Side::far, at + 8ms, packets::answer(passed_on("first"), "503 Busy"));
    EXPECT_EQ(verdict_of(ends), "arrived, not answered");
}

TEST(Proof, captures_given_for_the_wrong_end_or_one_for_both_accuse_nobody) {
    for (const bool swapped : {true, false}) {
        TwoEnds ends;
        ends.answered_rows();
        ends.row(lost, at, Kind::timeout);
        ends.row(lost + 1, at, Kind::timeout);
        ends.row(lost + 1, at, Kind::late, 2s);
        ends.rows_end();
        for (std::uint64_t i = 0; i <= TwoEnds::answered_last; ++i) {
            const Duration sent = TwoEnds::second(i);
            ends.request(Side::far, sent, first_answered + i);
            ends.answer(Side::far, sent + 11ms, first_answered + i);
            ends.request(Side::near, sent + (swapped ? 5ms : 0ms), first_answered + i);
            ends.answer(Side::near, sent + (swapped ? 6ms : 11ms), first_answered + i);
        }
        for (const std::uint64_t one : {lost, lost + 1})
            ends.request(Side::far, at, one);
        ends.answer(Side::far, at + 2s, lost + 1);
        EXPECT_EQ(verdict_of(ends),
                  "undecided: answers take no longer in the near capture than in the far one: they "
                  "are swapped, or of one place");
        EXPECT_EQ(ends.words(lost + 1), "answered too late");
    }
}

TEST(Proof, a_provisional_answer_to_what_did_not_arrive_was_somebody_elses) {
    TwoEnds ends;
    ends.answered_but(lost, at);
    ends.request(Side::near, at, lost);
    ends.answer(Side::near, at + 4ms, lost, "100 Trying");
    EXPECT_EQ(verdict_of(ends),
              "undecided: a provisional answer came, but the far capture has nothing of it: "
              "something before it took it; 100 came");
}

TEST(Proof, of_several_answers_nobody_knows_which_one_came_late) {
    for (const Duration again : {Duration{500us}, Duration{4s}}) {
        TwoEnds ends;
        ends.answered_rows();
        ends.row(lost, at, Kind::timeout);
        ends.row(lost, at, Kind::late, 4010ms);
        ends.rows_end();
        ends.answered_packets();
        ends.request(Side::near, at, lost);
        ends.request(Side::far, at + 5ms, lost);
        ends.answer(Side::far, at + 6ms, lost);
        ends.answer(Side::far, at + 6ms + again, lost);
        ends.answer(Side::near, at + 4010ms, lost);
        EXPECT_EQ(verdict_of(ends), again > 1s
                                        ? "answered too late: answer captured 2 times"
                                        : "answered too late: network 4.009 s, far end 1.000 ms; "
                                          "answer captured 2 times");
    }
}

TEST(Proof, what_the_log_says_was_not_sent_and_was_captured_has_left) {
    for (const Kind kind : {Kind::send_error, Kind::local}) {
        TwoEnds ends(true, {.targets = {}, .call_id = lost, .site = ""});
        ends.answered_rows();
        ends.row(lost, at, kind);
        ends.rows_end();
        ends.answered_packets();
        ends.request(Side::near, at, lost);
        EXPECT_EQ(verdict_of(ends).substr(0, 21), "lost on the way there");
        ends.request(Side::far, at + 5ms, lost);
        EXPECT_EQ(verdict_of(ends).substr(0, 21), "arrived, not answered");
    }
}

TEST(Proof, a_target_that_moved_is_not_judged_by_a_capture_of_its_old_address) {
    TwoEnds ends;
    ends.answered_rows();
    ends.host = "10.0.0.9";
    for (std::uint64_t i = 0; i < 10; ++i)
        ends.row(lost + i, TwoEnds::second(101 + i), Kind::timeout);
    ends.rows_end();
    ends.answered_packets();
    for (std::uint64_t i = 0; i < 10; ++i)
        ends.request(Side::near, TwoEnds::second(101 + i), lost + i);
    ends.packet(Side::far, 200s, "no SIP");
    ends.judge();
    EXPECT_EQ(ends.of(lost + 5).reason, Reason::other_target);
}

}  // namespace
}  // namespace sipping::trace
