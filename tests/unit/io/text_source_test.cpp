#include "io/text_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace sipping::io {
namespace {

using namespace std::string_literals;

/// Bytes from memory, so many at a time.
class Bytes final : public ByteSource {
public:
    Bytes(std::string bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}
    std::size_t read(std::span<char> space) override {
        const std::size_t size = std::min({space.size(), step_, bytes_.size() - at_});
        std::copy_n(bytes_.data() + at_, size, space.data());
        at_ += size;
        return size;
    }
    std::uint64_t position() const noexcept override { return at_; }

private:
    std::string bytes_;
    std::size_t step_;
    std::size_t at_ = 0;
};

std::string text(const std::string& bytes, std::size_t step = 1000) {
    const auto source = text_of(std::make_unique<Bytes>(bytes, step));
    std::string all;
    std::string space(7000, '.');
    while (const std::size_t size = source->read(space))
        all += space.substr(0, size);
    return all;
}

std::string utf16(std::u16string_view text, bool big) {
    std::string bytes;
    for (const char16_t unit : text) {
        const auto low = static_cast<char>(unit & 0xff);
        const auto high = static_cast<char>(unit >> 8);
        bytes += big ? high : low;
        bytes += big ? low : high;
    }
    return bytes;
}

TEST(TextSource, leaves_text_as_it_is) {
    std::string line = "time,timestamp\n\xef\xbb\xbfx\r\ny\r\n";
    std::string long_one;
    for (int i = 0; i < 3000; ++i)
        long_one += line;
    for (const std::size_t step : {1UL, 100UL, 5000UL}) {
        EXPECT_EQ(text(line, step), line);
        EXPECT_EQ(text(long_one, step), long_one);
    }
    EXPECT_EQ(text(""), "");
}

TEST(TextSource, utf16_of_both_orders_with_and_without_a_mark) {
    std::u16string wide = u"time;timestamp\r\ngw-\u00e4\u20ac\U0001f600;1\r\n";
    const std::string right = "time;timestamp\r\ngw-ä€😀;1\r\n";
    for (const bool big : {false, true})
        for (const std::size_t step : {1UL, 3UL, 1000UL}) {
            EXPECT_EQ(text(utf16(u"\ufeff" + wide, big), step), right);
            EXPECT_EQ(text(utf16(wide, big), step), right);
        }
    std::u16string many = u"\ufeff";
    std::string all;
    for (int i = 0; i < 20'000; ++i) {
        many += wide;
        all += right;
    }
    EXPECT_EQ(text(utf16(many, false)), all);
}

TEST(TextSource, halves_of_pairs_in_utf16_are_replaced) {
    EXPECT_EQ(text(utf16(u"\ufeff12" + std::u16string(1, u'\xd83d') + u"34", false)),
              "12\xef\xbf\xbd"
              "34");
    EXPECT_EQ(text(utf16(u"\ufeff12" + std::u16string(1, u'\xde00'), true)), "12\xef\xbf\xbd");
    EXPECT_EQ(text(utf16(u"\ufeff12", false) + "x"), "12") << "half a character at the end";
}

TEST(TextSource, lines_that_end_in_cr_alone) {
    EXPECT_EQ(text("a,b\rc,d\r"), "a,b\nc,d\n");
    EXPECT_EQ(text("a,b\r\nc,d\r"), "a,b\r\nc,d\r");
}

TEST(TextSource, what_is_no_text_is_named) {
    const auto kind = [](const std::string& bytes) -> std::string {
        try {
            return "text: " + text(bytes + std::string(600, 'x'));
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    };
    EXPECT_EQ(kind("\xfd"
                   "7zXZ\0"s),
              "an xz file: unpack it first (xz -d)");
    EXPECT_EQ(kind("BZh91AY"), "a bzip2 file: unpack it first (bzip2 -d)");
    EXPECT_EQ(kind("\x04\x22\x4d\x18"), "an lz4 file: unpack it first (lz4 -d)");
    EXPECT_EQ(kind("PK\x03\x04"),
              "a zip file: unpack it first (a spreadsheet, .xlsx or .ods, is one: save it as CSV)");
    EXPECT_EQ(kind("\xd0\xcf\x11\xe0"), "an old spreadsheet (.xls): save it as CSV");
    EXPECT_EQ(kind(std::string(257, 'n') + "ustar"), "a tar archive: unpack it first (tar -x)");
    EXPECT_EQ(kind("\xd4\xc3\xb2\xa1"), "a capture, no log");
    EXPECT_EQ(kind("{\"a\":1}\n"),
              "JSON, no log (--json is for other programs, the CSV is the log)");
    EXPECT_EQ(kind("time,timestamp\n").substr(0, 20), "text: time,timestamp");
    EXPECT_EQ(foreign_kind(""), "");
}

}  // namespace
}  // namespace sipping::io
