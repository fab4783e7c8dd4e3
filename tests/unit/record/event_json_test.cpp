#include "sipping/record/event_json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "screen.hpp"

namespace sipping::record {
namespace {

using namespace console;  // the scene of its tests

constexpr std::string_view when =
    "\"time\":\"15/05/26 02:08:08:230895\",\"timestamp\":1778803688.230895";

template <class... What>
std::string line(const What&... what) {
    EventWriter writer(two_hours_east);
    TextBuffer out(event_size_max);
    EXPECT_TRUE(writer.write(what..., out));
    return std::string(out.view());
}

TEST(EventJson, states) {
    stats::TargetStats stats;
    for (int i = 0; i < 3; ++i)
        (void)stats.on_settled(settled(true, i * 1s), {});
    stats::StateEvent event{.state = stats::State::down, .stats = &stats, .at = a_second_later};
    EXPECT_EQ(line(event, std::string_view("g\"w5")),
              "{\"event\":\"DOWN\"," + std::string(when) +
                  ",\"target\":\"g\\\"w5\",\"since\":1778803687.230895,\"lost\":3,\"refused\":0,"
                  "\"maintenance\":0,\"unsent\":0,\"unread\":0,\"self\":null}\n");
    (void)stats.on_settled(settled(false, 4s), {});
    event.state = stats::State::up;
    EXPECT_EQ(line(event, std::string_view("gw5")),
              "{\"event\":\"UP\"," + std::string(when) +
                  ",\"target\":\"gw5\",\"since\":1778803691.230895,\"after_s\":4.000000,\"lost\":3,"
                  "\"refused\":0,\"maintenance\":0,\"unsent\":0,\"unread\":0,\"self\":null}\n");
}

TEST(EventJson, names) {
    EXPECT_EQ(line(
                  stats::UnresolvedEvent{
                      .why = "cannot resolve 'g\"w'", .since = sent_wall, .at = a_second_later},
                  std::string_view("gw7")),
              "{\"event\":\"UNKNOWN\"," + std::string(when) +
                  ",\"target\":\"gw7\",\"since\":1778803687.230895,\"reason\":\"cannot resolve "
                  "'g\\\"w'\"}\n");
    EXPECT_EQ(line(stats::ResolvedEvent{.address = *parse_address("2001:db8::7"),
                                        .after = 62100ms,
                                        .at = a_second_later},
                   std::string_view("gw7")),
              "{\"event\":\"RESOLVED\"," + std::string(when) +
                  ",\"target\":\"gw7\",\"address\":\"2001:db8::7\",\"after_s\":62.100000}\n");
}

TEST(EventJson, the_others) {
    EXPECT_EQ(line(stats::StatusEvent{.from = "200 OK", .to = "503 \x1b", .at = a_second_later},
                   std::string_view("gw5")),
              "{\"event\":\"STATUS\"," + std::string(when) +
                  ",\"target\":\"gw5\",\"from\":\"200 OK\",\"to\":\"503 \\u001b\",\"hidden\":0}\n");
    EXPECT_EQ(line(stats::CommonEvent{.state = stats::State::down,
                                      .targets = 41,
                                      .of = 300,
                                      .within = 80ms,
                                      .begin = sent_wall},
                   a_second_later),
              "{\"event\":\"COMMON\"," + std::string(when) +
                  ",\"state\":\"DOWN\",\"targets\":41,\"of\":300,\"within_ms\":80.000,\"since\":"
                  "1778803687.230895}\n");
    EXPECT_EQ(line(stats::RequestEvent{.from = target,
                                       .method = "OPTIONS",
                                       .user_agent = "x",
                                       .answered = true,
                                       .at = a_second_later}),
              "{\"event\":\"REQUEST\"," + std::string(when) +
                  ",\"from\":\"203.0.113.5:5060\",\"method\":\"OPTIONS\",\"user_agent\":\"x\","
                  "\"answered\":true}\n");
    EXPECT_EQ(line(stats::SeenEvent{.received = "198.51.100.7",
                                    .sent_by = "192.0.2.1",
                                    .port_kept = false,
                                    .at = a_second_later},
                   std::string_view("gw5")),
              "{\"event\":\"SEEN\"," + std::string(when) +
                  ",\"target\":\"gw5\",\"received\":\"198.51.100.7\",\"sent_by\":\"192.0.2.1\","
                  "\"port_kept\":false}\n");
}

TEST(EventJson, summary_has_codes_and_faults_by_name) {
    stats::TargetStats stats;
    ProbeResult reply = result_of(Kind::reply);
    reply.syntax.fault = Fault::no_end;
    reply.latency = 2ms;
    stats.on_sent();
    (void)stats.on_result(reply, {});
    EventWriter writer(two_hours_east);
    TextBuffer out(event_size_max);
    EXPECT_TRUE(writer.summary(stats, "gw5", a_second_later, out));
    EXPECT_EQ(
        out.view(),
        "{\"event\":\"SUMMARY\"," + std::string(when) +
            ",\"target\":\"gw5\",\"state\":\"UNKNOWN\",\"sent\":1,\"received\":1,\"lost\":0,"
            "\"loss_percent\":0.00,\"refused\":0,\"maintenance\":0,\"late\":0,\"duplicate\":0,"
            "\"unread\":0,\"codes\":{\"403\":1},\"syntax\":{\"no-end\":1},\"min_ms\":2.000,"
            "\"avg_ms\":2.000,\"max_ms\":2.000}\n");
}

TEST(EventJson, the_longest_list_of_sources_fits) {
    stats::RequestSources sources;
    for (int i = 0; i < 12; ++i) {
        Stray request;
        request.from = {
            *parse_address("2001:db8:1111:2222:3333:4444:5555:666" + std::to_string(i % 10)),
            65535};
        request.method =
            std::string_view("\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01");
        const std::string agent(80, static_cast<char>(1 + i));
        request.user_agent = agent;
        (void)sources.add(request);
    }
    EventWriter writer(two_hours_east);
    TextBuffer out(event_size_max);
    EXPECT_TRUE(writer.sources(sources, a_second_later, out));
    EXPECT_TRUE(out.view().ends_with("],\"others\":2}\n")) << out.view();
}

}  // namespace
}  // namespace sipping::record
