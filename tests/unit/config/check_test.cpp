#include <gtest/gtest.h>

#include "sipping/config/ping_config.hpp"
#include "sipping/config/respond_config.hpp"

namespace sipping::config {
namespace {

struct Row {
    const char* wrong;
    void (*change)(PingConfig& config);
};

TEST(CheckPing, contradictions) {
    const Row table[] = {
        {"", [](PingConfig&) {}},
        {"no target: name a host or give -f FILE", [](PingConfig& c) { c.targets.clear(); }},
        {"", [](PingConfig& c) { c.targets.clear(), c.target_file.emplace(1, '-'); }},
        {"--rate and --interval exclude each other, give one of them",
         [](PingConfig& c) { c.rate_per_s = 10, c.interval_given = true; }},
        {"--rate and --flood exclude each other, give one of them",
         [](PingConfig& c) { c.rate_per_s = 10, c.flood = true; }},
        {"--flood and --interval exclude each other, give one of them",
         [](PingConfig& c) { c.flood = true, c.interval_given = true; }},
        {"", [](PingConfig& c) { c.rate_per_s = 10; }},
        {"--window needs --flood", [](PingConfig& c) { c.window_given = true; }},
        {"", [](PingConfig& c) { c.window_given = true, c.flood = true; }},
        {"--port-policy fixed is one port, --ports 2 contradicts it",
         [](PingConfig& c) { c.port_policy = PortPolicy::fixed, c.ports = 2; }},
        {"", [](PingConfig& c) { c.port_policy = PortPolicy::fixed, c.ports = 1; }},
        {"--port-range 5000-5009 has 10 ports, fewer than --ports 11",
         [](PingConfig& c) { c.port_low = 5000, c.port_high = 5009, c.ports = 11; }},
        {"", [](PingConfig& c) { c.port_low = 5000, c.port_high = 5009, c.ports = 10; }},
        {"--bind 10.0.0.1 contradicts -6",
         [](PingConfig& c) { c.bind = parse_address("10.0.0.1"), c.family = Family::v6; }},
        {"--bind ::1 contradicts -4",
         [](PingConfig& c) { c.bind = parse_address("::1"), c.family = Family::v4; }},
        {"", [](PingConfig& c) { c.bind = parse_address("::1"), c.family = Family::v6; }},
        {"--json and --print-sent exclude each other, both write to the output",
         [](PingConfig& c) { c.json = c.print_sent = true; }},
        {"--json and --print-received exclude each other, both write to the output",
         [](PingConfig& c) { c.json = c.print_received = true; }},
        {"", [](PingConfig& c) { c.json = c.verbose = true; }},
        {"--compress needs --rotate", [](PingConfig& c) { c.compress = true; }},
        {"--rotate needs a log, --log '*' writes none",
         [](PingConfig& c) { c.rotate_every = 1h, c.log = false; }},
        {"", [](PingConfig& c) { c.rotate_bytes = 10'000, c.compress = true; }},
        {"--quiet and --verbose exclude each other, give one of them",
         [](PingConfig& c) { c.quiet = c.verbose = true; }},
    };
    for (const Row& row : table) {
        PingConfig config;
        config.targets = {"sbc"};
        row.change(config);
        EXPECT_EQ(check(config), row.wrong) << "row " << &row - table;
    }
}

TEST(SettlePing, only_defaults_give_way) {
    PingConfig config;
    settle(config);
    EXPECT_EQ(config.ports, 1024U);
    config.port_low = 5000;
    config.port_high = 5009;
    settle(config);
    EXPECT_EQ(config.ports, 10U);
    config.port_policy = PortPolicy::fixed;
    settle(config);
    EXPECT_EQ(config.ports, 1U);
    config.ports = 50;
    config.ports_given = true;
    settle(config);
    EXPECT_EQ(config.ports, 50U);
}

TEST(CheckRespond, families) {
    RespondConfig config;
    EXPECT_EQ(check(config), "");
    config.v6 = false;
    EXPECT_EQ(check(config), "");
    config.bind = parse_address("::1");
    EXPECT_EQ(check(config), "--bind ::1 contradicts -4");
    config = {};
    config.v4 = false;
    config.bind = parse_address("10.0.0.1");
    EXPECT_EQ(check(config), "--bind 10.0.0.1 contradicts -6");
    config.v6 = false;
    EXPECT_EQ(check(config), "-4 and -6 exclude each other, give one or none");
}

TEST(CheckRespond, capacity) {
    RespondConfig config;
    config.beyond = Beyond::drop;
    EXPECT_EQ(check(config), "--beyond needs --capacity");
    config.capacity_per_s = 500;
    EXPECT_EQ(check(config), "");
    config.retry_after_s = 2;
    EXPECT_EQ(check(config), "--retry-after needs --beyond 503");
    config.beyond.reset();
    EXPECT_EQ(check(config), "--retry-after needs --beyond 503");
    config.beyond = Beyond::unavailable;
    EXPECT_EQ(check(config), "");
}

TEST(SettleRespond, bind_address_decides_the_family) {
    RespondConfig config;
    settle(config);
    EXPECT_TRUE(config.v4 && config.v6);
    config.bind = parse_address("::1");
    settle(config);
    EXPECT_FALSE(config.v4);
    EXPECT_TRUE(config.v6);
}

}  // namespace
}  // namespace sipping::config
