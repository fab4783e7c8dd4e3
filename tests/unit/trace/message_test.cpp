#include "sipping/trace/message.hpp"

#include <gtest/gtest.h>

#include "packets.hpp"
#include "sipping/trace/rewrites.hpp"

namespace sipping::trace {
namespace {

const std::string request = packets::options("0762101642@site", packets::branch("0762101642"));

TEST(Message, request) {
    Message message;
    ASSERT_TRUE(read_message(request, message));
    EXPECT_TRUE(message.is_request);
    EXPECT_EQ(message.method(), "OPTIONS");
    EXPECT_EQ(message.start_line, "OPTIONS sip:10.0.0.2 SIP/2.0");
    EXPECT_EQ(message.fields.call_id, "0762101642@site");
    EXPECT_EQ(message.fields.via.branch, packets::branch("0762101642"));
    EXPECT_EQ(message.fields.from_tag, "0badcafe");
    EXPECT_EQ(message.fields.cseq, 1234567890U);
    EXPECT_EQ(message.fields.cseq_method, "OPTIONS");
    CallId id;
    ASSERT_TRUE(parse_call_id(message.fields.call_id, id));
    EXPECT_EQ(id.number, 762101642U);
    EXPECT_EQ(id.site, "site");
}

TEST(Message, answer_with_compact_names_and_folded_lines) {
    Message message;
    const std::string text =
        "\r\nSIP/2.0 503 Busy\nv: SIP/2.0/UDP proxy;branch=z9hG4bKx,\n SIP/2.0/UDP a;branch = " +
        packets::branch("1234567890") + "\ni : 1234567890\nf: a;tag=b\n\nbody";
    ASSERT_TRUE(read_message(text, message));
    EXPECT_FALSE(message.is_request);
    EXPECT_EQ(message.fields.status, 503);
    EXPECT_EQ(message.fields.call_id, "1234567890");
    EXPECT_EQ(message.fields.via.branch, "z9hG4bKx");
    std::uint64_t number = 0;
    ASSERT_TRUE(read_own_branch(message, number));
    EXPECT_EQ(number, 1234567890U);
    EXPECT_EQ(message.fields.from_tag, "b");
}

TEST(Message, ours_below_another_via) {
    Message message;
    const std::string text =
        "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP p\r\nVia: SIP/2.0/UDP o;branch=" +
        packets::branch("1234567890") + "\r\n\r\n";
    ASSERT_TRUE(read_message(text, message));
    EXPECT_EQ(message.fields.via.branch, "");
    std::uint64_t number = 0;
    ASSERT_TRUE(read_own_branch(message, number));
    EXPECT_EQ(number, 1234567890U);
}

TEST(Message, what_is_no_sip) {
    Message message;
    for (const std::string_view text :
         {"", "\r\n\r\n", "GET / HTTP/1.1\r\n", "SIP", "\x80\x01rtp", "OPTIONS", "OPT IONS"})
        EXPECT_FALSE(read_message(text, message)) << text;
}

TEST(Message, what_a_strict_reader_refuses_is_read_and_its_fault_told) {
    Message message;
    std::string text = packets::answer(request);
    ASSERT_TRUE(read_message(text, message));
    EXPECT_FALSE(message.fault);
    text.insert(text.find("Call-ID"), "Server Foo\r\n");
    ASSERT_TRUE(read_message(text, message));
    EXPECT_EQ(message.fault.fault, Fault::no_colon);
    EXPECT_EQ(message.fault.header(), "server");
    EXPECT_EQ(message.fields.call_id, "0762101642@site");
    ASSERT_TRUE(read_message("SIP/2.0 999 Odd\r\nCall-ID: 0762101642\r\n\r\n", message));
    EXPECT_FALSE(message.is_provisional());
    EXPECT_EQ(message.fields.call_id, "0762101642");
}

TEST(Message, any_part_of_one_is_read_without_a_byte_beyond) {
    for (std::size_t size = 0; size <= request.size(); ++size) {
        // On the heap and no longer than said: the sanitizers see what is beyond.
        const std::vector<char> part(request.begin(),
                                     request.begin() + static_cast<std::ptrdiff_t>(size));
        Message message;
        const std::string_view text{part.data(), part.size()};
        if (!read_message(text, message)) continue;
        for (const std::string_view one :
             {message.fields.call_id, message.fields.via.branch, message.rest})
            EXPECT_TRUE(one.empty() || (one.data() >= text.data() &&
                                        one.data() + one.size() <= text.data() + text.size()));
    }
}

TEST(Message, identities) {
    CallId id;
    EXPECT_FALSE(parse_call_id("123456789", id));
    EXPECT_FALSE(parse_call_id("12345678901", id));
    EXPECT_FALSE(parse_call_id("123456789a@x", id));
    std::uint64_t number = 0;
    EXPECT_TRUE(read_cut_branch("z9hG4bK4084673539", number));
    EXPECT_EQ(number, 4084673539U);
    EXPECT_TRUE(read_cut_branch("z9hG4bK40846735390123", number));
    EXPECT_FALSE(read_cut_branch("z9hG4bK40846735390123x", number));
    EXPECT_FALSE(read_cut_branch("z9hG4bK408467353", number));
}

TEST(Rewrites, names_what_differs_and_nothing_else) {
    std::string after = request;
    const auto replace = [&](std::string_view what, std::string_view with) {
        const std::size_t at = after.find(what);
        ASSERT_NE(at, after.npos) << what;
        after.replace(at, what.size(), with);
    };
    EXPECT_TRUE(compare(request, after).empty());
    replace("Call-ID:", "i:");
    replace("Max-Forwards: 70\r\n", "");
    EXPECT_EQ(compare(request, after).size(), 1U) << "the short name is no difference";
    replace("10.0.0.1:40000;rport", "198.51.100.1:1024;rport");
    replace("Content-Length: 0\r\n", "Content-Length: 0\r\nX-Alg: yes\r\n");
    replace("sip:10.0.0.2 SIP", "sip:192.168.1.1 SIP");
    after += "body";
    const auto changes = compare(request, after);
    ASSERT_EQ(changes.size(), 5U);
    EXPECT_EQ(changes[0].name, "start line");
    EXPECT_EQ(changes[1].name, "Via");
    EXPECT_EQ(changes[1].before.substr(0, 27), "SIP/2.0/UDP 10.0.0.1:40000;");
    EXPECT_EQ(changes[1].after.substr(0, 30), "SIP/2.0/UDP 198.51.100.1:1024;");
    EXPECT_EQ(changes[2].name, "Max-Forwards");
    EXPECT_FALSE(changes[2].has_after);
    EXPECT_EQ(changes[3].name, "X-Alg");
    EXPECT_FALSE(changes[3].has_before);
    EXPECT_EQ(changes[4].name, "body");
}

TEST(Rewrites, of_many_messages_are_summed_up) {
    Rewrites sums;
    for (int i = 0; i < 10; ++i)
        sums.note(false, 7, request, i < 3 ? request : packets::options("0762101642@site", "x"));
    EXPECT_EQ(sums.compared(false), 10U);
    ASSERT_EQ(sums.sums().size(), 1U);
    EXPECT_EQ(sums.sums()[0].count, 7U);
    EXPECT_EQ(sums.sums()[0].example.name, "Via");
}

}  // namespace
}  // namespace sipping::trace
