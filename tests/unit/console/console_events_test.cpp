// Lines about what changed, to the word: people copy them into tickets.
#include <gtest/gtest.h>

#include "screen.hpp"

namespace sipping::console {
namespace {

Settled answered(Service service, Duration at) {
    Settled one = settled(false, at);
    one.service = service;
    return one;
}

TEST(ConsoleEvents, refusing_and_maintenance_name_the_code) {
    Screen screen;
    stats::TargetStats stats;
    for (int i = 0; i < 3; ++i)
        screen.state(stats, stats.on_settled(answered(Service::refused, i * 1s), {}), "gw5", 503);
    EXPECT_EQ(screen.printed(), "REFUSING gw5 since 15/05/26 02:08:07:230895 (503)\n");
    for (int i = 3; i < 6; ++i)
        screen.state(stats, stats.on_settled(answered(Service::maintenance, i * 1s), {}), "gw5",
                     480);
    EXPECT_EQ(screen.printed(), "MAINTENANCE gw5 since 15/05/26 02:08:10:230895 (480)\n");
    screen.state(stats, stats.on_settled(settled(false, 6s), {}), "gw5");
    EXPECT_EQ(screen.printed(),
              "UP gw5 after 6 s, 0 lost, 3 refused, 3 in maintenance, at 15/05/26 "
              "02:08:08:230895\n");
}

TEST(ConsoleEvents, who_cannot_be_asked_is_unknown) {
    Screen screen;
    stats::TargetStats stats;
    ProbeResult refused = result_of(Kind::send_error);
    refused.error = 101;
    for (int i = 0; i < 3; ++i)
        screen.state(stats, stats.on_result(refused, {}), "gw5");
    EXPECT_EQ(screen.printed(),
              "UNKNOWN gw5 since 15/05/26 02:08:07:230895: cannot send (ENETUNREACH)\n");
    screen.state(stats, stats.on_settled(settled(false, 2s), {}), "gw5");
    EXPECT_TRUE(screen.printed().starts_with("UP gw5 after 2 s, 0 lost, 3 not sent, at "));
    stats::TargetStats portless;
    for (int i = 0; i < 3; ++i)
        screen.state(portless, portless.on_result(result_of(Kind::local), {}), "gw6");
    EXPECT_EQ(screen.printed(), "UNKNOWN gw6 since 15/05/26 02:08:07:230895: cannot send\n");
}

TEST(ConsoleEvents, down_says_that_something_came) {
    Screen screen;
    stats::TargetStats stats;
    stats.on_unread();
    stats.on_unread();
    for (int i = 0; i < 3; ++i)
        screen.state(stats, stats.on_settled(settled(true, i * 1s), {}), "gw5");
    EXPECT_EQ(screen.printed(), "DOWN gw5 since 15/05/26 02:08:07:230895 [unread: 2]\n");
}

TEST(ConsoleEvents, a_name_without_an_address_and_with_one_again) {
    Screen screen;
    screen.console.event(
        stats::UnresolvedEvent{.why = "cannot resolve 'gw\x07': no such name", .since = sent_wall},
        "gw\x1b", screen.out);
    EXPECT_EQ(screen.printed(),
              "UNKNOWN gw\\x1b since 15/05/26 02:08:07:230895: cannot resolve 'gw\\x07': no such "
              "name\n");
    screen.console.event(
        stats::ResolvedEvent{
            .address = *parse_address("192.0.2.7"), .after = 1250ms, .at = sent_wall},
        "gw7", screen.out);
    EXPECT_EQ(screen.printed(),
              "! (15/05/26 02:08:07:230895) gw7 is at 192.0.2.7 now (UNKNOWN for 1.25 s)\n");
}

TEST(ConsoleEvents, a_change_of_status) {
    Screen screen;
    stats::StatusEvent event{
        .from = "200 OK", .to = "503 Service\x1b Unavailable", .at = a_second_later};
    screen.console.event(event, "gw5", screen.out);
    EXPECT_EQ(screen.printed(),
              "STATUS gw5 200 OK -> 503 Service\\x1b Unavailable at 15/05/26 02:08:08:230895\n");
    event = {.from = "200 OK", .to = "200 OK", .hidden = 1, .at = a_second_later};
    screen.console.event(event, "gw5", screen.out);
    EXPECT_EQ(screen.printed(),
              "STATUS gw5 200 OK again at 15/05/26 02:08:08:230895 (1 change in between not "
              "shown)\n");
    event.hidden = 37;
    screen.console.event(event, "gw5", screen.out);
    EXPECT_TRUE(screen.printed().ends_with(" (37 changes in between not shown)\n"));
}

TEST(ConsoleEvents, many_at_once) {
    Screen screen;
    stats::CommonEvent event{
        .state = stats::State::down, .targets = 41, .of = 300, .within = 80ms, .begin = sent_wall};
    screen.console.event(event, screen.out);
    EXPECT_EQ(screen.printed(),
              "41 of 300 lost contact within 80 ms, since 15/05/26 02:08:07:230895: look on our "
              "side\n");
    event.state = stats::State::unknown;
    screen.console.event(event, screen.out);
    EXPECT_EQ(screen.printed(),
              "41 of 300 cannot be asked, all within 80 ms, since 15/05/26 02:08:07:230895: look "
              "on our side\n");
}

TEST(ConsoleEvents, requests) {
    Screen screen;
    stats::RequestEvent event{.from = {*parse_address("203.0.113.9"), 5060},
                              .method = "OPTIONS",
                              .user_agent = "friendly\nscanner",
                              .at = sent_wall};
    screen.console.event(event, screen.out);
    EXPECT_EQ(screen.printed(),
              "! (15/05/26 02:08:07:230895) Request from 203.0.113.9:5060: OPTIONS, User-Agent "
              "friendly\\x0ascanner, not answered\n");
    event.user_agent = {};
    event.answered = true;
    screen.console.event(event, screen.out);
    EXPECT_TRUE(screen.printed().ends_with("203.0.113.9:5060: OPTIONS, answered\n"));
}

TEST(ConsoleEvents, how_we_are_seen) {
    const auto line = [](std::string_view received, std::string_view sent_by, bool kept,
                         bool told = true) {
        Screen screen;
        screen.console.event(
            stats::SeenEvent{
                .received = received, .sent_by = sent_by, .port_kept = kept, .port_told = told},
            "gw5", screen.out);
        return screen.printed();
    };
    EXPECT_EQ(line("192.0.2.1", "192.0.2.1", true),
              "gw5 sees us as 192.0.2.1, as we are: no NAT\n");
    EXPECT_EQ(line("2001:DB8::1", "[2001:db8:0::1]", true),
              "gw5 sees us as [2001:db8:0::1], as we are: no NAT\n");
    EXPECT_EQ(line("", "192.0.2.1", false),
              "gw5 sees us as 192.0.2.1, but ports are rewritten: NAT\n");
    EXPECT_EQ(line("198.51.100.7", "192.0.2.1", true),
              "gw5 sees us as 198.51.100.7, our Via says 192.0.2.1: NAT, ports are kept\n");
    EXPECT_EQ(line("\x1b", "192.0.2.1", false),
              "gw5 sees us as \\x1b, our Via says 192.0.2.1: NAT, ports are rewritten\n");
    EXPECT_EQ(line("192.0.2.1", "192.0.2.1", true, false), "gw5 sees us as 192.0.2.1, as we are\n");
    EXPECT_EQ(line("198.51.100.7", "192.0.2.1", true, false),
              "gw5 sees us as 198.51.100.7, our Via says 192.0.2.1: NAT\n");
}

Stray stray_of(StrayReason reason, std::uint32_t whose = 0) {
    Stray stray;
    stray.reason = reason;
    stray.target = whose;
    stray.from = target;
    stray.port = 40111;
    stray.at = sent_wall;
    stray.raw = "what?\x1b[2J";
    return stray;
}

TEST(ConsoleStray, is_a_line_of_its_target_and_raw_when_asked) {
    Screen plain;
    plain.console.stray(stray_of(StrayReason::not_sip), plain.out);
    EXPECT_EQ(
        plain.printed(),
        "? (15/05/26 02:08:07:230895) From 203.0.113.5:5060 to port 40111: not SIP, 9 bytes\n");
    plain.console.stray(stray_of(StrayReason::not_sip, every_target), plain.out);
    plain.console.stray(stray_of(StrayReason::request), plain.out);
    EXPECT_EQ(plain.printed(), "") << "strangers and requests only with -X";
    ConsoleOptions options;
    options.per_ping = false;
    options.print_received = true;
    Screen raw(options);
    raw.console.stray(stray_of(StrayReason::foreign, every_target), raw.out);
    EXPECT_EQ(raw.printed(),
              "? (15/05/26 02:08:07:230895) From 203.0.113.5:5060 to port 40111: a response to no "
              "probe of ours, 9 bytes\n"
              "    what?\\x1b[2J\n");
    Stray empty = stray_of(StrayReason::empty);
    empty.raw = {};
    raw.console.stray(empty, raw.out);
    EXPECT_TRUE(raw.printed().ends_with("empty datagram, 0 bytes\n"));
}

TEST(ConsoleStray, ten_a_second_then_a_count) {
    Screen screen;
    for (int i = 0; i < 30; ++i)
        screen.console.stray(stray_of(StrayReason::stun), screen.out);
    const std::string ten = screen.printed();
    EXPECT_EQ(std::count(ten.begin(), ten.end(), '\n'), 10);
    Stray later = stray_of(StrayReason::stun);
    later.at += 1s;
    screen.console.stray(later, screen.out);
    EXPECT_TRUE(screen.printed().starts_with("? 20 more datagrams to no probe, not shown\n? ("));
}

TEST(ConsoleLine, says_what_is_wrong_with_the_syntax) {
    Screen screen;
    ProbeResult reply = result_of(Kind::reply);
    reply.syntax.fault = Fault::no_end;
    EXPECT_TRUE(
        screen.result(reply).ends_with("SIP/2.0 403 Forbidden [not correct SIP: no-end]\n"));
    ProbeResult lost = result_of(Kind::timeout);
    lost.unread = 3;
    EXPECT_TRUE(screen.result(lost).ends_with("[id: 6142922627] [unread: 3]\n"));
}

TEST(ConsoleTable, has_columns_for_what_refuses) {
    stats::TargetStats stats;
    for (int i = 0; i < 7; ++i) {
        stats.on_sent();
        ProbeResult reply = result_of(Kind::reply);
        reply.status = i < 5 ? 200 : 503;
        reply.service = i < 5 ? Service::fine : i == 5 ? Service::refused : Service::maintenance;
        reply.latency = 1ms;
        (void)stats.on_result(reply, {});
        Settled one = answered(reply.service, i * 1s);
        (void)stats.on_settled(one, {});
    }
    const std::vector<TableRow> rows{{"gw5", &stats}};
    Screen screen;
    screen.console.table(rows, screen.out);
    EXPECT_EQ(
        screen.printed(),
        "target  sent  received  lost  loss %  refused  maintenance  late  duplicate  min ms  "
        "avg ms  p50 ms  p95 ms  p99 ms  max ms  codes             longest outage\n"
        "gw5        7         7     0    0.00        1            1     0          0   1.000  "
        " 1.000   1.000   1.000   1.000   1.000  200 x 5, 503 x 2  15/05/26 02:08:12 - "
        "15/05/26 02:08:13, 1 s, 1 refused, 1 in maintenance\n");
}

TEST(ConsoleNotes, stand_below_the_table) {
    stats::TargetStats stats;
    ProbeResult reply = result_of(Kind::reply);
    reply.syntax.fault = Fault::no_end;
    (void)stats.on_result(reply, {});
    stats.on_unread();
    std::vector<TableRow> rows(25, {"gw5", &stats});
    stats::RequestSources sources;
    Stray request = stray_of(StrayReason::request);
    request.method = "OPTIONS";
    request.user_agent = "friendly-scanner";
    (void)sources.add(request);
    Screen screen;
    screen.console.notes({rows.data(), 1}, sources, screen.out);
    EXPECT_EQ(screen.printed(),
              "gw5: responses that are not correct SIP, read all the same: no-end x 1\n"
              "gw5: 1 datagram from it to no probe of ours (rows of kind unread)\n"
              "1 request from 203.0.113.5:5060 (OPTIONS, User-Agent friendly-scanner), 0 "
              "answered\n");
    screen.console.notes(rows, {}, screen.out);
    EXPECT_NE(screen.printed().find("... and 5 more targets\n"), std::string::npos);
}

}  // namespace
}  // namespace sipping::console
