#include "sipping/log/row.hpp"

#include <gtest/gtest.h>

#include "sipping/sink/rows.hpp"

namespace sipping::log {
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
    EXPECT_FALSE(row.is_gap);
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
    EXPECT_TRUE(gap.row.is_gap);
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
    EXPECT_EQ(read(std::string{sink::csv_header}).error, RowError::header);
    EXPECT_EQ(read(std::string{sink::csv_header_classic}).error, RowError::header);
    const struct {
        RowError error;
        const char* line;
    } table[] = {
        {RowError::fields, "a,b,c\n"},
        {RowError::timestamp, "t,1778803687,h,1.000,1,SIP,n,1,reply,\n"},
        {RowError::timestamp, "t,1778803687.23089,h,1.000,1,SIP,n,1,reply,\n"},
        {RowError::timestamp, "t,-778803687.230895,h,1.000,1,SIP\n"},
        {RowError::timestamp, "t,99999999999.230895,h,1.000,1,SIP\n"},
        {RowError::timestamp, "t,1778803687.2308x5,h,1.000,1,SIP\n"},
        {RowError::latency, "t,1778803687.230895,h,1.0,1,SIP,n,1,reply,\n"},
        {RowError::latency, "t,1778803687.230895,h,,1,SIP\n"},
        {RowError::call_id, "t,1778803687.230895,h,1.000,x,SIP\n"},
        {RowError::call_id, "t,1778803687.230895,h,1.000,,SIP\n"},
        {RowError::source_port, "t,1778803687.230895,h,1.000,1,SIP,n,65536,reply,\n"},
        {RowError::kind, "t,1778803687.230895,h,1.000,1,SIP,n,1,answer,\n"},
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
    EXPECT_EQ(read("at tea time,1431703140.123456789,h,1.5,1,x\n").row.sent,
              WallTime{1'431'703'140'123'456us});
    EXPECT_EQ(read("15/05/15 03:18:59:999900,1431703140,h,1.23456,1,x\n").row.latency, 1234us);
    for (const char* bad : {"", "-1", "1e9", "12345678901234.5", "1.5.5", "1.x", "."})
        EXPECT_EQ(read(std::string{"t,"} + bad + ",h,1,1,x\n").error, RowError::timestamp) << bad;
}

TEST(LogRow, bytes_of_its_python_3_forks_and_double_spaced_lines) {
    EXPECT_EQ(read("t,1431703140.1,h,1,1,b'SIP/2.0 200 OK'\n").row.response, "SIP/2.0 200 OK");
    EXPECT_EQ(read("t,1431703140.1,h,1,1,b'\n").row.response, "b'");
    EXPECT_EQ(read("\r\n").error, RowError::blank);
    EXPECT_EQ(read("\n").error, RowError::blank);
}

}  // namespace
}  // namespace sipping::log
