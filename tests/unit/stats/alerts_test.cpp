// What is told at once: changes of status, targets that fall together, who asks us, how we are
// seen.
#include <gtest/gtest.h>

#include <string>

#include "sipping/stats/common_fall.hpp"
#include "sipping/stats/icmp_runs.hpp"
#include "sipping/stats/request_sources.hpp"
#include "sipping/stats/seen_as.hpp"
#include "sipping/stats/status_watch.hpp"
#include "sipping/stats/stray_limit.hpp"

namespace sipping::stats {
namespace {

ClockReading at(Duration time) {
    return {Instant{time}, 1'700'000'000s};
}

std::string text(const std::optional<StatusEvent>& event) {
    if (!event) return "-";
    return std::to_string(event->target) + ": " + std::string(event->from) + " -> " +
           std::string(event->to) + " +" + std::to_string(event->hidden);
}

TEST(StatusWatch, tells_a_change_of_code) {
    StatusWatch watch(2);
    EXPECT_EQ(text(watch.on_reply(0, 200, "SIP/2.0 200 OK", at(1s))), "-");
    EXPECT_EQ(text(watch.on_reply(0, 200, "SIP/2.0 200 Fine", at(2s))), "-") << "not the reason";
    EXPECT_EQ(text(watch.on_reply(1, 503, "SIP/2.0 503 Service Unavailable", at(2s))), "-");
    EXPECT_EQ(text(watch.on_reply(0, 503, "SIP/2.0 503 Service Unavailable", at(3s))),
              "0: 200 OK -> 503 Service Unavailable +0");
    EXPECT_EQ(text(watch.on_reply(0, 200, "SIP/2.0 200 OK", at(5s))),
              "0: 503 Service Unavailable -> 200 OK +0");
    EXPECT_EQ(watch.next(), never);
}

TEST(StatusWatch, tells_one_change_a_second_and_always_the_last) {
    StatusWatch watch(1);
    EXPECT_EQ(text(watch.on_reply(0, 200, "SIP/2.0 200 OK", at(0ms))), "-");
    EXPECT_NE(text(watch.on_reply(0, 503, "SIP/2.0 503 No", at(10ms))), "-");
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(
            text(watch.on_reply(0, i % 2 == 0 ? 200 : 503, "SIP/2.0 200 OK", at(20ms + i * 10ms))),
            "-");
    EXPECT_EQ(watch.next(), Instant{1010ms});
    EXPECT_EQ(text(watch.due(at(1009ms), false)), "-");
    EXPECT_EQ(text(watch.due(at(1010ms), false)), "0: 503 No -> 200 OK +6");
    EXPECT_EQ(text(watch.due(at(1010ms), false)), "-");
    EXPECT_EQ(watch.next(), never);
    // Changed and changed back within the second: said too.
    EXPECT_EQ(text(watch.on_reply(0, 503, "SIP/2.0 503 No", at(1100ms))), "-");
    EXPECT_EQ(text(watch.on_reply(0, 200, "SIP/2.0 200 OK", at(1200ms))), "-");
    EXPECT_EQ(text(watch.due(at(1200ms), true)), "0: 200 OK -> 200 OK +1") << "at the end";
}

TEST(StatusWatch, texts_beyond_its_room_are_told_by_their_code) {
    StatusWatch watch(1);
    EXPECT_EQ(text(watch.on_reply(0, 200, "SIP/2.0 200 OK", at(0s))), "-");
    for (std::uint16_t i = 0; i < 100; ++i) {
        const auto code = static_cast<std::uint16_t>(300 + i);
        const std::string line = "SIP/2.0 " + std::to_string(code) + " " + std::string(100, 'x');
        const std::string told = text(watch.on_reply(0, code, line, at((2 + i) * 1s)));
        if (i == 99) {
            EXPECT_EQ(told, "0: 398 -> 399 +0");
        } else if (i == 0) {
            EXPECT_EQ(told, "0: 200 OK -> 300 " + std::string(44, 'x') + " +0");
        }
    }
}

std::string text(const std::optional<CommonEvent>& event) {
    if (!event) return "-";
    return std::to_string(event->targets) + " of " + std::to_string(event->of) + " within " +
           std::to_string(event->within / 1ms);
}

TEST(CommonFall, many_that_fall_at_once_are_one_event) {
    CommonFall fall(State::down, 300);
    for (std::uint32_t i = 0; i < 41; ++i)
        fall.on_fall(i, Instant{10s + i * 2ms}, WallTime{100s + i * 2ms}, Instant{12s + i * 2ms});
    fall.on_fall(7, Instant{10s + 90ms}, WallTime{100s + 90ms}, Instant{12s + 90ms});  // once more
    EXPECT_EQ(fall.next(), Instant{13080ms});
    EXPECT_EQ(text(fall.due(Instant{13079ms}, false)), "-");
    const auto event = fall.due(Instant{13080ms}, false);
    EXPECT_EQ(text(event), "41 of 300 within 80");
    EXPECT_EQ(event->begin, WallTime{100s});
    EXPECT_EQ(text(fall.due(Instant{20s}, false)), "-") << "told once";
    // Slower ones join, and the whole is told again.
    fall.on_fall(200, Instant{10s + 100ms}, WallTime{100s + 100ms}, Instant{20s});
    EXPECT_EQ(text(fall.due(Instant{21s}, false)), "42 of 300 within 100");
    // Later ones are another event, and one or two are none.
    fall.on_fall(1, Instant{30s}, WallTime{120s}, Instant{32s});
    fall.on_fall(2, Instant{30s}, WallTime{120s}, Instant{32s});
    EXPECT_EQ(text(fall.due(Instant{40s}, false)), "-");
}

TEST(CommonFall, both_of_two_are_all) {
    CommonFall fall(State::down, 2);
    fall.on_fall(0, Instant{10s}, WallTime{100s}, Instant{12s});
    fall.on_fall(1, Instant{10s + 500ms}, WallTime{100s}, Instant{12s});
    EXPECT_EQ(text(fall.due(Instant{12s}, true)), "2 of 2 within 500");
    CommonFall alone(State::down, 1);
    alone.on_fall(0, Instant{10s}, WallTime{100s}, Instant{12s});
    EXPECT_EQ(text(alone.due(Instant{20s}, true)), "-");
}

TEST(RequestSources, ten_are_told_and_the_rest_counted) {
    RequestSources sources;
    Stray request;
    request.method = "OPTIONS";
    request.user_agent = "friendly";
    for (std::uint8_t i = 0; i < 12; ++i) {
        request.from = {*parse_address("203.0.113." + std::to_string(i)), 5060};
        EXPECT_EQ(sources.add(request).has_value(), i < 10);
        request.from.port = 5062;  // the same source from another port
        request.answered = true;
        EXPECT_FALSE(sources.add(request).has_value());
        request.answered = false;
    }
    ASSERT_EQ(sources.sources().size(), 10U);
    EXPECT_EQ(sources.sources()[3].requests, 2U);
    EXPECT_EQ(sources.sources()[3].answered, 1U);
    EXPECT_EQ(sources.sources()[3].user_agent(), "friendly");
    EXPECT_EQ(sources.others(), 4U);
    request.from.address = *parse_address("203.0.113.3");
    request.user_agent = "another";
    EXPECT_FALSE(sources.add(request).has_value()) << "another source, for which there is no room";
    EXPECT_EQ(sources.others(), 5U);
}

TEST(StrayLimit, ten_rows_a_second_then_a_count) {
    StrayLimit limit(2);
    int rows = 0;
    for (int i = 0; i < 50; ++i)
        rows += limit.admit(1, Instant{1s + i * 10ms}, WallTime{100s + i * 10ms}) ? 1 : 0;
    EXPECT_EQ(rows, 10);
    EXPECT_TRUE(limit.admit(0, Instant{1500ms}, WallTime{100s})) << "each target has its own";
    EXPECT_EQ(limit.next(), Instant{2s});
    EXPECT_FALSE(limit.due(Instant{1999ms}, false).has_value());
    const auto hidden = limit.due(Instant{2s}, false);
    ASSERT_TRUE(hidden.has_value());
    EXPECT_EQ(hidden->target, 1U);
    EXPECT_EQ(hidden->count, 40U);
    EXPECT_EQ(hidden->from, WallTime{100s + 100ms});
    EXPECT_EQ(hidden->until, WallTime{100s + 490ms});
    EXPECT_EQ(limit.next(), never);
    EXPECT_TRUE(limit.admit(1, Instant{2s}, WallTime{101s}));
}

std::string view(const std::optional<SeenEvent>& event) {
    if (!event) return "-";
    if (!event->port_told) return std::string(event->received);
    return std::string(event->received) + (event->port_kept ? " kept" : " rewritten");
}

TEST(SeenAs, is_told_once_and_when_it_changes) {
    SeenAs seen(3);
    EXPECT_EQ(view(seen.on_reply(0, "", 0, 40000, "192.0.2.1", at(1s))), "-") << "it says nothing";
    EXPECT_EQ(view(seen.on_reply(0, "192.0.2.1", 40000, 40000, "192.0.2.1", at(1s))),
              "192.0.2.1 kept");
    EXPECT_EQ(view(seen.on_reply(0, "192.0.2.1", 40001, 40001, "192.0.2.1", at(2s))), "-");
    EXPECT_EQ(view(seen.on_reply(1, "192.0.2.1", 40001, 40001, "192.0.2.1", at(2s))), "-")
        << "another target that sees the same";
    EXPECT_EQ(view(seen.on_reply(2, "198.51.100.7", 9, 40001, "192.0.2.1", at(2s))),
              "198.51.100.7 rewritten");
    EXPECT_EQ(view(seen.on_reply(2, "198.51.100.7", 40001, 40001, "192.0.2.1", at(3s))), "-")
        << "a port that stayed by chance is no change";
    EXPECT_EQ(view(seen.on_reply(0, "198.51.100.7", 9, 40001, "192.0.2.1", at(5s))), "-")
        << "too soon after the last";
    EXPECT_EQ(view(seen.on_reply(0, "198.51.100.7", 9, 40001, "192.0.2.1", at(12s))),
              "198.51.100.7 rewritten");
}

TEST(SeenAs, what_is_no_address_or_no_port_is_no_fact) {
    SeenAs seen(1);
    int second = 0;
    for (const char* text : {"\x1b[31m", "sbc.example", "192.0.2.1.1", "[192.0.2.1", "1", "[]"})
        EXPECT_EQ(view(seen.on_reply(0, text, 40000, 40000, "192.0.2.1",
                                     at(std::chrono::seconds(20 * ++second)))),
                  "-")
            << text;
    EXPECT_EQ(view(seen.on_reply(0, "[2001:db8::1]", 0, 40000, "192.0.2.1", at(300s))),
              "[2001:db8::1]")
        << "of ports it says nothing";
}

TEST(IcmpRuns, tell_the_first_and_the_last_with_a_count) {
    IcmpRuns runs(2);
    const auto add = [&](std::uint32_t target, std::uint64_t call_id) {
        return runs.add(target, {.call_id = call_id, .error = {.type = 3, .code = 3}});
    };
    EXPECT_TRUE(add(0, 1));
    EXPECT_FALSE(add(0, 2));
    EXPECT_TRUE(add(1, 3));
    EXPECT_FALSE(add(0, 4));
    const IcmpTold last = runs.end(0);
    EXPECT_EQ(last.call_id, 4U);
    EXPECT_EQ(last.count, 3U);
    EXPECT_EQ(runs.end(0).count, 0U);
    EXPECT_TRUE(add(0, 5)) << "after it answered, the next one is a first";
    EXPECT_EQ(runs.end(1).count, 1U);
}

}  // namespace
}  // namespace sipping::stats
