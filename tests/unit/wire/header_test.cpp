#include "sipping/wire/header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sipping::wire {
namespace {

using namespace std::string_literals;

struct Read {
    std::vector<std::pair<HeaderName, std::string>> headers;
    DecodeError error{};
    std::string body;
};

Read read_all(std::string_view text) {
    Read result;
    HeaderReader reader(text);
    Header header;
    while (reader.next(header))
        result.headers.emplace_back(header.name, header.value);
    result.error = reader.error();
    if (result.error == DecodeError::ok) result.body = reader.body();
    return result;
}

TEST(HeaderName, knows_long_compact_and_any_case) {
    struct Case {
        const char* text;
        HeaderName name;
    };
    for (const Case& c : {Case{"Via", HeaderName::via},
                          {"v", HeaderName::via},
                          {"V", HeaderName::via},
                          {"From", HeaderName::from},
                          {"f", HeaderName::from},
                          {"TO", HeaderName::to},
                          {"t", HeaderName::to},
                          {"call-ID", HeaderName::call_id},
                          {"I", HeaderName::call_id},
                          {"cSEQ", HeaderName::cseq},
                          {"Contact", HeaderName::contact},
                          {"m", HeaderName::contact},
                          {"Content-Length", HeaderName::content_length},
                          {"L", HeaderName::content_length},
                          {"MAX-FORWARDS", HeaderName::max_forwards},
                          {"retry-after", HeaderName::retry_after},
                          {"x", HeaderName::other},
                          {"", HeaderName::other},
                          {"Vias", HeaderName::other},
                          {"Call\rID", HeaderName::other},
                          {"Call_ID", HeaderName::other},
                          {"Content-Type", HeaderName::other}})
        EXPECT_EQ(header_name(c.text), c.name) << c.text;
}

TEST(HeaderReader, trims_values_and_names) {
    const Read read = read_all("Via:a\r\nTo \t:  b \t\r\nX:\r\n\r\nbody");
    ASSERT_EQ(read.headers.size(), 3U);
    EXPECT_EQ(read.headers[0], std::pair(HeaderName::via, "a"s));
    EXPECT_EQ(read.headers[1], std::pair(HeaderName::to, "b"s));
    EXPECT_EQ(read.headers[2], std::pair(HeaderName::other, ""s));
    EXPECT_EQ(read.error, DecodeError::ok);
    EXPECT_EQ(read.body, "body");
}

TEST(HeaderReader, keeps_folded_lines_together) {
    const Read read = read_all("To:\r\n a\r\n\tb\r\nFrom: c\n d\n\r\n x");
    ASSERT_EQ(read.headers.size(), 2U);
    EXPECT_EQ(read.headers[0].second, "a\r\n\tb");
    EXPECT_EQ(read.headers[1].second, "c\n d");
    EXPECT_EQ(read.body, " x");
}

TEST(HeaderReader, a_bare_lf_ends_lines_too) {
    const Read read = read_all("To: a\nFrom: b\n\nbody");
    ASSERT_EQ(read.headers.size(), 2U);
    EXPECT_EQ(read.body, "body");
}

TEST(HeaderReader, refuses_lines_without_name_or_colon) {
    for (const char* text : {"nonsense\r\n\r\n", ": x\r\n\r\n", " : x\r\n\r\n", " To: x\r\n\r\n",
                             "To: a\r\nnonsense\r\n\r\n"})
        EXPECT_EQ(read_all(text).error, DecodeError::bad_header) << text;
}

TEST(HeaderReader, refuses_a_block_that_never_ends) {
    for (const char* text : {"", "\r", "To: a", "To: a\r", "To: a\r\n", "To: a\r\n\r",
                             "To: a\r\n b", "To: a\r\n b\r\n", "To: a\r\n "})
        EXPECT_EQ(read_all(text).error, DecodeError::bad_header) << text;
}

TEST(HeaderReader, stops_at_the_limit) {
    std::string text;
    for (int i = 0; i < header_limit; ++i)
        text += "X: y\r\n z\r\n";
    EXPECT_EQ(read_all(text + "\r\n").error, DecodeError::ok);
    EXPECT_EQ(read_all(text + "X: y\r\n\r\n").error, DecodeError::too_many_headers);
}

TEST(StartLine, is_taken_off_the_front) {
    std::string_view message = "\r\n\r\nSIP/2.0 200 OK\r\nTo: a\r\n";
    std::string_view line;
    EXPECT_EQ(take_start_line(message, line), DecodeError::ok);
    EXPECT_EQ(line, "SIP/2.0 200 OK");
    EXPECT_EQ(message, "To: a\r\n");
}

TEST(StartLine, tells_keep_alives_from_garbage) {
    struct Case {
        std::string text;
        DecodeError error;
    };
    for (const Case& c : {Case{"", DecodeError::keep_alive},
                          {"\r\n\r\n", DecodeError::keep_alive},
                          {"\0\0\0\0"s, DecodeError::keep_alive},
                          {"\0SIP/2.0 200 OK\r\n"s, DecodeError::ok},
                          {"x", DecodeError::not_sip},
                          {"SIP", DecodeError::not_sip},
                          {"SIP/", DecodeError::bad_status_line},
                          {"sip/2.0 200 OK\r", DecodeError::bad_status_line}}) {
        std::string_view message = c.text;
        std::string_view line;
        EXPECT_EQ(take_start_line(message, line), c.error) << c.text;
    }
}

TEST(ContentLength, cuts_refuses_and_compares) {
    std::string_view body = "hello";
    EXPECT_EQ(ContentLength().cut(body), DecodeError::ok);
    EXPECT_EQ(body, "hello");

    ContentLength three;
    EXPECT_EQ(three.add("3"), DecodeError::ok);
    EXPECT_EQ(three.add("003"), DecodeError::ok);
    EXPECT_EQ(three.add("4"), DecodeError::bad_content_length);
    EXPECT_EQ(three.cut(body), DecodeError::ok);
    EXPECT_EQ(body, "hel");

    ContentLength huge;
    EXPECT_EQ(huge.add("99999999999999999999999999999999999999"), DecodeError::ok);
    EXPECT_EQ(huge.cut(body), DecodeError::truncated);

    for (const char* text : {"", "-1", "+1", "1 2", "0x1", "1."})
        EXPECT_EQ(ContentLength().add(text), DecodeError::bad_content_length) << text;
}

TEST(DecodeErrorText, has_a_distinct_word_for_each) {
    std::vector<std::string_view> words;
    for (int i = 0; i < decode_error_count; ++i) {
        const std::string_view word = to_string(static_cast<DecodeError>(i));
        EXPECT_FALSE(word.empty());
        EXPECT_EQ(std::count(words.begin(), words.end(), word), 0) << word;
        words.push_back(word);
    }
}

}  // namespace
}  // namespace sipping::wire
