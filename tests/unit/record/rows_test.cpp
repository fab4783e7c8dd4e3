#include "sipping/record/rows.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/base/prng.hpp"

namespace sipping::record {
namespace {

using namespace std::string_view_literals;

std::int32_t two_hours_east(std::int64_t) noexcept {
    return 7200;
}

constexpr WallTime sent_wall{1'778'803'687s + 230'895us + 999ns};  // 15 May 2026, 00:08:07 UTC
constexpr std::string_view when = "15/05/26 02:08:07:230895,1778803687.230895";
constexpr RowContext context{"pbx.example", "203.0.113.5", ""};

ProbeResult result_of(Kind kind) {
    ProbeResult result;
    result.kind = kind;
    result.call_id = 9437147350;
    result.source_port = 40111;
    result.sent_wall = sent_wall;
    result.from = {*parse_address("203.0.113.5"), 5060};
    if (has_answer(kind)) {
        result.latency = 37'580'400ns;
        result.status = 403;
        result.status_line = "SIP/2.0 403 Forbidden";
    }
    return result;
}

template <class What>
std::string csv(const What& what, const RowContext& with = context, bool classic = false) {
    RowWriter writer(two_hours_east, classic);
    TextBuffer out(row_size_max);
    EXPECT_TRUE(writer.csv(what, with, out));
    return std::string(out.view());
}

template <class What>
std::string json(const What& what, const RowContext& with = context) {
    RowWriter writer(two_hours_east, false);
    TextBuffer out(row_size_max);
    EXPECT_TRUE(writer.json(what, with, out));
    return std::string(out.view());
}

/// The detail column of a row whose other columns hold no comma.
std::string detail(const ProbeResult& result) {
    std::string row = csv(result);
    std::size_t at = 0;
    for (int i = 0; i < 9; ++i)
        at = row.find(',', at) + 1;
    return row.substr(at, row.size() - at - 1);
}

/// An independent reader of one RFC 4180 record that ends with LF. Empty when it is malformed.
std::vector<std::string> read_record(std::string_view row) {
    std::vector<std::string> fields(1);
    std::size_t i = 0;
    while (i < row.size()) {
        if (row[i] == '\n') return i + 1 == row.size() ? fields : std::vector<std::string>{};
        if (row[i] == ',') {
            fields.emplace_back();
            ++i;
        } else if (row[i] == '"' && fields.back().empty()) {
            for (++i; i < row.size(); ++i) {
                if (row[i] == '"') {
                    if (i + 1 >= row.size() || row[i + 1] != '"') break;
                    ++i;
                }
                fields.back() += row[i];
            }
            if (++i >= row.size() || (row[i] != ',' && row[i] != '\n')) return {};
        } else if (row[i] == '"') {
            return {};
        } else {
            fields.back() += row[i++];
        }
    }
    return {};
}

TEST(CsvRow, of_a_reply) {
    EXPECT_EQ(
        csv(result_of(Kind::reply)),
        std::string(when) +
            ",203.0.113.5,37.580,9437147350,SIP/2.0 403 Forbidden,pbx.example,40111,reply,\n");
}

TEST(CsvRow, of_every_other_kind) {
    for (Kind kind : {Kind::provisional, Kind::late, Kind::duplicate})
        EXPECT_EQ(csv(result_of(kind)),
                  std::string(when) +
                      ",203.0.113.5,37.580,9437147350,SIP/2.0 403 Forbidden,pbx.example,40111," +
                      std::string(to_string(kind)) + ",\n");
    for (Kind kind : {Kind::timeout, Kind::local, Kind::pending})
        EXPECT_EQ(csv(result_of(kind)), std::string(when) +
                                            ",203.0.113.5,drop,9437147350,drop,pbx.example,40111," +
                                            std::string(to_string(kind)) + ",\n");
}

TEST(CsvRow, of_a_gap) {
    Gap gap;
    gap.reason = GapReason::skipped;
    gap.from = sent_wall;
    gap.until = sent_wall + 1500ms;
    gap.count = 15;
    EXPECT_EQ(csv(gap), std::string(when) +
                            ",203.0.113.5,,,,pbx.example,,gap,from=1778803687.230895;"
                            "until=1778803688.730895;reason=skipped;count=15\n");
    EXPECT_EQ(csv(gap, context, true), "");
}

TEST(CsvRow, of_a_time_without_an_address_has_no_host) {
    Gap gap;
    gap.reason = GapReason::unresolved;
    gap.from = sent_wall;
    gap.until = sent_wall + 62s;
    RowContext unknown = context;
    unknown.host = "";
    EXPECT_EQ(csv(gap, unknown), std::string(when) +
                                     ",,,,,pbx.example,,gap,from=1778803687.230895;"
                                     "until=1778803749.230895;reason=unresolved;count=0\n");
}

TEST(CsvRow, classic_form_has_six_columns_and_a_row_per_attempt) {
    EXPECT_EQ(csv(result_of(Kind::reply), context, true),
              std::string(when) + ",203.0.113.5,37.580,9437147350,SIP/2.0 403 Forbidden\n");
    EXPECT_EQ(csv(result_of(Kind::timeout), context, true),
              std::string(when) + ",203.0.113.5,drop,9437147350,drop\n");
    EXPECT_EQ(csv(result_of(Kind::late), context, true), "");
    EXPECT_EQ(csv(result_of(Kind::duplicate), context, true), "");
}

TEST(CsvRow, has_as_many_columns_as_its_header) {
    EXPECT_EQ(read_record(csv_header).size(), 10U);
    EXPECT_EQ(read_record(csv_header_classic).size(), 6U);
    EXPECT_EQ(read_record(csv(result_of(Kind::reply))).size(), 10U);
    EXPECT_EQ(read_record(csv(Gap{})).size(), 10U);
    EXPECT_EQ(read_record(csv(result_of(Kind::timeout), context, true)).size(), 6U);
}

TEST(CsvRow, host_is_the_address_that_answered) {
    ProbeResult result = result_of(Kind::reply);
    result.from_elsewhere = true;
    result.from = {*parse_address("2001:db8::9"), 5080};
    const auto fields = read_record(csv(result));
    ASSERT_EQ(fields.size(), 10U);
    EXPECT_EQ(fields[2], "2001:db8::9");
    EXPECT_EQ(fields[9], "from=[2001:db8::9]:5080");
}

TEST(CsvRow, host_is_the_address_asked_when_the_context_has_none) {
    const auto fields = read_record(csv(result_of(Kind::timeout), {"pbx.example", "", ""}));
    ASSERT_EQ(fields.size(), 10U);
    EXPECT_EQ(fields[2], "203.0.113.5");
}

TEST(CsvRow, leaves_empty_what_a_probe_never_had) {
    ProbeResult result = result_of(Kind::local);
    result.source_port = 0;
    result.call_id = 0;
    result.local_reason = LocalReason::no_identity;
    EXPECT_EQ(csv(result), std::string(when) +
                               ",203.0.113.5,drop,,drop,pbx.example,,local,reason=no-identity\n");
}

TEST(CsvRow, call_id_carries_the_site) {
    RowContext with = context;
    with.site = "lab-3";
    EXPECT_EQ(read_record(csv(result_of(Kind::reply), with))[4], "9437147350@lab-3");
    with.site = "a,\"b";
    EXPECT_EQ(read_record(csv(result_of(Kind::reply), with))[4], "9437147350@a,\"b");
}

TEST(CsvRow, latency_has_three_decimals_rounded) {
    ProbeResult result = result_of(Kind::reply);
    const auto shown = [&](Duration latency) {
        result.latency = latency;
        return read_record(csv(result))[3];
    };
    EXPECT_EQ(shown(0ns), "0.000");
    EXPECT_EQ(shown(499ns), "0.000");
    EXPECT_EQ(shown(500ns), "0.001");
    EXPECT_EQ(shown(999'999'500ns), "1000.000");
    EXPECT_EQ(shown(31s), "31000.000");
    EXPECT_EQ(shown(-2us), "-0.002");
}

TEST(CsvDetail, names_each_fact_alone) {
    ProbeResult icmp = result_of(Kind::icmp);
    icmp.icmp = IcmpError{Family::v4, 3, 3, *parse_address("192.0.2.1")};
    EXPECT_EQ(detail(icmp), "icmp=port-unreachable;icmp_from=192.0.2.1");
    icmp.kind = Kind::pending;
    EXPECT_EQ(detail(icmp), "icmp=port-unreachable;icmp_from=192.0.2.1");

    ProbeResult refused = result_of(Kind::send_error);
    refused.error = ENETUNREACH;
    EXPECT_EQ(detail(refused), "errno=ENETUNREACH");
    refused.error = 4711;
    EXPECT_EQ(detail(refused), "errno=4711");

    ProbeResult unsent = result_of(Kind::local);
    unsent.local_reason = LocalReason::no_free_port;
    EXPECT_EQ(detail(unsent), "reason=no-free-port");

    ProbeResult lost = result_of(Kind::timeout);
    lost.self = self_rx_drop;
    EXPECT_EQ(detail(lost), "self=rx-drop");
}

TEST(CsvDetail, names_every_usual_error_of_a_send) {
    const std::vector<std::pair<int, std::string_view>> errors{{EHOSTUNREACH, "EHOSTUNREACH"},
                                                               {EPERM, "EPERM"},
                                                               {EACCES, "EACCES"},
                                                               {EINVAL, "EINVAL"},
                                                               {ENOBUFS, "ENOBUFS"},
                                                               {EAGAIN, "EAGAIN"},
                                                               {ECONNREFUSED, "ECONNREFUSED"},
                                                               {EMSGSIZE, "EMSGSIZE"},
                                                               {ENETDOWN, "ENETDOWN"},
                                                               {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
                                                               {ENODEV, "ENODEV"},
                                                               {ENOMEM, "ENOMEM"}};
    for (const auto& [error, name] : errors) {
        ProbeResult result = result_of(Kind::send_error);
        result.error = error;
        EXPECT_EQ(detail(result), "errno=" + std::string(name));
    }
}

TEST(CsvDetail, keeps_its_order_and_is_quoted_when_a_list_holds_a_comma) {
    ProbeResult result = result_of(Kind::late);
    result.mangled = mangled_via | mangled_from_tag;
    result.from_elsewhere = true;
    result.from = {*parse_address("203.0.113.9"), 5060};
    result.arrival_port = 40112;
    result.rx_user = true;
    result.retry_after_s = 30;
    result.truncated = true;
    result.self = self_stall | self_late_send;
    EXPECT_EQ(detail(result),
              "\"mangled=via,from-tag;from=203.0.113.9:5060;port=40112;rx=user;retry_after=30;"
              "truncated=1;self=stall,late-send\"");
    result.mangled = 15;
    result.self = 15;
    EXPECT_EQ(read_record(csv(result))[9],
              "mangled=call-id,via,from-tag,cseq;from=203.0.113.9:5060;port=40112;rx=user;"
              "retry_after=30;truncated=1;self=rx-drop,stall,enobufs,late-send");
}

TEST(CsvRow, stays_one_record_whatever_the_status_line_says) {
    ProbeResult result = result_of(Kind::reply);
    RowContext with = context;
    const auto response = [&](std::string_view status_line) {
        result.status_line = status_line;
        const std::string row = csv(result, with);
        const auto fields = read_record(row);
        EXPECT_EQ(fields.size(), 10U) << row;
        return fields.size() == 10 ? fields[5] : "";
    };
    EXPECT_EQ(response("SIP/2.0 200 a,b,c"), "SIP/2.0 200 a,b,c");
    EXPECT_EQ(response("SIP/2.0 200 \"a\",\"b\""), "SIP/2.0 200 \"a\",\"b\"");
    EXPECT_EQ(response("SIP/2.0 200 \x1b[2J\r\n15/05/26"),
              R"(SIP/2.0 200 \x1b[2J\x0d\x0a15/05/26)");
    EXPECT_EQ(response("x\0y"sv), R"(x\x00y)");
    EXPECT_EQ(response("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    EXPECT_EQ(response("\xff\u202e"), R"(\xff\xe2\x80\xae)");
    with.target_name = "=1+1,\"x\"\n";
    EXPECT_EQ(read_record(csv(result, with))[6], R"('=1+1,"x"\x0a)");
}

TEST(CsvRow, of_random_bytes_is_read_back_as_one_record) {
    constexpr std::uint64_t seed = 7;
    SCOPED_TRACE(seed);
    Prng random({seed, 3});
    for (int i = 0; i < 3000; ++i) {
        std::string line(random.below(400), ' ');
        for (char& letter : line)
            letter = static_cast<char>(random.below(256));
        ProbeResult result = result_of(Kind::reply);
        result.status_line = line;
        const std::string row = csv(result, {line, "203.0.113.5", line});
        const auto fields = read_record(row);
        ASSERT_EQ(fields.size(), 10U) << row;
        ASSERT_EQ(fields[8], "reply");
        ASSERT_EQ(row.find('\n'), row.size() - 1);
    }
}

ProbeResult largest_result() {
    ProbeResult result = result_of(Kind::late);
    result.latency = Duration::min();
    result.sent_wall = WallTime::min();
    result.mangled = result.self = 15;
    result.from_elsewhere = result.rx_user = result.truncated = true;
    result.from = {*parse_address("1111:2222:3333:4444:5555:6666:7777:8888"), 65535};
    result.arrival_port = result.source_port = 65535;
    result.retry_after_s = INT64_MAX;
    return result;
}

TEST(Rows, the_longest_fits_row_size_max) {
    for (char hostile : {'\x01', '\xff', '"'}) {
        const std::string text(10000, hostile);
        ProbeResult result = largest_result();
        result.status_line = text;
        const RowContext with{text, "1111:2222:3333:4444:5555:6666:7777:8888", text};
        EXPECT_GT(csv(result, with).size(), 1500U);
        EXPECT_GT(json(result, with).size(), 1500U);
    }
}

TEST(Rows, are_refused_whole_when_there_is_too_little_room) {
    RowWriter writer(two_hours_east, false);
    const ProbeResult result = result_of(Kind::reply);
    const std::size_t size = csv(result).size();
    for (std::size_t room = 0; room < size; ++room) {
        TextBuffer out(room);
        EXPECT_FALSE(writer.csv(result, context, out));
        EXPECT_FALSE(writer.json(result, context, out));
        EXPECT_TRUE(out.empty());
    }
    TextBuffer exact(size);
    EXPECT_TRUE(writer.csv(result, context, exact));
    EXPECT_EQ(exact.size(), size);
}

TEST(JsonLine, of_a_reply) {
    EXPECT_EQ(json(result_of(Kind::reply)),
              R"({"time":"15/05/26 02:08:07:230895","timestamp":1778803687.230895,)"
              R"("host":"203.0.113.5","latency":37.580,"callid":"9437147350",)"
              R"("response":"SIP/2.0 403 Forbidden","target":"pbx.example","source_port":40111,)"
              R"("kind":"reply","detail":{}})"
              "\n");
}

TEST(JsonLine, of_a_drop_has_nulls) {
    ProbeResult result = result_of(Kind::icmp);
    result.source_port = 0;
    result.icmp = IcmpError{Family::v6, 1, 4, *parse_address("2001:db8::1")};
    result.self = self_stall | self_rx_drop;
    RowContext with = context;
    with.site = "lab";
    EXPECT_EQ(json(result, with),
              R"({"time":"15/05/26 02:08:07:230895","timestamp":1778803687.230895,)"
              R"("host":"203.0.113.5","latency":null,"callid":"9437147350@lab","response":null,)"
              R"("target":"pbx.example","source_port":null,"kind":"icmp",)"
              R"("detail":{"icmp":"port-unreachable","icmp_from":"2001:db8::1",)"
              R"("self":"rx-drop,stall"}})"
              "\n");
}

TEST(JsonLine, of_a_gap) {
    Gap gap;
    gap.reason = GapReason::start;
    gap.from = gap.until = sent_wall;
    EXPECT_EQ(json(gap), R"({"time":"15/05/26 02:08:07:230895","timestamp":1778803687.230895,)"
                         R"("host":"203.0.113.5","latency":null,"callid":null,"response":null,)"
                         R"("target":"pbx.example","source_port":null,"kind":"gap",)"
                         R"("detail":{"from":"1778803687.230895","until":"1778803687.230895",)"
                         R"("reason":"start","count":"0"}})"
                         "\n");
}

TEST(JsonLine, escapes_what_came_from_the_network) {
    ProbeResult result = result_of(Kind::reply);
    result.status_line = "\x1b\"\\\r\n\0\xff\u202e"sv;
    const std::string line = json(result);
    EXPECT_NE(line.find(R"("response":"\u001b\"\\\u000d\u000a\u0000\\xff\u202e")"),
              std::string::npos)
        << line;
}

TEST(Rows, of_other_commands_say_what_run_they_are_of) {
    // Rows of `stress` and `ports` were the gateway's outages in the next report.
    RowContext stress = context;
    stress.run = "stress";
    ProbeResult lost = result_of(Kind::timeout);
    EXPECT_TRUE(csv(lost, stress).ends_with(",timeout,run=stress\n"));
    lost.self = self_stall;
    EXPECT_TRUE(csv(lost, stress).ends_with(",timeout,self=stall;run=stress\n"));
    EXPECT_NE(json(lost, stress).find(R"("detail":{"self":"stall","run":"stress"})"),
              std::string::npos);
    const Gap start{.reason = GapReason::start, .from = sent_wall, .until = sent_wall};
    EXPECT_TRUE(csv(start, stress).ends_with(";reason=start;count=0;run=stress\n"));
    EXPECT_TRUE(csv(lost, context).ends_with(",timeout,self=stall\n"));
}

}  // namespace
}  // namespace sipping::record
