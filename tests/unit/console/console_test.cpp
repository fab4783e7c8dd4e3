// Lines about single probes and targets.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "screen.hpp"

namespace sipping::console {
namespace {

using namespace std::string_view_literals;

TEST(ConsoleLine, of_a_probe_sent_is_the_originals) {
    Screen screen;
    screen.console.on_sent(sent_probe(), screen.out);
    EXPECT_EQ(screen.printed(),
              "> (15/05/26 02:08:07:230895) Sending to 203.0.113.5:5060 [id: 9437147350]\n");
    SentProbe v6 = sent_probe();
    v6.to = {*parse_address("2001:db8::1"), 5080};
    screen.console.on_sent(v6, screen.out);
    EXPECT_EQ(screen.printed(),
              "> (15/05/26 02:08:07:230895) Sending to [2001:db8::1]:5080 [id: 9437147350]\n");
}

TEST(ConsoleLine, of_a_reply_is_the_originals_at_the_time_of_receipt) {
    Screen screen;
    EXPECT_EQ(screen.result(result_of(Kind::reply)),
              "< (15/05/26 02:08:07:268475) Reply from 203.0.113.5 (37.580ms): "
              "SIP/2.0 403 Forbidden\n");
    EXPECT_EQ(screen.result(result_of(Kind::provisional)),
              "< (15/05/26 02:08:07:268475) Reply from 203.0.113.5 (37.580ms): "
              "SIP/2.0 403 Forbidden\n");
}

TEST(ConsoleLine, of_a_timeout_is_the_originals_at_the_time_of_expiry) {
    Screen screen;
    EXPECT_EQ(screen.result(result_of(Kind::timeout)),
              "X (15/05/26 02:08:08:230895) Timed out waiting for response from "
              "203.0.113.5:5060 [id: 6142922627]\n");
}

TEST(ConsoleLine, of_a_loss_that_may_be_ours_says_so) {
    Screen screen;
    ProbeResult result = result_of(Kind::timeout);
    result.self = self_rx_drop | self_stall;
    EXPECT_EQ(screen.result(result),
              "X (15/05/26 02:08:08:230895) Timed out waiting for response from "
              "203.0.113.5:5060 [id: 6142922627] [perhaps our own: rx-drop,stall]\n");
}

TEST(ConsoleLine, of_an_icmp_loss_names_the_error) {
    Screen screen;
    ProbeResult result = result_of(Kind::icmp);
    result.icmp = IcmpError{Family::v4, 3, 3, *parse_address("192.0.2.1")};
    EXPECT_EQ(screen.result(result),
              "X (15/05/26 02:08:08:230895) Timed out waiting for response from "
              "203.0.113.5:5060 [id: 6142922627] (ICMP port-unreachable from 192.0.2.1)\n");
}

TEST(ConsoleLine, of_a_probe_not_sent_says_why) {
    Screen screen;
    ProbeResult refused = result_of(Kind::send_error);
    refused.error = ENETUNREACH;
    EXPECT_EQ(screen.result(refused, sent_wall),
              "X (15/05/26 02:08:07:230895) Could not send to 203.0.113.5:5060: ENETUNREACH "
              "[id: 6142922627]\n");
    ProbeResult unsent = result_of(Kind::local);
    unsent.local_reason = LocalReason::no_free_port;
    EXPECT_EQ(screen.result(unsent, sent_wall),
              "X (15/05/26 02:08:07:230895) Not sent to 203.0.113.5:5060: no free source port "
              "[id: 6142922627]\n");
    unsent.local_reason = LocalReason::no_identity;
    unsent.call_id = 0;
    EXPECT_EQ(screen.result(unsent, sent_wall),
              "X (15/05/26 02:08:07:230895) Not sent to 203.0.113.5:5060: no room for its "
              "identity\n");
}

TEST(ConsoleLine, of_a_pending_probe_does_not_call_it_lost) {
    Screen screen;
    EXPECT_EQ(screen.result(result_of(Kind::pending)),
              "? (15/05/26 02:08:08:230895) Ended while waiting for response from "
              "203.0.113.5:5060 [id: 6142922627]\n");
}

TEST(ConsoleLine, of_a_further_answer_carries_the_id) {
    Screen screen;
    ProbeResult late = result_of(Kind::late);
    late.latency = 1'234'567us;
    late.status_line = "SIP/2.0 200 OK";
    EXPECT_EQ(screen.result(late),
              "< (15/05/26 02:08:08:465462) Late reply from 203.0.113.5 (1234.567ms): "
              "SIP/2.0 200 OK [id: 6142922627]\n");
    EXPECT_EQ(screen.result(result_of(Kind::duplicate)),
              "< (15/05/26 02:08:07:268475) Duplicate reply from 203.0.113.5 (37.580ms): "
              "SIP/2.0 403 Forbidden [id: 6142922627]\n");
}

TEST(ConsoleLine, says_what_is_odd_about_an_answer) {
    Screen screen;
    ProbeResult odd = result_of(Kind::reply);
    odd.status_line = "SIP/2.0 503 Busy";
    odd.mangled = mangled_via;
    odd.from = {*parse_address("203.0.113.9"), 5060};
    odd.from_elsewhere = true;
    odd.arrival_port = 40112;
    odd.retry_after_s = 30;
    EXPECT_EQ(screen.result(odd),
              "< (15/05/26 02:08:07:268475) Reply from 203.0.113.9 (37.580ms): SIP/2.0 503 Busy "
              "[mangled: via] [from 203.0.113.9:5060] [to port 40112] [Retry-After: 30]\n");
}

TEST(ConsoleLine, shows_hostile_text_escaped) {
    Screen screen;
    ProbeResult hostile = result_of(Kind::reply);
    hostile.status_line = "SIP/2.0 200 \x1b]0;x\x07\r\n\0\xff\u202e\"=cmd|"sv;
    EXPECT_EQ(screen.result(hostile),
              "< (15/05/26 02:08:07:268475) Reply from 203.0.113.5 (37.580ms): SIP/2.0 200 "
              R"(\x1b]0;x\x07\x0d\x0a\x00\xff\xe2\x80\xae"=cmd|)"
              "\n");
}

TEST(ConsoleLine, id_carries_the_site) {
    ConsoleOptions options;
    options.site = "lab-3";
    Screen screen(options);
    screen.console.on_sent(sent_probe(), screen.out);
    EXPECT_EQ(screen.printed(),
              "> (15/05/26 02:08:07:230895) Sending to 203.0.113.5:5060 "
              "[id: 9437147350@lab-3]\n");
}

TEST(ConsoleRaw, is_printed_below_the_line_and_when_quiet) {
    ConsoleOptions options;
    options.print_sent = options.print_received = true;
    Screen loud(options);
    loud.console.on_sent(sent_probe(), loud.out);
    EXPECT_EQ(loud.printed(),
              "> (15/05/26 02:08:07:230895) Sending to 203.0.113.5:5060 [id: 9437147350]\n"
              "    OPTIONS sip:x SIP/2.0\n    Via: y\n\n");
    options.per_ping = false;
    Screen quiet(options);
    quiet.console.on_sent(sent_probe(), quiet.out);
    EXPECT_EQ(quiet.printed(), "    OPTIONS sip:x SIP/2.0\n    Via: y\n\n");
    EXPECT_EQ(quiet.result(result_of(Kind::reply)), "    SIP/2.0 403 Forbidden\n    Via: x\n\n");
    EXPECT_EQ(quiet.result(result_of(Kind::timeout)), "");
    ProbeResult hostile = result_of(Kind::reply);
    hostile.raw = "\x1b[2J\r\n\0"sv;
    EXPECT_EQ(quiet.result(hostile), "    \\x1b[2J\n    \\x00\n");
}

TEST(ConsoleRaw, is_not_printed_unasked) {
    ConsoleOptions options;
    options.per_ping = false;
    Screen screen(options);
    screen.console.on_sent(sent_probe(), screen.out);
    EXPECT_EQ(screen.printed(), "");
    EXPECT_EQ(screen.result(result_of(Kind::reply)), "");
    EXPECT_EQ(screen.result(result_of(Kind::timeout)), "");
}

TEST(ConsoleIcmp, prints_an_error_when_it_arrives) {
    Screen screen;
    const IcmpError error{Family::v4, 3, 3, *parse_address("192.0.2.1")};
    screen.console.icmp(sent_wall, error, "203.0.113.5:5060", 6142922627, screen.out);
    EXPECT_EQ(screen.printed(),
              "! (15/05/26 02:08:07:230895) ICMP port-unreachable from 192.0.2.1 for "
              "203.0.113.5:5060 [id: 6142922627]\n");
    screen.console.icmp(sent_wall, error, "203.0.113.5:5060", 0, screen.out);
    EXPECT_EQ(screen.printed(),
              "! (15/05/26 02:08:07:230895) ICMP port-unreachable from 192.0.2.1 for "
              "203.0.113.5:5060\n");
}

TEST(ConsoleIcmp, does_not_flood_a_quiet_screen_and_counts_what_it_hides) {
    ConsoleOptions options;
    options.per_ping = false;
    options.summaries = true;
    Screen screen(options);
    const IcmpError error{Family::v4, 3, 1, *parse_address("192.0.2.1")};
    for (int i = 0; i < 25; ++i)
        screen.console.icmp(sent_wall, error, "x", 1, screen.out);
    const std::string shown = screen.printed();
    EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 10);
    screen.console.icmp(a_second_later, error, "x", 1, screen.out);
    EXPECT_EQ(screen.printed(),
              "! 15 more ICMP errors, not shown\n"
              "! (15/05/26 02:08:08:230895) ICMP host-unreachable from 192.0.2.1 for x [id: 1]\n");
    for (int i = 0; i < 12; ++i)
        screen.console.icmp(a_second_later, error, "x", 1, screen.out);
    screen.out.clear();
    screen.console.summary({}, screen.out);
    EXPECT_TRUE(screen.printed().starts_with("! 3 more ICMP errors, not shown\n("));
    screen.console.summary({}, screen.out);
    EXPECT_TRUE(screen.printed().starts_with("("));
}

TEST(ConsoleStatistics, are_the_originals_two_lines) {
    stats::TargetStats stats;
    Duration at{};
    for (bool lost : {false, true, false, false, true, true})
        (void)stats.on_settled(settled(lost, at += 1s), {});
    for (Duration latency : {37'580us, 39'130us, 37'590us}) {
        ProbeResult reply = result_of(Kind::reply);
        reply.latency = latency;
        (void)stats.on_result(reply, {});
    }
    for (int i = 0; i < 2; ++i)
        (void)stats.on_result(result_of(Kind::timeout), {});
    Screen screen;
    screen.console.statistics(stats, screen.out);
    EXPECT_EQ(screen.printed(),
              "        [Recd: 3 | Lost: 2]     [loss stats: longest run: 2  length of last run: 1  "
              "length of current run: 2]\n"
              "        [min/max/avg 37.580/39.130/38.100]\n");
}

TEST(ConsoleStatistics, invent_no_latency_and_obey_the_option) {
    ConsoleOptions options;
    Screen screen(options);
    screen.console.statistics({}, screen.out);
    EXPECT_EQ(screen.printed(),
              "        [Recd: 0 | Lost: 0]     [loss stats: longest run: 0  length of last run: 0  "
              "length of current run: 0]\n"
              "        [min/max/avg -/-/-]\n");
    options.statistics = false;
    Screen silent(options);
    silent.console.statistics({}, silent.out);
    EXPECT_EQ(silent.printed(), "");
}

TEST(ConsoleChange, says_down_once_and_up_with_the_length) {
    stats::TargetStats stats;
    Screen screen;
    for (int i = 0; i < 182; ++i) {
        screen.state(stats, stats.on_settled(settled(true, i * 1s), {}), "pbx\x1b");
    }
    EXPECT_EQ(screen.printed(), "DOWN pbx\\x1b since 15/05/26 02:08:07:230895\n");
    screen.state(stats, stats.on_settled(settled(false, 182s), {}), "pbx.example");
    EXPECT_EQ(screen.printed(),
              "UP pbx.example after 182 s, 182 lost, at 15/05/26 02:08:08:230895\n");
}

TEST(ConsoleChange, accuses_nobody_when_every_loss_may_be_our_own) {
    const auto lines = [](std::array<std::uint8_t, 4> blamed) {
        stats::TargetStats stats;
        Screen screen;
        Duration at{};
        for (const std::uint8_t self : blamed) {
            Settled lost = settled(true, at += 1s);
            lost.self = self;
            screen.state(stats, stats.on_settled(lost, {}));
        }
        screen.state(stats, stats.on_settled(settled(false, 5s), {}));
        return screen.printed();
    };
    const std::string down = "DOWN x since 15/05/26 02:08:08:230895";
    const std::string up = "UP x after 4 s, 4 lost, at 15/05/26 02:08:08:230895";
    const std::uint8_t both = self_stall | self_rx_drop;
    EXPECT_EQ(
        lines({self_stall, self_stall, both, self_stall}),
        down + " [perhaps our own: rx-drop,stall]\n" + up + " [perhaps our own: rx-drop,stall]\n");
    EXPECT_EQ(lines({self_stall, self_stall, self_stall, 0}),
              down + " [perhaps our own: stall]\n" + up + "\n");
    EXPECT_EQ(lines({self_stall, 0, self_stall, self_stall}), down + "\n" + up + "\n");
}

TEST(ConsoleChange, gives_short_outages_to_the_millisecond) {
    const auto up_after = [](Duration length) {
        stats::TargetStats stats;
        Screen screen;
        (void)stats.on_settled(settled(true, 0s), {1, 1});
        screen.state(stats, stats.on_settled(settled(false, length), {1, 1}));
        const std::string line = screen.printed();
        return line.substr(0, line.find(", at "));
    };
    EXPECT_EQ(up_after(250ms), "UP x after 0.25 s, 1 lost");
    EXPECT_EQ(up_after(3s + 127us), "UP x after 3 s, 1 lost");
    EXPECT_EQ(up_after(1600ms), "UP x after 1.6 s, 1 lost");
    EXPECT_EQ(up_after(9999600us), "UP x after 10 s, 1 lost");
    EXPECT_EQ(up_after(12345ms), "UP x after 12 s, 1 lost");
    EXPECT_EQ(up_after(5ms), "UP x after 0.005 s, 1 lost");
    EXPECT_EQ(up_after(0ms), "UP x after 0 s, 1 lost");
}

TEST(ConsoleColor, marks_losses_changes_and_oddities_only_when_asked) {
    ConsoleOptions options;
    options.color = true;
    Screen screen(options);
    EXPECT_EQ(screen.result(result_of(Kind::timeout)),
              "\x1b[31mX (15/05/26 02:08:08:230895) Timed out waiting for response from "
              "203.0.113.5:5060 [id: 6142922627]\x1b[0m\n");
    EXPECT_TRUE(screen.result(result_of(Kind::late)).starts_with("\x1b[33m< ("));
    EXPECT_TRUE(screen.result(result_of(Kind::duplicate)).starts_with("\x1b[33m< ("));
    EXPECT_TRUE(screen.result(result_of(Kind::reply)).starts_with("< ("));
    EXPECT_TRUE(screen.result(result_of(Kind::pending)).starts_with("? ("));
    stats::TargetStats stats;
    screen.state(stats, stats.on_settled(settled(true, 0s), {1, 1}));
    EXPECT_EQ(screen.printed(), "\x1b[1;31mDOWN x since 15/05/26 02:08:07:230895\x1b[0m\n");
    screen.state(stats, stats.on_settled(settled(false, 1s), {1, 1}));
    EXPECT_EQ(screen.printed(),
              "\x1b[32mUP x after 1 s, 1 lost, at 15/05/26 02:08:08:230895\x1b[0m\n");
}

TEST(Console, leaves_stdout_to_json) {
    ConsoleOptions options;
    options.json = options.summaries = options.print_sent = options.print_received = true;
    Screen screen(options);
    stats::TargetStats stats;
    const auto down = stats.on_settled(settled(true, 0s), {1, 1});
    screen.console.on_sent(sent_probe(), screen.out);
    screen.console.on_result(result_of(Kind::reply), target, sent_wall, screen.out);
    screen.console.icmp(sent_wall, {}, "x", 1, screen.out);
    screen.console.statistics(stats, screen.out);
    screen.console.summary({}, screen.out);
    screen.state(stats, down);
    screen.console.event(stats::StatusEvent{}, "x", screen.out);
    screen.console.event(stats::CommonEvent{}, screen.out);
    screen.console.event(stats::RequestEvent{}, screen.out);
    screen.console.event(stats::SeenEvent{}, "x", screen.out);
    screen.console.stray({}, screen.out);
    EXPECT_EQ(screen.printed(), "");
    EXPECT_EQ(screen.console.lines_lost(), 0U);
}

TEST(Console, drops_lines_whole_and_counts_them) {
    Screen screen({}, 100);
    screen.console.on_sent(sent_probe(), screen.out);
    screen.console.on_sent(sent_probe(), screen.out);
    EXPECT_EQ(screen.printed(),
              "> (15/05/26 02:08:07:230895) Sending to 203.0.113.5:5060 [id: 9437147350]\n");
    EXPECT_EQ(screen.console.lines_lost(), 1U);
}

}  // namespace
}  // namespace sipping::console
