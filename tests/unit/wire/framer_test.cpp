#include "sipping/wire/framer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sipping/base/prng.hpp"

namespace sipping::wire {
namespace {

using Kind = Frame::Kind;
using Fault = Frame::Fault;

std::string message(const std::string& body, const std::string& name = "Content-Length") {
    return "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n" + name + ": " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// What comes out of a stream that arrives in these pieces.
std::vector<std::string> frames(const std::vector<std::string>& pieces) {
    Framer framer;
    std::string buffer;
    std::vector<std::string> found;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        buffer += pieces[i];
        for (;;) {
            const Frame frame = framer.next(buffer, i + 1 == pieces.size());
            if (frame.kind == Kind::more) break;
            if (frame.kind == Kind::broken) {
                found.push_back("broken " + std::to_string(static_cast<int>(frame.fault)));
                return found;
            }
            EXPECT_GT(frame.size, 0U);
            EXPECT_LE(frame.size, buffer.size());
            found.push_back(frame.kind == Kind::ping   ? "ping"
                            : frame.kind == Kind::pong ? "pong"
                                                       : buffer.substr(0, frame.size));
            buffer.erase(0, frame.size);
        }
    }
    if (!buffer.empty()) found.push_back("rest");
    return found;
}

TEST(Framer, cuts_by_content_length) {
    const std::string one = message("body");
    const std::string two = message("", "l");
    EXPECT_EQ(frames({one + two}), (std::vector<std::string>{one, two}));
    EXPECT_EQ(frames({one.substr(0, 10), one.substr(10) + two}),
              (std::vector<std::string>{one, two}));
    EXPECT_EQ(frames({one.substr(0, one.size() - 1)}), (std::vector<std::string>{"rest"}));
}

TEST(Framer, tells_keep_alives_apart) {
    const std::string one = message("");
    EXPECT_EQ(frames({"\r\n\r\n"}), (std::vector<std::string>{"ping"}));
    EXPECT_EQ(frames({"\r\n"}), (std::vector<std::string>{"pong"}));
    EXPECT_EQ(frames({"\r\n", "\r\n"}), (std::vector<std::string>{"ping"}));
    EXPECT_EQ(frames({"\r\n" + one + "\r\n\r\n"}), (std::vector<std::string>{"pong", one, "ping"}));
    EXPECT_EQ(frames({"\r"}), (std::vector<std::string>{"rest"})) << "the LF is on its way";
}

TEST(Framer, without_a_length_there_is_no_body) {
    Framer framer;
    const std::string text = "OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\nmore";
    const Frame frame = framer.next(text, true);
    EXPECT_EQ(frame.kind, Kind::message);
    EXPECT_EQ(frame.fault, Fault::no_length);
    EXPECT_EQ(frame.size, text.size() - 4);
}

TEST(Framer, gives_up_on_what_cannot_be_cut) {
    const auto fault = [](const std::string& text) {
        Framer framer;
        const Frame frame = framer.next(text, true);
        return frame.kind == Kind::broken ? frame.fault : Fault::none;
    };
    EXPECT_EQ(fault("SIP/2.0 200 OK\r\nContent-Length: x\r\n\r\n"), Fault::bad_length);
    EXPECT_EQ(fault("SIP/2.0 200 OK\r\nContent-Length: 1\r\nl: 2\r\n\r\nabc"), Fault::bad_length);
    EXPECT_EQ(fault("SIP/2.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), Fault::too_long);
    EXPECT_EQ(fault("SIP/2.0 200 OK\r\nX: " + std::string(70'000, 'y')), Fault::too_long);
    EXPECT_EQ(fault("\x16\x03\x01 a TLS hello"), Fault::not_sip);
    EXPECT_EQ(fault("<html>"), Fault::not_sip);
}

TEST(Framer, however_a_stream_is_split_the_frames_are_the_same) {
    Prng random(Key{20261128, 16});
    for (int round = 0; round < 300; ++round) {
        std::string stream;
        for (std::uint64_t i = random.below(8); i > 0; --i) {
            const std::uint64_t what = random.below(5);
            stream += what == 0   ? "\r\n\r\n"
                      : what == 1 ? message(std::string(random.below(200), '\n'))
                                  : message("v=0\r\n\r\nSIP/2.0 200 OK\r\n",
                                            what == 2 ? "l" : "CONTENT-LENGTH");
        }
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t size = 1 + random.below(60);
            pieces.push_back(stream.substr(at, size));
            at += size;
        }
        EXPECT_EQ(frames(pieces), frames({stream})) << "round " << round;
    }
}

}  // namespace
}  // namespace sipping::wire
