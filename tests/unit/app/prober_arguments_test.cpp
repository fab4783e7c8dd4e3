// The arguments of `sipping ports` and `sipping stress`: their own options, those they share with
// ping, and what does not go together.
#include <gtest/gtest.h>

#include <vector>

#include "cli/arguments.hpp"
#include "cli/help.hpp"

namespace sipping::app {
namespace {

using config::PortsConfig;
using config::StressConfig;
using Words = std::vector<const char*>;

std::string parse(const Words& words, Arguments& arguments) {
    Words argv{"sipping"};
    argv.insert(argv.end(), words.begin(), words.end());
    return parse_arguments(static_cast<int>(argv.size()), argv.data(), arguments);
}

TEST(PortsArguments, every_option_reaches_its_field) {
    struct Row {
        Words words;
        bool (*reached)(const PortsConfig& config);
    };
    const Row table[] = {
        {{}, [](const PortsConfig& c) { return !c.has_host() && !c.rate_per_s; }},
        {{"--exhaust"}, [](const PortsConfig& c) { return c.exhaust; }},
        {{"--rate", "500"}, [](const PortsConfig& c) { return c.rate_per_s == 500; }},
        {{"--rate", "500", "--duration", "5"},
         [](const PortsConfig& c) { return c.duration == 5s; }},
        {{"--json"}, [](const PortsConfig& c) { return c.probing.json; }},
        {{"--port-range", "20000-20999", "--bind", "127.0.0.2"},
         [](const PortsConfig& c) {
             return c.probing.port_low == 20000 && c.probing.port_high == 20999 && c.probing.bind;
         }},
        {{"sbc"},
         [](const PortsConfig& c) {
             return c.has_host() && c.rate_per_s == 20 && c.mapping_time == 30s && c.max == 0;
         }},
        {{"sbc", "--max", "400", "--mapping-time", "2m"},
         [](const PortsConfig& c) { return c.max == 400 && c.mapping_time == 2min; }},
        {{"sbc", "-p", "5080", "--mine", "-t", "500", "-u", "noc"},
         [](const PortsConfig& c) {
             return c.probing.port == 5080 && c.probing.mine && c.probing.timeout == 500ms &&
                    c.probing.user == "noc";
         }},
    };
    for (const auto& [words, reached] : table) {
        Words all = words;
        all.insert(all.begin(), "ports");
        Arguments arguments;
        EXPECT_EQ(parse(all, arguments), "");
        EXPECT_EQ(arguments.command, Command::ports);
        EXPECT_TRUE(reached(arguments.ports)) << (words.empty() ? "" : words.back());
    }
}

TEST(StressArguments, every_option_reaches_its_field) {
    struct Row {
        Words words;
        bool (*reached)(const StressConfig& config);
    };
    const Row table[] = {
        {{},
         [](const StressConfig& c) {
             return c.rate_low == 10 && c.rate_high == 2000 && c.steps == 10 && c.step_time == 5s &&
                    c.stop_loss == 1 && !c.stop_p99;
         }},
        {{"--steps", "4", "--step-time", "0.5"},
         [](const StressConfig& c) { return c.steps == 4 && c.step_time == 500ms; }},
        {{"--stop-loss", "2.5", "--stop-p99", "20"},
         [](const StressConfig& c) { return c.stop_loss == 2.5 && c.stop_p99 == 20ms; }},
        {{"--ignore-retry-after"}, [](const StressConfig& c) { return c.ignore_retry_after; }},
        {{"--recovery-time", "2m"}, [](const StressConfig& c) { return c.recovery_time == 2min; }},
        {{"--svg", "a.svg"}, [](const StressConfig& c) { return c.svg == "a.svg"; }},
        {{"--ports", "16", "-t", "200", "--mine", "--spin"},
         [](const StressConfig& c) {
             return c.probing.ports == 16 && c.probing.timeout == 200ms && c.probing.mine &&
                    c.probing.spin == config::Spin::on;
         }},
    };
    for (const auto& [words, reached] : table) {
        Words all{"stress", "sbc", "--rate", "10..2000"};
        all.insert(all.end(), words.begin(), words.end());
        Arguments arguments;
        EXPECT_EQ(parse(all, arguments), "");
        EXPECT_EQ(arguments.command, Command::stress);
        EXPECT_TRUE(reached(arguments.stress)) << (words.empty() ? "" : words.back());
    }
}

TEST(StressArguments, one_rate_is_one_step) {
    Arguments arguments;
    EXPECT_EQ(parse({"stress", "sbc", "--rate", "100"}, arguments), "");
    EXPECT_EQ(arguments.stress.steps, 1U);
    EXPECT_EQ(arguments.stress.rate_high, 100);
}

TEST(ProberArguments, what_does_not_go_together) {
    const std::pair<Words, const char*> table[] = {
        {{"ports", "sbc", "--exhaust"}, "--exhaust is for this box, not for a host"},
        {{"ports", "sbc", "--duration", "5"}, "--duration is for the simulation, not for a host"},
        {{"ports", "sbc", "--port-range", "2000-2009", "--max", "10"},
         "--port-range 2000-2009 has 10 ports, --max 10 needs 11"},
        {{"ports", "--max", "5"}, "--max needs a host"},
        {{"ports", "--mapping-time", "5"}, "--mapping-time needs a host"},
        {{"ports", "-u", "x"}, "--user needs a host"},
        {{"ports", "--port-range", "2000-3000", "-w", "x.csv"}, "--log needs a host"},
        {{"ports", "--mine", "-4"}, "--mine needs a host"},
        {{"ports", "--answer", "all"}, "--answer needs a host"},
        {{"stress", "sbc", "--color", "never"},
         "unknown option '--color' (see sipping stress --help)"},
        {{"ports", "--duration", "5"}, "--duration needs --rate"},
        {{"ports", "a", "b"}, "one host at a time, 'b' is too much (see sipping ports --help)"},
        {{"ports", "sbc", "--max", "0"}, "--max '0': must be 1 to 65000"},
        {{"ports", "--flood"}, "unknown option '--flood' (see sipping ports --help)"},
        {{"ports", "-6", "--bind", "127.0.0.1"}, "--bind 127.0.0.1 contradicts -6"},
        {{"stress", "--rate", "1..2"}, "no target: name a host"},
        {{"stress", "sbc"}, "no rate: give --rate R1..R2, probes a second"},
        {{"stress", "sbc", "--rate", "5..2"}, "--rate '5..2': begins above its end"},
        {{"stress", "sbc", "--rate", "5.."},
         "--rate '5..': must be R1..R2, each more than 0 and at most 10000000 (e.g. 100..5000)"},
        {{"stress", "sbc", "--rate", "1..2", "--step-time", "50ms"},
         "--step-time '50ms': must be 100ms to 1h"},
        {{"stress", "sbc", "--rate", "1..2", "--svg", ""}, "--svg '': must not be empty"},
        {{"stress", "sbc", "--interval", "5"},
         "unknown option '--interval' (see sipping stress --help)"},
    };
    for (const auto& [words, wrong] : table) {
        Arguments arguments;
        EXPECT_EQ(parse(words, arguments), wrong);
    }
}

TEST(ProberArguments, help_and_version) {
    Arguments arguments;
    EXPECT_EQ(parse({"ports", "-h"}, arguments), "");
    EXPECT_EQ(arguments.text, ports_help());
    EXPECT_EQ(parse({"stress", "--help"}, arguments), "");
    EXPECT_EQ(arguments.text, stress_help());
    EXPECT_EQ(parse({"stress", "--version"}, arguments), "");
    EXPECT_EQ(arguments.command, Command::version);
}

}  // namespace
}  // namespace sipping::app
