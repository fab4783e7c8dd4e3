// ICMP errors about a probe settle it: whoever sent them, wherever they were seen.
#include <gtest/gtest.h>

#include "two_ends.hpp"

namespace sipping::trace {
namespace {

constexpr std::uint64_t lost = 5479931704;
constexpr Duration at = 50500ms;
constexpr std::string_view host = "10.0.0.2";
constexpr std::string_view router = "10.9.9.9";
constexpr std::string_view our_own = "10.0.0.1";

class Icmp : public testing::Test {
protected:
    void start(bool has_near = true, std::string_view logged = "") {
        ends_.emplace(has_near);
        ends_->answered_rows();
        ends_->row(lost, at, logged.empty() ? Kind::timeout : Kind::icmp, std::nullopt, "gw",
                   logged);
        ends_->rows_end(lost);
        ends_->answered_packets();
    }
    void error(Side side, std::string_view from, std::uint8_t code = 3) {
        ends_->error(side, at + 6ms, TwoEnds::text_of(lost), from, 3, code);
    }
    void answer_error(Side side, std::string_view from, std::uint8_t code = 3) {
        ends_->error(side, at + 7ms, packets::answer(TwoEnds::text_of(lost)), from, 3, code);
    }
    std::string said() {
        ends_->judge();
        return ends_->words(lost);
    }

    std::optional<TwoEnds> ends_;
};

TEST_F(Icmp, from_the_host_asked_seen_at_both_ends_and_logged) {
    start(true, "icmp=port-unreachable;icmp_from=10.0.0.2");
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    error(Side::far, host);
    error(Side::near, host);
    EXPECT_EQ(
        said(),
        "rejected by its host: ICMP port-unreachable from 10.0.0.2, the host asked, about the "
        "request (seen near and far, in the log)");
    EXPECT_EQ(ends_->of(lost).verdict, Verdict::rejected);
}

TEST_F(Icmp, from_the_host_asked_that_did_not_come_to_us) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    error(Side::far, host);
    EXPECT_EQ(
        said(),
        "rejected by its host: ICMP port-unreachable from 10.0.0.2, the host asked, about the "
        "request (seen far, not near, not in the log)");
}

TEST_F(Icmp, from_the_host_asked_though_nothing_was_ever_answered) {
    TwoEnds ends(false);
    ends.row(lost, 0s, Kind::timeout);
    ends.rows_end();
    ends.request(Side::far, 5ms, lost);
    ends.error(Side::far, 6ms, TwoEnds::text_of(lost), host);
    ends.judge();
    EXPECT_EQ(
        ends.words(lost),
        "rejected by its host: ICMP port-unreachable from 10.0.0.2, the host asked, about the "
        "request (seen far, not in the log)");
}

TEST_F(Icmp, from_the_host_asked_of_any_kind) {
    for (const auto& [code, name] : {std::pair{0, "net-unreachable"},
                                     {1, "host-unreachable"},
                                     {2, "protocol-unreachable"},
                                     {4, "fragmentation-needed"},
                                     {10, "host-prohibited"},
                                     {13, "admin-prohibited"}}) {
        start();
        ends_->request(Side::near, at, lost);
        ends_->request(Side::far, at + 5ms, lost);
        error(Side::far, host, static_cast<std::uint8_t>(code));
        EXPECT_EQ(ends_->judge().judge(ends_->probe(lost)).verdict, Verdict::rejected);
        EXPECT_NE(said().find(name), std::string::npos) << said();
    }
}

TEST_F(Icmp, from_the_host_asked_that_the_far_capture_knows_nothing_of) {
    constexpr std::string_view unseen =
        "not in the far capture: perhaps a box before it spoke in its name";
    start(true, "icmp=port-unreachable;icmp_from=10.0.0.2");
    EXPECT_EQ(said(),
              fmt::format("rejected by its host: ICMP port-unreachable from 10.0.0.2 (in the log); "
                          "{}",
                          unseen))
        << "whatever the near capture lacks";
    start();
    ends_->request(Side::near, at, lost);
    error(Side::near, host);
    EXPECT_EQ(
        said(),
        fmt::format("rejected by its host: ICMP port-unreachable from 10.0.0.2, the host asked, "
                    "about the request (seen near, not in the log); {}",
                    unseen));
    ends_->coverage(Side::far).add_dropped(TwoEnds::begin, TwoEnds::begin + 100s, 7);
    EXPECT_EQ(
        said(),
        "rejected by its host: ICMP port-unreachable from 10.0.0.2, the host asked, about the "
        "request (seen near, not in the log)")
        << "it lost packets itself";
}

TEST_F(Icmp, from_a_firewall_is_not_from_the_host_though_it_says_port_unreachable) {
    start(true, "icmp=port-unreachable;icmp_from=10.9.9.9");
    ends_->request(Side::near, at, lost);
    error(Side::near, router);
    EXPECT_EQ(
        said(),
        "turned back on the way there: ICMP port-unreachable from 10.9.9.9, a box on the way, "
        "about the request (seen near, in the log)");
    EXPECT_EQ(ends_->of(lost).verdict, Verdict::turned_back);
}

TEST_F(Icmp, from_a_router_settles_it_whatever_the_far_capture_proves) {
    start(false);
    ends_->coverage(Side::far).add_dropped(TwoEnds::begin, TwoEnds::begin + 100s, 7);
    error(Side::far, router, 1);
    EXPECT_EQ(
        said(),
        "turned back on the way there: ICMP host-unreachable from 10.9.9.9, a box on the way, "
        "about the request (seen far, not in the log)");
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    error(Side::far, router, 1);
    EXPECT_EQ(ends_->judge().judge(ends_->probe(lost)).verdict, Verdict::turned_back)
        << "behind the far capture";
}

TEST_F(Icmp, of_the_log_is_compared_by_address_and_not_by_its_text) {
    ends_.emplace(false);
    ends_->answered_rows();
    ends_->host = "::ffff:10.0.0.2";
    ends_->row(lost, at, Kind::icmp, std::nullopt, "gw",
               "icmp=port-unreachable;icmp_from=10.0.0.2");
    ends_->rows_end();
    ends_->answered_packets();
    said();
    EXPECT_EQ(ends_->of(lost).verdict, Verdict::rejected);
}

TEST_F(Icmp, in_the_log_alone_may_be_our_own_hosts) {
    constexpr std::string_view detail = "icmp=host-unreachable;icmp_from=10.9.9.9";
    start(false, detail);
    EXPECT_EQ(
        said(),
        "turned back on the way there: or never left our host: a near capture would tell; ICMP "
        "host-unreachable from 10.9.9.9 (in the log)");
    start(true, detail);
    EXPECT_EQ(said(), "never left our host: ICMP host-unreachable from 10.9.9.9 (in the log)");
    start(true, detail);
    ends_->request(Side::near, at, lost);
    EXPECT_EQ(said(),
              "turned back on the way there: ICMP host-unreachable from 10.9.9.9 (in the log)");
}

TEST_F(Icmp, from_our_own_host_says_that_it_never_left) {
    start();
    error(Side::near, our_own, 1);
    EXPECT_EQ(said(),
              "never left our host: ICMP host-unreachable from 10.0.0.1, our own host, about the "
              "request (seen near, not in the log)");
    ends_->request(Side::near, at, lost);
    EXPECT_EQ(said().substr(0, 21), "lost on the way there") << "it left all the same";
}

TEST_F(Icmp, a_host_that_lacked_a_fragment_refused_nothing) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->error(Side::near, at + 30s, TwoEnds::text_of(lost), host, 11, 1);
    EXPECT_EQ(said(),
              "lost on the way there: ICMP reassembly-timeout from 10.0.0.2, the host asked, about "
              "the request (seen near, not in the log)");
}

TEST_F(Icmp, of_a_proxys_next_hop_is_not_about_our_request) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    std::string passed_on = TwoEnds::text_of(lost);
    passed_on.insert(passed_on.find("Via:"), "Via: SIP/2.0/UDP proxy;branch=z9hG4bKproxy\r\n");
    ends_->error(Side::far, at + 6ms, passed_on, host);
    EXPECT_EQ(said(), "arrived, not answered");
}

TEST_F(Icmp, a_final_answer_outweighs_it) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    error(Side::far, router, 1);
    ends_->answer(Side::far, at + 6ms, lost);
    EXPECT_EQ(said().substr(0, 27), "answer lost on the way back");
}

TEST_F(Icmp, about_the_answer_from_a_firewall) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    ends_->answer(Side::far, at + 6ms, lost);
    answer_error(Side::far, "10.1.1.1", 13);
    EXPECT_EQ(
        said(),
        "answer lost on the way back: 200 sent; ICMP admin-prohibited from 10.1.1.1, a box on "
        "the way, about the answer (seen far, not near)");
}

TEST_F(Icmp, about_the_answer_from_where_it_was_sent_is_no_loss_on_the_path) {
    start(false);
    ends_->request(Side::far, at + 5ms, lost);
    answer_error(Side::far, our_own);
    EXPECT_EQ(said(),
              "answer lost at our host: ICMP port-unreachable from 10.0.0.1, our host or its NAT, "
              "about the answer (seen far)")
        << "the answer itself was not captured";
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    ends_->answer(Side::far, at + 6ms, lost);
    answer_error(Side::far, our_own);
    EXPECT_EQ(
        said(),
        "answer lost on the way back: 200 sent; ICMP port-unreachable from 10.0.0.1, our host "
        "or its NAT, about the answer (seen far, not near)")
        << "it did not come to our host, so it was the NAT";
}

TEST_F(Icmp, about_the_answer_seen_at_our_host_says_that_it_came) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    answer_error(Side::near, our_own);
    EXPECT_EQ(said(),
              "answer lost at our host: ICMP port-unreachable from 10.0.0.1, our host or its NAT, "
              "about the answer (seen near)");
}

TEST_F(Icmp, about_an_answer_that_came_late_leaves_it_undecided) {
    start(false);
    ends_->request(Side::far, at + 5ms, lost);
    ends_->error(Side::far, at + 20s, packets::answer(TwoEnds::text_of(lost)), our_own);
    said();
    EXPECT_EQ(ends_->of(lost).reason, Reason::slow);
}

TEST_F(Icmp, about_a_provisional_answer_says_nothing_of_a_final_one) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    ends_->error(Side::far, at + 7ms, packets::answer(TwoEnds::text_of(lost), "100 Trying"),
                 our_own);
    EXPECT_EQ(said(), "arrived, not answered");
}

TEST_F(Icmp, about_an_answer_sent_elsewhere) {
    start();
    ends_->request(Side::near, at, lost);
    ends_->request(Side::far, at + 5ms, lost);
    Datagram error;
    const std::string quoted = packets::answer(TwoEnds::text_of(lost));
    error.payload = quoted;
    error.source = TwoEnds::them;
    error.destination = {TwoEnds::us.address, 5060};
    error.icmp_type = error.icmp_code = 3;
    error.icmp_from = TwoEnds::us.address;
    ends_->feed(Side::far, at + 7ms, error);
    EXPECT_EQ(said().substr(0, 21), "answer sent elsewhere");
}

/// RFC 792: the IP header and eight bytes, which is UDP's own. Packets come in order of time.
class ShortQuote : public Icmp {
protected:
    static constexpr Duration last = 101500ms;
    static constexpr std::uint64_t other = 5479931705;
    void start_last() {
        ends_.emplace(true);
        ends_->answered_rows();
        ends_->row(other, last - 200ms, Kind::timeout);
        ends_->row(lost, last, Kind::timeout);
        ends_->rows_end(lost);
        ends_->answered_packets();
    }
};

TEST_F(ShortQuote, of_the_ports_alone) {
    for (const std::string_view quoted : {"", "OPTIONS sip:10.0.0.2 SIP/2.0\r\nVia: SI"}) {
        start_last();
        ends_->answered(other, last - 200ms);
        ends_->request(Side::near, last, lost);
        ends_->error(Side::near, last + 6ms, std::string{quoted}, router, 3, 13);
        ends_->judge();
        EXPECT_EQ(ends_->of(lost).verdict, Verdict::turned_back) << quoted;
    }
}

TEST_F(ShortQuote, of_ports_that_two_probes_had_is_about_none) {
    start_last();
    ends_->request(Side::near, last - 200ms, other);
    ends_->request(Side::near, last, lost);
    ends_->error(Side::near, last + 6ms, "", router, 3, 13);
    ends_->judge();
    EXPECT_EQ(ends_->probe(lost).near.request_errors.count, 0);
}

TEST_F(ShortQuote, that_comes_much_later_is_about_none) {
    start_last();
    ends_->request(Side::near, last, lost);
    ends_->error(Side::near, last + 1100ms, "", router, 3, 13);
    ends_->judge();
    EXPECT_EQ(ends_->probe(lost).near.request_errors.count, 0);
}

}  // namespace
}  // namespace sipping::trace
