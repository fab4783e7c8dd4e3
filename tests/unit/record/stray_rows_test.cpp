#include <gtest/gtest.h>

#include <string>

#include "screen.hpp"
#include "sipping/record/rows.hpp"

namespace sipping::record {
namespace {

using namespace console;  // the scene of its tests

using namespace std::string_literals;

constexpr RowContext context{"pbx,example", "203.0.113.5", ""};
constexpr std::string_view when = "15/05/26 02:08:07:230895,1778803687.230895";

Stray stray_of(std::string_view raw) {
    Stray stray;
    stray.reason = StrayReason::not_sip;
    stray.target = 0;
    stray.from = {*parse_address("2001:db8::9"), 5060};
    stray.port = 40111;
    stray.at = sent_wall;
    stray.raw = raw;
    return stray;
}

template <class What>
std::string csv(const What& what, bool classic = false) {
    RowWriter writer(two_hours_east, classic);
    TextBuffer out(row_size_max);
    EXPECT_TRUE(writer.csv(what, context, out));
    return std::string(out.view());
}

template <class What>
std::string json(const What& what) {
    RowWriter writer(two_hours_east, false);
    TextBuffer out(row_size_max);
    EXPECT_TRUE(writer.json(what, context, out));
    return std::string(out.view());
}

TEST(StrayRow, has_the_sender_the_port_and_harmless_bytes) {
    const std::string hostile = "a\"b,c;d=e\\f\n\x1b\0\xff g"s + std::string(100, 'x');
    EXPECT_EQ(csv(stray_of(hostile)),
              std::string(when) +
                  ",2001:db8::9,,,,\"pbx,example\",40111,unread,reason=not-sip;length=117;bytes=a."
                  "b.c.d.e.f.....gxxxxxxxxxxxxxxx\n");
    EXPECT_EQ(json(stray_of("hi")),
              "{\"time\":\"15/05/26 02:08:07:230895\",\"timestamp\":1778803687.230895,\"host\":"
              "\"2001:db8::9\",\"latency\":null,\"callid\":null,\"response\":null,\"target\":\"pbx,"
              "example\",\"source_port\":40111,\"kind\":\"unread\",\"detail\":{\"reason\":\"not-"
              "sip\",\"length\":\"2\",\"bytes\":\"hi\"}}\n");
    EXPECT_TRUE(csv(stray_of("")).ends_with("reason=not-sip;length=0;bytes=\n"));
    Stray elsewhere = stray_of("hi");
    elsewhere.other_port = true;
    EXPECT_TRUE(
        csv(elsewhere).ends_with(",reason=not-sip;from=[2001:db8::9]:5060;length=2;bytes=hi\n"));
}

TEST(StrayRow, tells_how_many_have_no_row) {
    const stats::HiddenStrays hidden{
        .target = 0, .count = 57, .from = sent_wall, .until = a_second_later};
    EXPECT_EQ(csv(hidden), std::string(when) +
                               ",203.0.113.5,,,,\"pbx,example\",,unread,reason=more;count=57;until="
                               "1778803688.230895\n");
    EXPECT_NE(json(hidden).find("\"source_port\":null,\"kind\":\"unread\",\"detail\":{\"reason\":"
                                "\"more\",\"count\":\"57\""),
              std::string::npos);
}

TEST(StrayRow, of_another_command_says_so) {
    RowContext stress = context;
    stress.run = "stress";
    RowWriter writer(two_hours_east, false);
    TextBuffer out(row_size_max);
    EXPECT_TRUE(writer.csv(stray_of("hi"), stress, out));
    EXPECT_TRUE(out.view().ends_with("reason=not-sip;length=2;bytes=hi;run=stress\n"));
}

TEST(StrayRow, is_not_in_the_classic_form) {
    EXPECT_EQ(csv(stray_of("hi"), true), "");
    EXPECT_EQ(csv(stats::HiddenStrays{}, true), "");
}

TEST(StrayRow, details_of_probes_name_faults_and_what_came_beside_a_loss) {
    ProbeResult reply = result_of(Kind::reply);
    reply.syntax.fault = Fault::no_colon;
    reply.syntax.name = {'a', 'b'};
    reply.syntax.name_size = 2;
    reply.mangled = mangled_via;
    EXPECT_TRUE(csv(reply).ends_with(",reply,mangled=via;syntax=no-colon:ab\n")) << csv(reply);
    ProbeResult lost = result_of(Kind::timeout);
    lost.unread = 3;
    lost.self = self_stall;
    EXPECT_TRUE(csv(lost).ends_with(",timeout,unread=3;self=stall\n")) << csv(lost);
}

}  // namespace
}  // namespace sipping::record
