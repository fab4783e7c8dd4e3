#include "sipping/wire/response_shape.hpp"

#include <gtest/gtest.h>

#include <string>

#include "difference.hpp"

namespace sipping::wire {
namespace {

using namespace std::string_literals;

/// A response as a far end makes them, with what changes from one to the next.
std::string response(const std::string& digits = "9437147390", const std::string& port = "40112",
                     const std::string& to = "<sip:203.0.113.5>;tag=as58f4b0c2",
                     const std::string& date = "Sat, 28 Nov 2026 15:00:00 GMT",
                     const std::string& status = "200 OK") {
    return "SIP/2.0 " + status + "\r\nVia: SIP/2.0/UDP 192.0.2.10:" + port + ";branch=z9hG4bK" +
           digits + "0123456789abcdef;received=192.0.2.10;rport=" + port +
           "\r\nFrom: \"SIP Ping\" <sip:sipping@sipping.invalid>;tag=1a2b3c4d\r\nTo: " + to +
           "\r\nCall-ID: " + digits + "@noc\r\nCSeq: " + "1804289383 OPTIONS\r\nDate: " + date +
           "\r\nServer: x\r\nContent-Length: 4\r\n\r\nbody";
}

bool fits(const std::string& learnt, const std::string& datagram) {
    bool read = false;
    EXPECT_EQ(shape_difference(learnt, datagram, read), "") << datagram;
    return read;
}

TEST(ResponseShape, reads_what_differs_in_its_fields) {
    EXPECT_TRUE(fits(response(), response()));
    EXPECT_TRUE(fits(response(), response("1234567890")));
    EXPECT_TRUE(fits(response(), response("9437147390", "65535")));
    EXPECT_TRUE(fits(response(), response("9437147390", "40112", "<sip:other.example.net>;tag=1")));
    EXPECT_TRUE(fits(response(), response("9437147390", "40112", "  x \t ")));
    EXPECT_TRUE(fits(response(), response("9437147390", "40112", "")));
    EXPECT_TRUE(fits(response(), response("1234567890", "12345", "a", "now")));
}

TEST(ResponseShape, refuses_what_it_cannot_vouch_for) {
    EXPECT_FALSE(fits(response(), response("9437147390", "5060"))) << "of another length";
    EXPECT_FALSE(fits(response(), response("9437147390", "99999")));
    EXPECT_FALSE(fits(response(), response("9437147390", "00000")));
    EXPECT_FALSE(fits(response(), response("943714739x")));
    EXPECT_FALSE(fits(response(), response("9437147390", "40112", "a\r\n b"))) << "folded";
    EXPECT_FALSE(fits(response(), response("9437147390", "40112", "a\r\nX: b")));
    EXPECT_FALSE(fits(response(), response("9437147390", "40112", "a", "now", "503 No")));
    EXPECT_FALSE(fits(response(), response() + "x"));
    EXPECT_FALSE(fits(response(), response().substr(0, 100)));
    EXPECT_FALSE(fits(response(), ""));
    std::string cseq = response();
    cseq.replace(cseq.find("1804289383"), 10, "2147483648");
    EXPECT_FALSE(fits(response(), cseq)) << "not below 2^31";
    std::string branch = response();
    branch[branch.find("0123456789abcdef") + 3] = ';';
    EXPECT_FALSE(fits(response(), branch));
}

TEST(ResponseShape, numbers_with_more_digits_than_a_number_holds_are_not_read_round) {
    const std::string zeros(70, '0');
    std::string learnt = response();
    learnt.replace(learnt.find("1804289383"), 10, zeros + "1804289383");
    std::string other = learnt;
    other[other.find(zeros)] = '9';
    EXPECT_FALSE(fits(learnt, other));
    EXPECT_FALSE(fits(learnt, learnt));
}

TEST(ResponseShape, what_has_no_shape_teaches_nothing) {
    const std::string good = response();
    EXPECT_FALSE(fits(response("x-43714739"), response("x-43714739"))) << "not our Call-ID";
    const std::string folded = response("9437147390", "40112", "a;\r\n tag=1");
    EXPECT_FALSE(fits(folded, folded));
    std::string longer = good;
    longer.insert(longer.find("Server:"), "X: " + std::string(2000, 'y') + "\r\n");
    EXPECT_FALSE(fits(longer, longer));
}

TEST(ResponseShapes, remember_a_few_and_find_them_again) {
    ResponseShapes shapes;
    Response read;
    std::uint8_t hint = 0;
    const auto see = [&](const std::string& datagram) {
        if (shapes.read(hint, datagram, read)) return true;
        EXPECT_EQ(decode_response(datagram, read), DecodeError::ok);
        hint = shapes.note(hint, datagram, read);
        return false;
    };
    const std::string ok = response();
    const std::string busy = response("9437147390", "40112", "a", "now", "486 Busy Here");
    EXPECT_FALSE(see(ok));
    EXPECT_TRUE(see(ok));
    EXPECT_FALSE(see(busy));
    EXPECT_TRUE(see(busy));
    EXPECT_FALSE(see(ok)) << "another shape than the last one, which costs a look";
    EXPECT_TRUE(see(ok));
    EXPECT_EQ(read.status, 200);
}

TEST(ResponseShapes, responses_that_are_ever_new_are_learnt_seldom) {
    ResponseShapes shapes;
    Response read;
    std::uint8_t hint = 0;
    int learnt = 0;
    for (int i = 0; i < 1000; ++i) {
        std::string datagram = response();
        datagram.insert(datagram.find("Server:"), "X-Id: " + std::to_string(i) + "\r\n");
        ASSERT_FALSE(shapes.read(hint, datagram, read));
        ASSERT_EQ(decode_response(datagram, read), DecodeError::ok);
        hint = shapes.note(hint, datagram, read);
        ResponseShapes copy = shapes;  // a look would count as a hit
        if (copy.read(hint, datagram, read)) ++learnt;
    }
    EXPECT_LT(learnt, 60);
    EXPECT_GT(learnt, 40);
    // And what stays the same is learnt again.
    for (int i = 0; i < 100; ++i)
        if (!shapes.read(hint, response(), read)) {
            ASSERT_EQ(decode_response(response(), read), DecodeError::ok);
            const std::string datagram = response();
            hint = shapes.note(hint, datagram, read);
        }
    EXPECT_TRUE(shapes.read(hint, response(), read));
}

}  // namespace
}  // namespace sipping::wire
