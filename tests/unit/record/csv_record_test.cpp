#include "sipping/record/csv_record.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sipping::record {
namespace {

using Status = CsvReader::Status;

/// Everything that is read, one word a record: "3:a|b" (line, fields), "4:bad", "5:torn:rest".
/// `chunk`: how many bytes come at a time.
std::vector<std::string> read(std::string_view text, std::size_t chunk) {
    CsvReader reader;
    CsvRecord record;
    std::vector<std::string> said;
    std::string held;
    for (std::size_t at = 0;;) {
        const std::size_t size = std::min(chunk, text.size() - at);
        held += text.substr(at, size);
        at += size;
        const bool is_all = at == text.size();
        std::string_view input = held;
        for (;;) {
            const Status status = reader.next(input, is_all, record);
            if (status == Status::end) return said;
            if (status == Status::more) break;
            std::string word = std::to_string(reader.line()) + ":";
            if (status == Status::bad) word += "bad";
            if (status == Status::torn) word += "torn:" + std::string(record.text);
            if (status == Status::record && !record.ended) word += "last:";
            if (status == Status::record)
                for (std::size_t i = 0; i < record.fields; ++i)
                    word += (i > 0 ? "|" : "") + std::string(record.field[i]);
            said.push_back(word);
        }
        held = std::string(input);
    }
}

using Words = std::vector<std::string>;

TEST(CsvReader, reads_records_whatever_the_chunks) {
    const struct {
        std::string text;
        Words words;
    } table[] = {
        {"", {}},
        {"a,b\n", {"1:a|b"}},
        {"a,b\r\nc,d\r\n", {"1:a|b", "2:c|d"}},
        {",\n\nx\n", {"1:|", "2:", "3:x"}},
        {"a,b\nc,d", {"1:a|b", "2:last:c|d"}},
        {"a,b\r\nc,d\r", {"1:a|b", "2:c|d"}},
        {"a;b,c\nd\te;f\ng\nh,i;j\n", {"1:a|b,c", "2:d|e;f", "3:g", "4:h|i;j"}},
        {"\"a,b\";c\n\"d;e\"\tf\n", {"1:a,b|c", "2:d;e|f"}},
        {"\xef\xbb\xbf\"a\",b\n\xef\xbb\xbfx,y\n", {"1:a|b", "2:\xef\xbb\xbfx|y"}},
        {"\xef\xbb\xbf", {}},
        {"\"a,b\",c\n", {"1:a,b|c"}},
        {"\"say \"\"hello\"\"\",2\nx\n", {"1:say \"hello\"|2", "2:x"}},
        {"\"of\ntwo\",2\nnext\n", {"1:of\ntwo|2", "3:next"}},
        {"\"\",\"\"\n", {"1:|"}},
        {"a\"b,c\nx\n", {"1:bad", "2:x"}},
        {"\"a\"b,c\nx\n", {"1:bad", "2:x"}},
        {"x\n\"open,1\n", {"1:x", "2:bad"}},
        {"\"of\ntwo\",2", {"1:last:of\ntwo|2"}},
        {"x\n\"open,1", {"1:x", "2:torn:\"open,1"}},
        {"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\nx\n", {"1:bad", "2:x"}},
    };
    for (const auto& row : table)
        for (const std::size_t chunk : {1UL, 2UL, 3UL, 7UL, 1000UL})
            EXPECT_EQ(read(row.text, chunk), row.words) << row.text << " by " << chunk;
}

TEST(CsvReader, a_record_that_is_too_long_costs_itself_alone) {
    const std::string long_one(CsvReader::record_limit + 1, 'x');
    for (const std::size_t chunk : {1000UL, 65536UL, 1UL << 20}) {
        EXPECT_EQ(read("a\n" + long_one + "\nb\n", chunk), (Words{"1:a", "2:bad", "3:b"})) << chunk;
        EXPECT_EQ(read("a\n\"" + long_one + "\nb\n", chunk), (Words{"1:a", "2:bad", "3:b"}))
            << chunk;
        EXPECT_EQ(read("a\n" + long_one, chunk), (Words{"1:a", "2:bad"})) << chunk;
    }
    const std::string longest(CsvReader::record_limit, 'x');
    EXPECT_EQ(read(longest + "\nb\n", 1000), (Words{"1:" + longest, "2:b"}));
}

TEST(CsvReader, a_quote_that_is_never_closed_costs_its_line_alone) {
    std::string text = "\"open,1\n";
    Words words{"1:bad"};
    for (int line = 2; line < 20'000; ++line) {
        text += "a,b\n";
        words.push_back(std::to_string(line) + ":a|b");
    }
    EXPECT_EQ(read(text, 1 << 20), words);
    EXPECT_EQ(read(text, 10'000), words);
}

}  // namespace
}  // namespace sipping::record
