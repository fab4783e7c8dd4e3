// Answers that do not go back to where their request came from, or from where it went to: in the
// captures of one side, whatever a NAT made of addresses on the way.
#include <gtest/gtest.h>

#include "two_ends.hpp"

namespace sipping::trace {
namespace {

constexpr std::uint64_t lost = 5479931704;
constexpr Duration at = 50500ms;

Endpoint end(std::string_view address, std::uint16_t port) {
    return {*parse_address(address), port};
}

const Endpoint nat = end("198.51.100.7", 36395);  // as the far end sees the prober
const Endpoint gateway = end("203.0.113.3", 5060);

class Returns : public testing::Test {
protected:
    explicit Returns(bool has_near = true) : ends_(has_near) {}

    /// All answered, at the far end behind a NAT that changes ports.
    void start(Duration last = 11ms) {
        ends_.answered_rows(last);
        ends_.row(lost, at, Kind::timeout);
        ends_.rows_end(lost);
        for (std::uint64_t i = 0; i <= TwoEnds::answered_last; ++i)
            answered(TwoEnds::first_answered + i, TwoEnds::second(i));
    }
    void answered(std::uint64_t call_id, Duration sent) {
        ends_.request(Side::near, sent, call_id);
        request(sent, call_id);
        answer(sent, call_id, gateway, nat);
        ends_.answer(Side::near, sent + 11ms, call_id);
    }
    void request(Duration sent, std::uint64_t call_id, const Endpoint& from = nat) {
        ends_.packet(Side::far, sent + 5ms, TwoEnds::text_of(call_id), from, gateway);
    }
    void answer(Duration sent, std::uint64_t call_id, const Endpoint& from, const Endpoint& to) {
        ends_.packet(Side::far, sent + 6ms, packets::answer(TwoEnds::text_of(call_id)), from, to);
    }
    /// The lost one, up to the far end.
    void arrives() {
        ends_.request(Side::near, at, lost);
        request(at, lost);
    }
    std::string said() {
        ends_.judge();
        return ends_.words(lost);
    }

    TwoEnds ends_;
};

class ReturnsToFarAlone : public Returns {
protected:
    ReturnsToFarAlone() : Returns(false) {}
};

constexpr std::string_view rport_ignored =
    "answer sent elsewhere: 200 sent; it was sent to 198.51.100.7:40000, the request came from "
    "198.51.100.7:36395: rport ignored (RFC 3581 section 4)";

TEST_F(Returns, rport_ignored_is_the_far_ends_fault_and_no_loss_on_the_way_back) {
    start();
    arrives();
    answer(at, lost, gateway, end("198.51.100.7", 40000));
    EXPECT_EQ(said(), rport_ignored);
    EXPECT_EQ(ends_.of(lost).verdict, Verdict::misdirected);
}

TEST_F(ReturnsToFarAlone, it_takes_no_near_capture_to_tell) {
    start();
    arrives();
    answer(at, lost, gateway, end("198.51.100.7", 40000));
    EXPECT_EQ(said(), rport_ignored);
}

TEST_F(Returns, received_ignored) {
    start();
    arrives();
    answer(at, lost, gateway, TwoEnds::us);
    EXPECT_EQ(
        said(),
        "answer sent elsewhere: 200 sent; it was sent to 10.0.0.1:40000, the request came from "
        "198.51.100.7:36395: its source address ignored (RFC 3261 section 18.2.2)");
}

TEST_F(Returns, a_via_without_rport_asks_for_its_own_port) {
    start();
    std::string text = TwoEnds::text_of(lost);
    text.erase(text.find(";rport"), 6);
    ends_.request(Side::near, at, lost);
    ends_.packet(Side::far, at + 5ms, text, nat, gateway);
    answer(at, lost, gateway, end("198.51.100.7", 40000));
    EXPECT_EQ(
        said(),
        "answer sent elsewhere: 200 sent; it was sent to 198.51.100.7:40000, the request came "
        "from 198.51.100.7:36395: as its Via asks, which has no rport (RFC 3261 section "
        "18.2.2)");
}

TEST_F(Returns, one_that_goes_back_as_well_is_lost_there) {
    start();
    arrives();
    answer(at, lost, gateway, end("198.51.100.7", 40000));
    answer(at + 1ms, lost, gateway, nat);
    EXPECT_EQ(said(), "answer lost on the way back: 200 sent; answer captured 2 times");
}

TEST_F(Returns, a_far_box_with_a_nat_of_its_own_shows_all_of_it_twice) {
    start();
    arrives();
    const Endpoint inside = end("172.17.0.2", 5060);
    const Endpoint bridge = end("172.17.0.1", 1024);
    ends_.packet(Side::far, at + 5ms, TwoEnds::text_of(lost), bridge, inside);
    answer(at, lost, inside, bridge);
    EXPECT_EQ(said(), "answer lost on the way back: 200 sent; request captured 2 times")
        << "inside alone";
    answer(at, lost, gateway, nat);
    EXPECT_EQ(said(),
              "answer lost on the way back: 200 sent; request captured 2 times; answer "
              "captured 2 times");
}

TEST_F(Returns, where_the_request_was_not_captured_nothing_is_compared) {
    start();
    ends_.request(Side::near, at, lost);
    answer(at, lost, gateway, end("198.51.100.7", 40000));
    EXPECT_EQ(said(), "answer lost on the way back: 200 sent");
}

TEST_F(Returns, answers_that_went_there_and_arrived_leave_it_undecided) {
    ends_.answered_rows();
    ends_.row(lost, at, Kind::timeout);
    ends_.row(lost + 1, at + 1ms, Kind::reply, 11ms);
    ends_.rows_end();
    for (std::uint64_t i = 0; i <= TwoEnds::answered_last; ++i)
        answered(TwoEnds::first_answered + i, TwoEnds::second(i));
    for (const std::uint64_t one : {lost, lost + 1}) {
        ends_.request(Side::near, at, one);
        request(at, one);
        answer(at, one, gateway, end("198.51.100.7", 40000));
    }
    ends_.answer(Side::near, at + 11ms, lost + 1);
    EXPECT_EQ(said(),
              "undecided: the answer went elsewhere than its request came from, but so did answers "
              "that arrived; 200 sent; it was sent to 198.51.100.7:40000, the request came from "
              "198.51.100.7:36395: rport ignored (RFC 3581 section 4)");
}

TEST_F(Returns, come_to_another_port_of_our_host) {
    start();
    arrives();
    ends_.packet(Side::near, at + 11ms, packets::answer(TwoEnds::text_of(lost)), TwoEnds::them,
                 end("10.0.0.1", 5060));
    EXPECT_EQ(said(),
              "undecided: the answer came elsewhere than its request left from, by the far end's "
              "doing or by a NAT's; 200 sent; it came to 10.0.0.1:5060, the request left from "
              "10.0.0.1:40000");
    answer(at, lost, gateway, nat);
    EXPECT_EQ(said(),
              "answer lost on the way back: 200 sent; it came to 10.0.0.1:5060, the request left "
              "from 10.0.0.1:40000")
        << "it was sent right";
}

TEST_F(Returns, sent_to_another_port_and_come_to_another) {
    start();
    arrives();
    answer(at, lost, gateway, end("198.51.100.7", 5060));
    ends_.packet(Side::near, at + 11ms, packets::answer(TwoEnds::text_of(lost)), TwoEnds::them,
                 end("10.0.0.1", 5060));
    EXPECT_EQ(ends_.judge().judge(ends_.probe(lost)).verdict, Verdict::misdirected);
}

TEST_F(Returns, an_answer_from_another_port_is_said_where_it_may_explain_the_loss) {
    start();
    arrives();
    answer(at, lost, end("203.0.113.3", 1024), nat);
    EXPECT_EQ(
        said(),
        "answer lost on the way back: 200 sent; it was sent from 203.0.113.3:1024, the request "
        "went to 203.0.113.3:5060: a NAT or firewall may have stopped it (RFC 3581 section "
        "4)");
}

TEST_F(Returns, an_answer_from_another_port_explains_nothing_where_others_arrived) {
    ends_.answered_rows();
    ends_.row(lost, at, Kind::timeout);
    ends_.rows_end();
    for (std::uint64_t i = 0; i <= TwoEnds::answered_last; ++i) {
        const std::uint64_t one = TwoEnds::first_answered + i;
        ends_.request(Side::near, TwoEnds::second(i), one);
        request(TwoEnds::second(i), one);
        answer(TwoEnds::second(i), one, end("203.0.113.3", 1024), nat);
        ends_.answer(Side::near, TwoEnds::second(i) + 11ms, one);
    }
    arrives();
    answer(at, lost, end("203.0.113.3", 1024), nat);
    EXPECT_EQ(said(), "answer lost on the way back: 200 sent");
}

}  // namespace
}  // namespace sipping::trace
