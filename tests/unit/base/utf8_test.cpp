#include "sipping/base/utf8.hpp"

#include <gtest/gtest.h>

namespace sipping {
namespace {

using namespace std::string_view_literals;

TEST(Utf8Text, what_is_written_is_read_back) {
    for (const char32_t code :
         {0x0U, 0x7fU, 0x80U, 0x7ffU, 0x800U, 0xd7ffU, 0xe000U, 0xffffU, 0x10000U, 0x10ffffU}) {
        std::string text;
        append_utf8(text, code);
        const Utf8 read = first_utf8(text);
        EXPECT_TRUE(read.code == code);
        EXPECT_EQ(read.length, text.size());
    }
}

TEST(Utf8Text, marks_say_what_the_bytes_are) {
    const std::pair<std::string_view, ByteOrderMark> table[] = {
        {"\xef\xbb\xbf"
         "a"sv,
         ByteOrderMark::utf8},
        {"\xff\xfe"
         "a\0"sv,
         ByteOrderMark::utf16_little},
        {"\xfe\xff\0a"sv, ByteOrderMark::utf16_big},
        {"\xff\xfe\0\0a\0\0\0"sv, ByteOrderMark::utf32},
        {"\0\0\xfe\xff\0\0\0a"sv, ByteOrderMark::utf32},
        {"abc"sv, ByteOrderMark::none},
        {""sv, ByteOrderMark::none},
    };
    for (auto [text, mark] : table) {
        const auto all = text.size();
        EXPECT_EQ(take_byte_order_mark(text), mark);
        EXPECT_EQ(text.size() == all, mark == ByteOrderMark::none);
    }
}

TEST(Utf8Text, utf16_of_either_order_is_read) {
    EXPECT_EQ(utf8_from_utf16("a\0\xfc\0\x13\x20\x3d\xd8\0\xde"sv, false),
              "a\xc3\xbc\xe2\x80\x93\xf0\x9f\x98\x80");
    EXPECT_EQ(utf8_from_utf16("\0a\0\xfc\x20\x13\xd8\x3d\xde\0"sv, true),
              "a\xc3\xbc\xe2\x80\x93\xf0\x9f\x98\x80");
}

TEST(Utf8Text, halves_of_utf16_are_shown_as_such) {
    EXPECT_EQ(utf8_from_utf16("\x3d\xd8"
                              "a\0"sv,
                              false),
              "\xef\xbf\xbd"
              "a");  // first half
    EXPECT_EQ(utf8_from_utf16("\0\xde"
                              "a\0"sv,
                              false),
              "\xef\xbf\xbd"
              "a");  // second half
    EXPECT_EQ(utf8_from_utf16("a\0\x3d\xd8"sv, false), "a\xef\xbf\xbd");
    EXPECT_EQ(utf8_from_utf16("a\0b"sv, false), "a\xef\xbf\xbd");
    EXPECT_EQ(utf8_from_utf16("", true), "");
}

}  // namespace
}  // namespace sipping
