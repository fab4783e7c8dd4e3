// Responses to the port of a lost probe that belong to no probe, and what the log says of such
// ones: neither a wrong verdict nor one without a word.
#include <gtest/gtest.h>

#include "two_ends.hpp"

namespace sipping::trace {
namespace {

constexpr std::uint64_t lost = 5479931704;
constexpr Duration at = 50500ms;
constexpr std::string_view seen = "what came back to its port belongs to no probe (seen ";
constexpr std::string_view perhaps =
    "undecided: what came from its target meanwhile belongs to no probe: perhaps its response";
constexpr std::string_view logged = "unread datagrams meanwhile: 1 (in the log)";
const std::string foreign =
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:40000;branch=z9hG4bKother\r\n"
    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: foreign@pbx\r\nCSeq: 1 OPTIONS\r\n\r\n";

class Strays : public testing::Test {
protected:
    void start(bool has_near, std::string_view detail = "") {
        ends_.emplace(has_near);
        ends_->answered_rows();
        ends_->row(lost, at, Kind::timeout, std::nullopt, "gw", detail);
        ends_->rows_end(lost);
        ends_->answered_packets();
        if (has_near) ends_->request(Side::near, at, lost);
    }
    void arrives() { ends_->request(Side::far, at + 5ms, lost); }
    void comes(Side side, const std::string& what = foreign, Duration after = 10ms) {
        ends_->packet(side, at + after, what, TwoEnds::them, TwoEnds::us);
    }
    std::string said() {
        ends_->judge();
        return ends_->words(lost);
    }

    std::optional<TwoEnds> ends_;
};

TEST_F(Strays, of_a_far_end_that_did_not_answer) {
    for (const std::string& what : {foreign, std::string{"\xff\xfe no SIP"}}) {
        start(false);
        arrives();
        comes(Side::far, what);
        EXPECT_EQ(said(), fmt::format("arrived, not answered: {}far)", seen));
        start(true, "unread=1");
        arrives();
        comes(Side::far, what);
        comes(Side::near, what, 15ms);
        EXPECT_EQ(said(), fmt::format("arrived, not answered: {}near and far); {}", seen, logged));
        start(true, "unread=1");
        arrives();
        comes(Side::near, what, 15ms);
        EXPECT_EQ(said(), fmt::format("arrived, not answered: {}near); {}", seen, logged))
            << "the far end sent nothing, whoever did";
        start(false, "unread=1");
        arrives();
        EXPECT_EQ(said(), fmt::format("arrived, not answered: {}", logged));
    }
}

TEST_F(Strays, of_a_probe_that_did_not_arrive) {
    start(true);
    comes(Side::near);
    EXPECT_EQ(said(), fmt::format("{}; {}near)", perhaps, seen))
        << "a box before may have answered";
    start(true, "unread=1");
    EXPECT_EQ(said(), fmt::format("lost on the way there: {}", logged))
        << "nothing came to its port";
    start(false, "unread=1");
    EXPECT_EQ(said(), fmt::format("{}; {}", perhaps, logged));
}

TEST_F(Strays, of_an_answer_that_did_not_come) {
    start(true);
    arrives();
    ends_->answer(Side::far, at + 6ms, lost);
    comes(Side::near);
    EXPECT_EQ(said(), fmt::format("{}; 200 sent; {}near)", perhaps, seen))
        << "changed on the way, perhaps";
    comes(Side::far, foreign, 7ms);
    EXPECT_EQ(said(), fmt::format("answer lost on the way back: 200 sent; {}near and far)", seen))
        << "the far end sent both";
    start(true, "unread=1");
    arrives();
    ends_->answer(Side::far, at + 6ms, lost);
    EXPECT_EQ(said(), fmt::format("answer lost on the way back: 200 sent; {}", logged));
    start(false, "unread=1");
    arrives();
    ends_->answer(Side::far, at + 6ms, lost);
    EXPECT_EQ(said(), fmt::format("{}; 200 sent; {}", perhaps, logged));
}

TEST_F(Strays, what_is_none) {
    const std::string notify = "NOTIFY sip:a SIP/2.0\r\nCall-ID: x@y\r\nCSeq: 1 NOTIFY\r\n\r\n";
    for (const std::string& what :
         {notify, std::string{"\r\n\r\n"}, packets::answer(TwoEnds::text_of(9999999999))}) {
        start(true);
        comes(Side::near, what);
        EXPECT_EQ(said(), "lost on the way there") << what;
    }
    start(true);
    comes(Side::near, foreign, 5s);
    EXPECT_EQ(said(), "lost on the way there") << "so much later";
    start(true);
    comes(Side::near, foreign, -1ms);
    EXPECT_EQ(said(), "lost on the way there") << "before it";
    start(true);
    ends_->packet(Side::near, at + 10ms, foreign, TwoEnds::them, {TwoEnds::us.address, 5060});
    EXPECT_EQ(said(), "lost on the way there") << "to another port";
}

TEST_F(Strays, a_response_that_is_cut_may_be_its_answer) {
    start(false);
    arrives();
    Datagram cut;
    cut.payload = std::string_view{foreign}.substr(0, 60);
    cut.cut = true;
    cut.source = TwoEnds::them;
    cut.destination = TwoEnds::us;
    ends_->feed(Side::far, at + 6ms, cut);
    said();
    EXPECT_EQ(ends_->of(lost).reason, Reason::cut);
}

TEST(Flows, keep_no_more_strays_than_there_is_room_for_and_prove_nothing_then) {
    Flows flows;
    const Flow request{TwoEnds::us, TwoEnds::them};
    const Flows::Index index = flows.add(request);
    flows.note_stray(request, TwoEnds::begin, Stray::whole);
    EXPECT_EQ(flows.stray(index, TwoEnds::begin, TwoEnds::begin), Stray::none) << "not back";
    for (std::size_t i = 0; i < Flows::strays_max; ++i)
        flows.note_stray(request.back(), TwoEnds::begin, Stray::whole);
    EXPECT_EQ(flows.stray(index, TwoEnds::begin, TwoEnds::begin), Stray::whole);
    EXPECT_EQ(flows.stray(index, TwoEnds::begin + 1s, TwoEnds::begin + 2s), Stray::none);
    flows.note_stray(request.back(), TwoEnds::begin, Stray::whole);
    EXPECT_EQ(flows.stray(index, TwoEnds::begin + 1s, TwoEnds::begin + 2s), Stray::cut);
}

}  // namespace
}  // namespace sipping::trace
