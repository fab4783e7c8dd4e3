#include "sipping/base/escape.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "sipping/base/prng.hpp"

namespace sipping {
namespace {

using namespace std::string_view_literals;

std::string escaped(std::string_view text, std::size_t limit = 256) {
    TextBuffer out(4096);
    EXPECT_TRUE(append_escaped(out, text, limit));
    return std::string(out.view());
}

std::string csv(std::string_view text, std::size_t limit = 256) {
    TextBuffer out(4096);
    EXPECT_TRUE(append_csv_field(out, text, limit));
    return std::string(out.view());
}

std::string json(std::string_view text, std::size_t limit = 256) {
    TextBuffer out(4096);
    EXPECT_TRUE(append_json_string(out, text, limit));
    return std::string(out.view());
}

std::string message(std::string_view text) {
    TextBuffer out(4096);
    EXPECT_TRUE(append_escaped_message(out, text, "  "));
    return std::string(out.view());
}

TEST(Escape, lets_ordinary_text_pass) {
    EXPECT_EQ(escaped(""), "");
    EXPECT_EQ(escaped("SIP/2.0 200 OK"), "SIP/2.0 200 OK");
    EXPECT_EQ(escaped(R"(a\b"c,d)"), R"(a\b"c,d)");
    EXPECT_EQ(escaped("Gr\u00fc\u00dfe \u65e5\u672c \U0001f4de"),
              "Gr\u00fc\u00dfe \u65e5\u672c \U0001f4de");
}

TEST(Escape, makes_controls_visible) {
    EXPECT_EQ(escaped("\x1b]0;owned\x07"), R"(\x1b]0;owned\x07)");
    EXPECT_EQ(escaped("a\r\nb\tc\0d\x7f"sv), R"(a\x0d\x0ab\x09c\x00d\x7f)");
    EXPECT_EQ(escaped("\u009b31m"), R"(\xc2\x9b31m)") << "CSI as a C1 control";
}

TEST(Escape, makes_bidirectional_controls_and_line_separators_visible) {
    EXPECT_EQ(escaped("\u202egnp\u202c"), R"(\xe2\x80\xaegnp\xe2\x80\xac)");
    EXPECT_EQ(escaped("\u2066x\u2069"), R"(\xe2\x81\xa6x\xe2\x81\xa9)");
    EXPECT_EQ(escaped("\u200e\u200f\u061c"), R"(\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c)");
    EXPECT_EQ(escaped("\u2028\u2029"), R"(\xe2\x80\xa8\xe2\x80\xa9)");
    EXPECT_EQ(escaped("\u2027\u202f\u2065\u206a"), "\u2027\u202f\u2065\u206a") << "neighbours";
}

TEST(Escape, makes_what_is_no_utf8_visible) {
    EXPECT_EQ(escaped("\x9b"), R"(\x9b)");
    EXPECT_EQ(escaped("\xff\xfe"), R"(\xff\xfe)");
    EXPECT_EQ(escaped("\xc0\xaf"), R"(\xc0\xaf)") << "overlong";
    EXPECT_EQ(escaped("\xe0\x80\xaf"), R"(\xe0\x80\xaf)") << "overlong";
    EXPECT_EQ(escaped("\xf0\x80\x80\xaf"), R"(\xf0\x80\x80\xaf)") << "overlong";
    EXPECT_EQ(escaped("\xed\xa0\x80"), R"(\xed\xa0\x80)") << "surrogate";
    EXPECT_EQ(escaped("\xf4\x90\x80\x80"), R"(\xf4\x90\x80\x80)") << "above U+10FFFF";
    EXPECT_EQ(escaped("\xe2\x82"), R"(\xe2\x82)") << "ends in the middle";
    EXPECT_EQ(escaped("\xc3(x"), R"(\xc3(x)");
}

TEST(Escape, cuts_long_text_between_characters) {
    EXPECT_EQ(escaped("abcdef", 6), "abcdef");
    EXPECT_EQ(escaped("abcdefg", 6), "abcdef...");
    EXPECT_EQ(escaped("abcde\u00fc", 6), "abcde...");
    EXPECT_EQ(escaped("abc\U0001f4de", 6), "abc...");
    EXPECT_EQ(escaped("ab\U0001f4dexx", 6), "ab\U0001f4de...");
    EXPECT_EQ(escaped("abcde\x80xyz", 6), R"(abcde\x80...)");
    EXPECT_EQ(escaped("abc", 0), "...");
}

TEST(Escape, refuses_whole_what_does_not_fit) {
    TextBuffer out(10);
    ASSERT_TRUE(out.append("1234"));
    EXPECT_FALSE(append_escaped(out, "1234567"));
    EXPECT_FALSE(append_escaped(out, "\x01\x02"));
    EXPECT_FALSE(append_csv_field(out, "12,45"));
    EXPECT_FALSE(append_json_string(out, "\x01\x02"));
    EXPECT_FALSE(append_escaped_message(out, "12345", " "));
    EXPECT_EQ(out.view(), "1234");
    EXPECT_TRUE(append_escaped(out, "123456"));
    EXPECT_EQ(out.view(), "1234123456");
}

TEST(Escape, keeps_the_lines_of_a_message) {
    EXPECT_EQ(message("SIP/2.0 200 OK\r\nVia: x\nTo: y\r\n\r\n"),
              "  SIP/2.0 200 OK\n  Via: x\n  To: y\n\n");
    EXPECT_EQ(message("no end"), "  no end\n");
    EXPECT_EQ(message("lone\rCR\r"), "  lone\\x0dCR\\x0d\n");
    EXPECT_EQ(message("\x1b[2J\r\n\0"sv), "  \\x1b[2J\n  \\x00\n");
    EXPECT_EQ(message(""), "");
}

TEST(Escape, quotes_csv_fields_when_needed) {
    EXPECT_EQ(csv("SIP/2.0 200 OK"), "SIP/2.0 200 OK");
    EXPECT_EQ(csv("SIP/2.0 403 No, thanks"), "\"SIP/2.0 403 No, thanks\"");
    EXPECT_EQ(csv("SIP/2.0 403 \"No\""), "\"SIP/2.0 403 \"\"No\"\"\"");
    EXPECT_EQ(csv("\""), "\"\"\"\"");
    EXPECT_EQ(csv(""), "");
    EXPECT_EQ(csv("a\nb"), R"(a\x0ab)") << "never more than one line";
    EXPECT_EQ(csv("abc,def", 3), "abc...") << "what was cut away needs no quotes";
}

TEST(Escape, disarms_formulas_in_csv_fields) {
    EXPECT_EQ(csv("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    EXPECT_EQ(csv("+1"), "'+1");
    EXPECT_EQ(csv("-1"), "'-1");
    EXPECT_EQ(csv("@SUM(A1,A2)"), "\"'@SUM(A1,A2)\"");
    EXPECT_EQ(csv("\t=1"), R"(\x09=1)");
    EXPECT_EQ(csv("a=b"), "a=b");
}

TEST(Escape, writes_json_strings) {
    EXPECT_EQ(json(R"(a"b\c/d)"), R"(a\"b\\c/d)");
    EXPECT_EQ(json("\x1b\r\n\0"sv), R"(\u001b\u000d\u000a\u0000)");
    EXPECT_EQ(json("\u009b\u202e\x7f"), R"(\u009b\u202e\u007f)");
    EXPECT_EQ(json("\xff"), R"(\\xff)");
    EXPECT_EQ(json("\u00fc"), "\u00fc");
    EXPECT_EQ(json("abcdef", 3), "abc...");
}

TEST(Escape, no_random_bytes_come_out_raw) {
    constexpr std::uint64_t seed = 20260515;
    SCOPED_TRACE(seed);
    Prng random({seed, 1});
    for (int round = 0; round < 3000; ++round) {
        std::string text(1 + random.below(40), ' ');
        for (char& letter : text)
            letter = static_cast<char>(random.below(256));
        for (const std::string& shown : {escaped(text), csv(text), json(text)}) {
            for (std::size_t i = 0; i < shown.size();) {
                const Utf8 character = first_utf8(std::string_view{shown}.substr(i));
                ASSERT_GT(character.length, 0U) << "not UTF-8: " << shown;
                ASSERT_GE(character.code, 0x20U);
                ASSERT_TRUE(character.code < 0x7f || character.code > 0x9f);
                i += character.length;
            }
        }
    }
}

}  // namespace
}  // namespace sipping
