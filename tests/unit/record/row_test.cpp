#include "sipping/record/row.hpp"

#include <gtest/gtest.h>

#include "sipping/record/rows.hpp"

namespace sipping::record {
namespace {

struct Read {
    RowError error;
    Row row;
};

/// What is returned is of use until the next call.
Read read(std::string text) {
    static CsvReader reader;
    static CsvRecord record;
    static std::string kept;
    kept = std::move(text);
    std::string_view line = kept;
    Read result{};
    EXPECT_EQ(reader.next(line, true, record), CsvReader::Status::record);
    result.error = read_row(record, result.row);
    return result;
}

TEST(LogRow, full_form) {
    const auto [error, row] = read(
        "25/11/26 19:21:43:178292,1795634503.178292,127.1.0.1,0.156,2804403274@noc,"
        "SIP/2.0 200 OK,sbc,60275,duplicate,from=192.0.2.9:5060;retry_after=30\n");
    ASSERT_EQ(error, RowError::ok);
    EXPECT_TRUE(row.is_probe());
    EXPECT_EQ(row.kind, Kind::duplicate);
    EXPECT_EQ(row.sent, WallTime{1'795'634'503'178'292us});
    EXPECT_EQ(row.latency, 156us);
    EXPECT_EQ(row.host, "127.1.0.1");
    EXPECT_EQ(row.call_id, 2'804'403'274U);
    EXPECT_EQ(row.site, "noc");
    EXPECT_EQ(row.response, "SIP/2.0 200 OK");
    EXPECT_EQ(row.target, "sbc");
    EXPECT_EQ(row.source_port, 60275);
    EXPECT_EQ(row.detail_of("from"), "192.0.2.9:5060");
    EXPECT_EQ(row.detail_of("retry_after"), "30");
    EXPECT_EQ(row.detail_of("retry"), std::nullopt);
    EXPECT_EQ(row.detail_of("port"), std::nullopt);
}

TEST(LogRow, drops_gaps_and_the_classic_form) {
    const auto drop = read(
        "25/11/26 19:21:43:198307,1795634503.198307,127.1.0.3,drop,4197030384,drop,t,60415,icmp,"
        "icmp=port-unreachable;icmp_from=127.1.0.3\n");
    ASSERT_EQ(drop.error, RowError::ok);
    EXPECT_EQ(drop.row.kind, Kind::icmp);
    EXPECT_EQ(drop.row.latency, std::nullopt);
    EXPECT_EQ(drop.row.response, "");

    const auto gap = read(
        "25/11/26 19:21:43:178226,1795634503.178226,,,,,*,,gap,"
        "from=1795634503.178226;until=1795634503.178226;reason=start;count=0\n");
    ASSERT_EQ(gap.error, RowError::ok);
    EXPECT_TRUE(gap.row.is_gap());
    EXPECT_EQ(gap.row.detail_of("reason"), "start");

    const auto answered = read(
        "15/05/26 02:08:07:230895,1778803687.230895,203.0.113.5,37.580,9437147350,"
        "SIP/2.0 403 Forbidden\n");
    ASSERT_EQ(answered.error, RowError::ok);
    EXPECT_EQ(answered.row.kind, Kind::reply);
    EXPECT_EQ(answered.row.latency, 37'580us);
    const auto lost = read("x,1778803689.309415,203.0.113.5,drop,6142922627,drop\n");
    ASSERT_EQ(lost.error, RowError::ok);
    EXPECT_EQ(lost.row.kind, Kind::timeout);
}

TEST(LogRow, headers_and_mistakes) {
    EXPECT_EQ(read(std::string{record::csv_header}).error, RowError::header);
    EXPECT_EQ(read(std::string{record::csv_header_classic}).error, RowError::header);
    const struct {
        RowError error;
        const char* line;
    } table[] = {
        {RowError::fields, "a,b,c\n"},
        {RowError::fields, "t,1778803687.230895,h,1.000,1,SIP,n,1,reply\n"},
        {RowError::fields, "t,1778803687.230895,h,1.000,1,SIP,n,1,reply,,more\n"},
        {RowError::timestamp, "t,-778803687.230895,h,1.000,1,SIP\n"},
        {RowError::timestamp, "t,99999999999.230895,h,1.000,1,SIP\n"},
        {RowError::timestamp, "t,1778803687.2308x5,h,1.000,1,SIP\n"},
        {RowError::latency, "t,1778803687.230895,h,1.0.0,1,SIP,n,1,reply,\n"},
        {RowError::latency, "t,1778803687.230895,h,-1,1,SIP,n,1,reply,\n"},
        {RowError::latency, "t,1778803687.230895,h,,1,SIP\n"},
        {RowError::call_id, "t,1778803687.230895,h,1.000,x,SIP\n"},
        {RowError::call_id, "t,1778803687.230895,h,1.000,,SIP\n"},
        {RowError::source_port, "t,1778803687.230895,h,1.000,1,SIP,n,65536,reply,\n"},
        {RowError::kind, "t,1778803687.230895,h,1.000,1,SIP,n,1,,\n"},
        {RowError::kind, "t,1778803687.230895,h,1.000,1,SIP,n,1,Reply 2,\n"},
        {RowError::latency, "t,1778803687.230895,h,1.000,1,SIP,n,1,timeout,\n"},
        {RowError::latency, "t,1778803687.230895,h,drop,1,drop,n,1,late,\n"},
    };
    for (const auto& row : table)
        EXPECT_EQ(read(row.line).error, row.error) << row.line << to_string(read(row.line).error);
}

TEST(LogRow, the_example_rows_of_the_original) {
    const auto reply =
        read("15/05/15 08:18:48:383775,1431703128.38,,3,0762101642,SIP/2.0 200 OK\n");
    ASSERT_EQ(reply.error, RowError::ok);
    EXPECT_EQ(reply.row.kind, Kind::reply);
    EXPECT_EQ(reply.row.sent, WallTime{1'431'703'128'383'775us});
    EXPECT_EQ(reply.row.latency, 3ms);
    EXPECT_EQ(reply.row.call_id, 762'101'642U);
    EXPECT_EQ(reply.row.response, "SIP/2.0 200 OK");
    const auto drop = read("15/05/15 08:18:49:387328,1431703129.39,,drop,1257707506,drop\r\n");
    ASSERT_EQ(drop.error, RowError::ok);
    EXPECT_EQ(drop.row.kind, Kind::timeout);
    EXPECT_EQ(drop.row.sent, WallTime{1'431'703'129'387'328us});
    EXPECT_EQ(drop.row.call_id, 1'257'707'506U);
}

TEST(LogRow, of_the_original_the_unix_column_decides) {
    // Its clock has twelve hours, and a zone that nobody knows.
    EXPECT_EQ(read("15/05/15 03:18:59:999900,1431703140.0,h,1,1,x\n").row.sent,
              WallTime{1'431'703'139'999'900us});
    EXPECT_EQ(read("15/05/15 03:18:59:999900,1431703140.5,h,1,1,x\n").row.sent,
              WallTime{1'431'703'140'500'000us});
    // Fewer decimals still: rounded, or cut off.
    EXPECT_EQ(read("15/05/15 03:18:59:600000,1431703140,h,1,1,x\n").row.sent,
              WallTime{1'431'703'139'600'000us});
    EXPECT_EQ(read("15/05/15 03:18:59:600000,1431703139,h,1,1,x\n").row.sent,
              WallTime{1'431'703'139'600'000us});
    EXPECT_EQ(read("15/05/15 03:18:57:600000,1431703139,h,1,1,x\n").row.sent,
              WallTime{1'431'703'139'000'000us});
    EXPECT_EQ(read("at tea time,1431703140.123456789,h,1.5,1,x\n").row.sent,
              WallTime{1'431'703'140'123'457us});
    EXPECT_EQ(read("15/05/15 03:18:59:999900,1431703140,h,1.23456,1,x\n").row.latency, 1235us);
    for (const char* bad : {"", "-1", "x1e9", "12345678901234.5", "1.5.5", "1.x", "."})
        EXPECT_EQ(read(std::string{"t,"} + bad + ",h,1,1,x\n").error, RowError::timestamp) << bad;
}

TEST(LogRow, bytes_of_its_python_3_forks_and_double_spaced_lines) {
    EXPECT_EQ(read("t,1431703140.1,h,1,1,b'SIP/2.0 200 OK'\n").row.response, "SIP/2.0 200 OK");
    EXPECT_EQ(read("t,1431703140.1,h,1,1,b'\n").row.response, "b'");
    EXPECT_EQ(read("\r\n").error, RowError::blank);
    EXPECT_EQ(read("\n").error, RowError::blank);
}

/// `files/resaved-by-spreadsheet`, and what others make of numbers.
TEST(LogRow, numbers_as_spreadsheets_and_scripts_write_them) {
    const struct {
        const char* line;
        WallTime sent;
        Duration latency;
    } table[] = {
        {"\"27/11/26 17:20:01:000495\",1795800001.000495,h,5.2819999999999999998,3265802646,"
         "\"SIP/2.0 200 OK\",gw1,51949,reply,\n",
         WallTime{1'795'800'001'000'495us}, 5282us},
        {"27/11/26 17:23:17:000110,1795800197.00011,h,12.18,1,SIP/2.0 200 OK,gw,1,reply,\n",
         WallTime{1'795'800'197'000'110us}, 12'180us},
        {"27/11/26 17:20:00:000082;1795800000.000082;h;14.582;1;SIP/2.0 200 OK;gw;1;reply;a=b\n",
         WallTime{1'795'800'000'000'082us}, 14'582us},
        {"27/11/26 17:20:00:000082;1795800000,000082;h;14,5;1;SIP/2.0 200 OK;gw;1;reply;\n",
         WallTime{1'795'800'000'000'082us}, 14'500us},
        {"x\t1795800000,5\th\t14\t1.0\tSIP/2.0 200 OK, fine\tgw\t1.0\treply\t\n",
         WallTime{1'795'800'000'500'000us}, 14ms},
        {"x,1795800000,h,14.0004999,1,SIP/2.0 200 OK,gw,1,reply,,,,\n",
         WallTime{1'795'800'000'000'000us}, 14ms},
        {"\"x\",\"1795800000\",\"h\",\"14\",\"1\",\"SIP/2.0 200 OK\",\"gw\",\"1\",\"reply\",\"\"\n",
         WallTime{1'795'800'000'000'000us}, 14ms},
        // The microseconds that a float lost stand in the first column.
        {"15/05/26 02:08:07:230895,1778803687.23,h,1,1,SIP/2.0 200 OK,gw,1,reply,\n",
         WallTime{1'778'803'687'230'895us}, 1ms},
    };
    for (const auto& one : table) {
        const auto [error, row] = read(one.line);
        EXPECT_EQ(error, RowError::ok) << one.line << to_string(error);
        EXPECT_EQ(row.sent, one.sent) << one.line;
        EXPECT_EQ(row.latency, one.latency) << one.line;
        EXPECT_EQ(row.kind, Kind::reply) << one.line;
    }
    EXPECT_EQ(read("sep=;\n").error, RowError::header);
}

TEST(LogRow, digits_of_each_length_and_nothing_else) {
    std::string text;
    std::uint64_t value = 0;
    for (int size = 1; size <= 19; ++size) {
        text += static_cast<char>('0' + size % 10);
        value = value * 10 + static_cast<unsigned>(size) % 10;
        EXPECT_EQ(read("t,1431703140.1,h,1," + text + ",x\n").row.call_id, value);
        for (std::size_t at = 0; at < text.size(); ++at)
            for (const char bad : {'/', ':', ' ', 'a', '\x01', '\xb1', '\xff'}) {
                std::string other = text;
                other[at] = bad;
                EXPECT_NE(read("t,1431703140.1,h,1," + other + ",x\n").error, RowError::ok)
                    << other;
            }
    }
    EXPECT_EQ(read("t,1431703140.1,h,1,12345678901234567890,x\n").error, RowError::call_id);
}

TEST(LogRow, what_a_spreadsheet_has_changed_for_good_is_told_by_its_name) {
    const struct {
        RowError error;
        const char* line;
    } table[] = {
        {RowError::changed_call_id, "t,1795800000.5,h,1,4.07908E+09,SIP,gw,1,reply,\n"},
        {RowError::changed_call_id, "t;1795800000.5;h;1;4,07908E+09;SIP;gw;1;reply;\n"},
        {RowError::changed_call_id, "t,1795800000.5,h,drop,8e9,drop\n"},
        {RowError::changed_timestamp, "t,1.7958E+09,h,1,1,SIP,gw,1,reply,\n"},
        {RowError::changed_timestamp, "t,2026-11-27 17:20,h,1,1,SIP,gw,1,reply,\n"},
        {RowError::changed_latency, "t;1795800000.5;h;12. Mai;1;SIP;gw;1;reply;\n"},
        {RowError::call_id, "t,1795800000.5,h,1,f0e1d2,SIP,gw,1,reply,\n"},
    };
    for (const auto& one : table)
        EXPECT_EQ(read(one.line).error, one.error) << one.line << to_string(read(one.line).error);
}

TEST(LogRow, a_changed_date_is_noticed) {
    CsvReader reader;
    CsvRecord record;
    const auto changed = [&](std::string line) {
        std::string_view text = line += "\n";
        EXPECT_EQ(reader.next(text, true, record), CsvReader::Status::record);
        return has_changed_date(record);
    };
    EXPECT_FALSE(changed("27/11/26 17:20:00:000082,1795800000.000082,h"));
    EXPECT_FALSE(changed("x,1795800000.000082,h"));
    EXPECT_FALSE(changed(",1795800000.000082,h"));
    EXPECT_TRUE(changed("2026-11-27 17:20:00,1795800000.000082,h"));
    EXPECT_TRUE(changed("27.11.2026 17:20,1795800000.000082,h"));
    EXPECT_TRUE(changed("11/27/2026,1795800000.000082,h"));
}

TEST(LogRow, kinds_of_which_nothing_is_known_are_rows) {
    const auto unread =
        read("t,1795800000.5,192.0.2.1,,,,gw,40000,unread,reason=stun;length=20;bytes=....\n");
    EXPECT_EQ(unread.error, RowError::ok);
    EXPECT_EQ(unread.row.type, RowType::unread);
    const auto way = read("t,1795800000.5,192.0.2.1,drop,123,drop,gw,40000,way,way=back\n");
    EXPECT_EQ(way.error, RowError::ok);
    EXPECT_EQ(way.row.type, RowType::other);
    EXPECT_EQ(way.row.kind_word, "way");
}

}  // namespace
}  // namespace sipping::record
