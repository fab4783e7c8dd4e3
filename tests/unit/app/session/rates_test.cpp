#include "session/rates.hpp"

#include <gtest/gtest.h>

#include "text/message.hpp"

namespace sipping::app {
namespace {

target::Target target_of(const char* address, Duration interval, std::uint16_t port = 5060) {
    return {.endpoint = {*parse_address(address), port}, .interval = interval, .name = "gw"};
}

TEST(Rates, fifty_a_second_are_allowed_and_no_more) {
    config::PingConfig config;
    const Address address = *parse_address("192.0.2.1");
    EXPECT_EQ(rate_refused(config, address, 50), "");
    EXPECT_EQ(rate_refused(config, address, 51),
              "51 probes a second to 192.0.2.1 need --mine: say that this target is yours to load "
              "(without it 50 a second are allowed)");
    EXPECT_EQ(rate_refused(config, *parse_address("127.0.0.9"), 1e6), "");
    EXPECT_EQ(rate_refused(config, *parse_address("::1"), 1e6), "");
    config.mine = true;
    EXPECT_EQ(rate_refused(config, address, 1e6), "");
}

TEST(Rates, a_flood_needs_mine_at_any_rate) {
    config::PingConfig config;
    config.flood = true;
    EXPECT_EQ(rate_refused(config, *parse_address("192.0.2.1"), 0.1),
              "--flood to 192.0.2.1 needs --mine: say that this target is yours to load");
}

TEST(Rates, ports_of_one_box_are_added_up) {
    const config::PingConfig config;
    target::TargetTable targets;
    for (std::uint16_t port = 1; port <= 60; ++port)
        targets.push_back(target_of("192.0.2.1", 1s, port));
    EXPECT_THROW(static_cast<void>(check_rates(config, targets)), UsageError);
    for (target::Target& one : targets)
        one.interval = 2s;
    EXPECT_EQ(check_rates(config, targets),
              "30.0 probes a second to 192.0.2.1: many SBCs ban senders above 5 a second; see the "
              "README before you blame the path");
    for (std::uint8_t i = 0; i < 60; ++i)
        targets[i].endpoint.address.bytes[3] = i;
    EXPECT_EQ(check_rates(config, targets), "");
}

TEST(Rates, who_has_no_address_yet_and_loopback_do_not_count) {
    const config::PingConfig config;
    target::TargetTable targets{target_of("192.0.2.1", 1ms), target_of("127.0.0.1", 1us)};
    targets[0].unknown = true;
    EXPECT_EQ(check_rates(config, targets), "");
    targets[0].unknown = false;
    EXPECT_THROW(static_cast<void>(check_rates(config, targets)), UsageError);
}

}  // namespace
}  // namespace sipping::app
