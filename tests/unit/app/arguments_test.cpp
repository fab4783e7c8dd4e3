#include "cli/arguments.hpp"
#include "cli/help.hpp"
#include "sipping/base/version.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sipping::app {
namespace {

using config::PingConfig;
using config::RespondConfig;
using Words = std::vector<const char*>;

std::string parse(const Words& words, Arguments& arguments) {
    Words argv{"sipping"};
    argv.insert(argv.end(), words.begin(), words.end());
    return parse_arguments(static_cast<int>(argv.size()), argv.data(), arguments);
}

std::string joined(const Words& words) {
    std::string text;
    for (const char* word : words)
        text += std::string{"["} + word + "]";
    return text;
}

TEST(Arguments, every_ping_option_reaches_its_field) {
    struct Row {
        Words words;
        bool (*reached)(const PingConfig& config);
    };
    const Row table[] = {
        {{"-I", "0.5"},
         [](const PingConfig& c) { return c.interval == 500us && c.interval_given; }},
        {{"-I0.5"}, [](const PingConfig& c) { return c.interval == 500us; }},
        {{"--interval=250us"}, [](const PingConfig& c) { return c.interval == 250us; }},
        {{"-u", "noc"}, [](const PingConfig& c) { return c.user == "noc"; }},
        {{"--user", "true"}, [](const PingConfig& c) { return c.user == "true"; }},
        {{"-i", "192.0.2.1"}, [](const PingConfig& c) { return c.via_address == "192.0.2.1"; }},
        {{"--via-address", "[::1]"}, [](const PingConfig& c) { return c.via_address == "::1"; }},
        {{"-d", "example.com"}, [](const PingConfig& c) { return c.domain == "example.com"; }},
        {{"-p", "5080"}, [](const PingConfig& c) { return c.port == 5080; }},
        {{"--ttl", "0"}, [](const PingConfig& c) { return c.max_forwards == 0; }},
        {{"-w", "a.csv"}, [](const PingConfig& c) { return c.log && c.log_path == "a.csv"; }},
        {{"--log", "*"}, [](const PingConfig& c) { return !c.log && c.log_path.empty(); }},
        {{"-t", "40"}, [](const PingConfig& c) { return c.timeout == 40ms; }},
        {{"--timeout", "1.5s"}, [](const PingConfig& c) { return c.timeout == 1500ms; }},
        {{"-c", "1000000000000"}, [](const PingConfig& c) { return c.count == 1'000'000'000'000; }},
        {{"-x"}, [](const PingConfig& c) { return c.print_sent && !c.print_received; }},
        {{"-X"}, [](const PingConfig& c) { return c.print_received && !c.print_sent; }},
        {{"-q"}, [](const PingConfig& c) { return c.quiet; }},
        {{"-S"}, [](const PingConfig& c) { return c.no_statistics; }},
        {{"-xXqS"},
         [](const PingConfig& c) {
             return c.print_sent && c.print_received && c.quiet && c.no_statistics;
         }},
        {{"-q", "-q", "--quiet"}, [](const PingConfig& c) { return c.quiet; }},
        {{"-f", "-"}, [](const PingConfig& c) { return c.target_file == "-"; }},
        {{"--all-addresses"}, [](const PingConfig& c) { return c.all_addresses; }},
        {{"-4"}, [](const PingConfig& c) { return c.family == Family::v4; }},
        {{"-6"}, [](const PingConfig& c) { return c.family == Family::v6; }},
        {{"--rate", "0.1"}, [](const PingConfig& c) { return c.rate_per_s == 0.1; }},
        {{"--flood", "--window", "1000000"},
         [](const PingConfig& c) { return c.flood && c.window == 1'000'000; }},
        {{"--duration", "30"}, [](const PingConfig& c) { return c.duration == 30s; }},
        {{"--spin"}, [](const PingConfig& c) { return c.spin == config::Spin::on; }},
        {{"--no-spin"}, [](const PingConfig& c) { return c.spin == config::Spin::off; }},
        {{"--mine"}, [](const PingConfig& c) { return c.mine; }},
        {{"--user-agent="}, [](const PingConfig& c) { return c.user_agent == ""; }},
        {{"--user-agent", ""}, [](const PingConfig& c) { return c.user_agent == ""; }},
        {{"--header", "X-A: 1", "--header", "X-B: [2,3]", "--header", "-C: {}"},
         [](const PingConfig& c) {
             return c.headers == std::vector<std::string>{"X-A: 1", "X-B: [2,3]", "-C: {}"};
         }},
        {{"--request-uri", "sip:a@b"},
         [](const PingConfig& c) { return c.request_uri == "sip:a@b"; }},
        {{"--from", "<sip:a@b>"}, [](const PingConfig& c) { return c.from == "<sip:a@b>"; }},
        {{"--to", "<sip:a@b>"}, [](const PingConfig& c) { return c.to == "<sip:a@b>"; }},
        {{"--contact", "none"}, [](const PingConfig& c) { return c.contact == "none"; }},
        {{"--site", "noc-1"}, [](const PingConfig& c) { return c.site == "noc-1"; }},
        {{"--ports", "65000"},
         [](const PingConfig& c) { return c.ports == 65000 && c.ports_given; }},
        {{"--port-policy", "fresh"},
         [](const PingConfig& c) { return c.port_policy == config::PortPolicy::fresh; }},
        {{"--port-policy", "fixed"},
         [](const PingConfig& c) {
             return c.port_policy == config::PortPolicy::fixed && c.ports == 1;
         }},
        {{"--port-range", "20000-20009"},
         [](const PingConfig& c) {
             return c.port_low == 20000 && c.port_high == 20009 && c.ports == 10;
         }},
        {{"--bind", "127.0.0.1"},
         [](const PingConfig& c) { return c.bind == parse_address("127.0.0.1"); }},
        {{"--device", "lo"}, [](const PingConfig& c) { return c.device == "lo"; }},
        {{"--dscp", "EF"}, [](const PingConfig& c) { return c.dscp == 46; }},
        {{"--io", "epoll"}, [](const PingConfig& c) { return c.io == config::IoChoice::epoll; }},
        {{"--late-window", "0"}, [](const PingConfig& c) { return c.late_window == 0s; }},
        {{"--late-window", "1h"}, [](const PingConfig& c) { return c.late_window == 1h; }},
        {{"--identities", "1024"}, [](const PingConfig& c) { return c.identities == 1024; }},
        {{"--fall", "1000"}, [](const PingConfig& c) { return c.fall == 1000; }},
        {{"--rise", "2"}, [](const PingConfig& c) { return c.rise == 2; }},
        {{"--max-loss", "0.5"}, [](const PingConfig& c) { return c.max_loss_percent == 0.5; }},
        {{"--csv", "classic"},
         [](const PingConfig& c) { return c.csv == config::CsvForm::classic; }},
        {{"--json"}, [](const PingConfig& c) { return c.json; }},
        {{"-v"}, [](const PingConfig& c) { return c.verbose; }},
        {{"--color", "always"},
         [](const PingConfig& c) { return c.color == config::ColorMode::always; }},
        {{"--no-color"}, [](const PingConfig& c) { return c.color == config::ColorMode::never; }},
        {{"--dry-run"}, [](const PingConfig& c) { return c.dry_run; }},
    };
    for (const auto& [words, reached] : table) {
        EXPECT_FALSE(reached(PingConfig{})) << "default already: " << joined(words);
        Words all = words;
        all.push_back("sbc");  // behind the options: none may swallow it
        Arguments arguments;
        EXPECT_EQ(parse(all, arguments), "") << joined(all);
        EXPECT_TRUE(reached(arguments.ping)) << joined(all);
        EXPECT_EQ(arguments.ping.targets, std::vector<std::string>{"sbc"}) << joined(all);
    }
}

TEST(Arguments, every_respond_option_reaches_its_field) {
    struct Row {
        Words words;
        bool (*reached)(const RespondConfig& config);
    };
    const Row table[] = {
        {{"-p", "5080"}, [](const RespondConfig& c) { return c.port == 5080; }},
        {{"--bind", "::1"},
         [](const RespondConfig& c) { return c.bind == parse_address("::1") && !c.v4 && c.v6; }},
        {{"-4"}, [](const RespondConfig& c) { return c.v4 && !c.v6; }},
        {{"-6"}, [](const RespondConfig& c) { return !c.v4 && c.v6; }},
        {{"--code", "403"}, [](const RespondConfig& c) { return c.code == 403; }},
        {{"--reason", "Go away"}, [](const RespondConfig& c) { return c.reason == "Go away"; }},
        {{"--delay", "20"}, [](const RespondConfig& c) { return c.delay == 20ms; }},
        {{"--drop", "2.5"}, [](const RespondConfig& c) { return c.drop_percent == 2.5; }},
        {{"--seed", "18446744073709551615"},
         [](const RespondConfig& c) { return c.seed == UINT64_MAX; }},
        {{"--duration", "2s"}, [](const RespondConfig& c) { return c.duration == 2s; }},
        {{"-q"}, [](const RespondConfig& c) { return c.quiet; }},
        {{"--io", "uring"}, [](const RespondConfig& c) { return c.io == config::IoChoice::uring; }},
    };
    for (const auto& [words, reached] : table) {
        EXPECT_FALSE(reached(RespondConfig{})) << "default already: " << joined(words);
        Words all = words;
        all.insert(all.begin(), "respond");
        Arguments arguments;
        EXPECT_EQ(parse(all, arguments), "") << joined(all);
        EXPECT_EQ(arguments.command, Command::respond);
        EXPECT_TRUE(reached(arguments.respond)) << joined(all);
    }
}

TEST(Arguments, refused_values_name_option_and_value) {
    const std::pair<Words, const char*> table[] = {
        {{"-I", "0"}, "--interval '0': must be more than 0 (e.g. 1000, 0.5, 250us)"},
        {{"-I", "-5"},
         "--interval '-5': not a time (e.g. 1000, 0.5, 250us, 2s; a bare number is milliseconds)"},
        {{"-I", "2d"}, "--interval '2d': must be at most 1 day"},
        {{"--interval="},
         "--interval '': not a time (e.g. 1000, 0.5, 250us, 2s; a bare number is milliseconds)"},
        {{"-u", "a b"}, "--user 'a b': must hold no blanks, control characters or any of <>\"@"},
        {{"-u", ""}, "--user '': must not be empty"},
        {{"--user="}, "--user '': must not be empty"},
        {{"-d", "a@b"}, "--domain 'a@b': must hold no blanks, control characters or any of <>;\"@"},
        {{"-i", "a b"}, "--via-address 'a b': not a host name or address"},
        {{"-i", "fe80::1%lo"},
         "--via-address 'fe80::1%lo': a zone ('%') means something on this box only, leave it out"},
        {{"-i", "203.0.113.9:5060"},
         "--via-address '203.0.113.9:5060': takes no port, the one that a probe leaves from stands "
         "there"},
        {{"-i", "[2001:db8::1]:5060"},
         "--via-address '[2001:db8::1]:5060': takes no port, the one that a probe leaves from "
         "stands there"},
        {{"-p", "0"}, "--port '0': must be 1 to 65535"},
        {{"-p", "65536"}, "--port '65536': must be 1 to 65535"},
        {{"-p", "5060x"}, "--port '5060x': must be 1 to 65535"},
        {{"--ttl", "256"}, "--ttl '256': must be 0 to 255"},
        {{"-w", ""}, "--log '': must not be empty ('*' for no log)"},
        {{"-t", "0"}, "--timeout '0': must be 1 ms to 1 hour"},
        {{"-t", "2h"}, "--timeout '2h': must be 1 ms to 1 hour"},
        {{"-c", "0"}, "--count '0': must be 1 to 1000000000000"},
        {{"-c", "1000000000001"}, "--count '1000000000001': must be 1 to 1000000000000"},
        {{"-f", ""}, "--file '': must not be empty ('-' for standard input)"},
        {{"-4", "-6"}, "-6: excludes -4, give one or none"},
        {{"-6", "-4"}, "-6: excludes -4, give one or none"},
        {{"--rate", "0"}, "--rate '0': must be more than 0 and at most 10000000 (probes a second)"},
        {{"--rate", "10000001"},
         "--rate '10000001': must be more than 0 and at most 10000000 (probes a second)"},
        {{"--rate", "nan"},
         "--rate 'nan': must be more than 0 and at most 10000000 (probes a second)"},
        {{"--flood", "--window", "0"}, "--window '0': must be 1 to 1000000"},
        {{"--flood", "--window", "1000001"}, "--window '1000001': must be 1 to 1000000"},
        {{"--duration", "0"}, "--duration '0': must be more than 0 (e.g. 30, 90s, 5m, 2h)"},
        {{"--no-spin", "--spin"}, "--no-spin: excludes --spin, give one or none"},
        {{"--request-uri", "100"}, "--request-uri '100': not a URI (e.g. sip:100@example.com)"},
        {{"--from", ""}, "--from '': must not be empty"},
        {{"--to", ""}, "--to '': must not be empty"},
        {{"--contact", ""}, "--contact '': must not be empty"},
        {{"--site", "a b"}, "--site 'a b': must be 1 to 64 letters, digits, '-', '.' or '_'"},
        {{"--ports", "0"}, "--ports '0': must be 1 to 65000"},
        {{"--ports", "65001"}, "--ports '65001': must be 1 to 65000"},
        {{"--port-policy", "random"}, "--port-policy 'random': must be rotate, fresh or fixed"},
        {{"--port-range", "9-1"}, "--port-range '9-1': begins above its end"},
        {{"--port-range", "0-9"},
         "--port-range '0-9': must be LO-HI, ports 1 to 65535 (e.g. 20000-29999)"},
        {{"--bind", "eth0"}, "--bind 'eth0': not an IP address (of this box, v6 without brackets)"},
        {{"--bind", "10.0.0.1:5060"}, "--bind '10.0.0.1:5060': takes no port, an IP address alone"},
        {{"--bind", "[::1]:5060"}, "--bind '[::1]:5060': takes no port, an IP address alone"},
        {{"--bind", "fe80::1%eth0"}, "--bind 'fe80::1%eth0': takes no zone, an IP address alone"},
        {{"--device", "a/b"}, "--device 'a/b': not an interface name (e.g. eth0)"},
        {{"--dscp", "64"}, "--dscp '64': must be 0 to 63 or a name such as EF, AF31, CS3"},
        {{"--io", "aio"}, "--io 'aio': must be auto, uring or epoll"},
        {{"--late-window", "61m"}, "--late-window '61m': must be at most 1 hour"},
        {{"--late-window", "x"},
         "--late-window 'x': not a time (e.g. 32, 500ms, 2m; a bare number is seconds)"},
        {{"--identities", "1023"}, "--identities '1023': must be 1024 to 16000000"},
        {{"--identities", "16000001"}, "--identities '16000001': must be 1024 to 16000000"},
        {{"--fall", "0"}, "--fall '0': must be 1 to 1000"},
        {{"--rise", "1001"}, "--rise '1001': must be 1 to 1000"},
        {{"--max-loss", "101"}, "--max-loss '101': must be a percentage, 0 to 100"},
        {{"--csv", "short"}, "--csv 'short': must be full or classic"},
        {{"--resolve-every", "0"},
         "--resolve-every '0': must be 1 s to 1 day, or never (e.g. 30, 5m, 1h; a bare number is "
         "seconds)"},
        {{"--rotate", "1h,2h"}, "--rotate '1h,2h': has two times, give one"},
        {{"--color", "yes"}, "--color 'yes': must be auto, always or never"},
        {{"--no-color", "--color", "always"},
         "--no-color: excludes --color always, give one or none"},
        {{"--quiet=false"}, "--quiet: takes no value"},
        {{"--flood=5"}, "--flood: takes no value"},
        {{"-c", "1", "--count", "2"}, "--count: given 2 times, give it once"},
        {{"-u", "a\nb"}, "-u 'a\\x0ab': control character in it"},
        {{"--header", "X: \x1b[2J"}, "--header 'X: \\x1b[2J': control character in it"},
    };
    for (const auto& [words, wrong] : table) {
        Words all = words;
        all.push_back("sbc");
        Arguments arguments;
        EXPECT_EQ(parse(all, arguments), wrong) << joined(all);
    }
}

TEST(Arguments, a_tab_stands_between_the_columns_of_a_target) {
    Arguments arguments;
    EXPECT_EQ(parse({"sbc\t5070", "-d", "::ffff:10.0.0.1"}, arguments), "");
    EXPECT_EQ(arguments.ping.targets, std::vector<std::string>{"sbc\t5070"});
    EXPECT_EQ(parse({"sbc\r"}, arguments), "'sbc\\x0d': control character in it");
}

TEST(Arguments, refused_respond_values) {
    const std::pair<Words, const char*> table[] = {
        {{"-p", "0"}, "--port '0': must be 1 to 65535"},
        {{"--bind", "x"}, "--bind 'x': not an IP address (of this box, v6 without brackets)"},
        {{"-4", "-6"}, "-4 and -6 exclude each other, give one or none"},
        {{"-4", "--bind", "::1"}, "--bind ::1 contradicts -4"},
        {{"--code", "99"}, "--code '99': must be 100 to 699"},
        {{"--code", "700"}, "--code '700': must be 100 to 699"},
        {{"--reason", ""}, "--reason '': must not be empty"},
        {{"--delay", "61s"}, "--delay '61s': must be at most 1 minute"},
        {{"--delay", "x"},
         "--delay 'x': not a time (e.g. 20, 250us, 1.5s; a bare number is milliseconds)"},
        {{"--drop", "101"}, "--drop '101': must be a percentage, 0 to 100"},
        {{"--seed", "-1"}, "--seed '-1': must be 0 to 18446744073709551615"},
        {{"--duration", "0"}, "--duration '0': must be more than 0 (e.g. 30, 90s, 5m, 2h)"},
        {{"--io", "x"}, "--io 'x': must be auto, uring or epoll"},
        {{"sbc"}, "respond takes no host, 'sbc' is too much (see sipping respond --help)"},
        {{"--interval", "5"}, "unknown option '--interval' (see sipping respond --help)"},
        {{"--cod", "5"}, "unknown option '--cod', did you mean '--code'?"},
        {{"--port"}, "--port: a value is missing"},
    };
    for (const auto& [words, wrong] : table) {
        Words all = words;
        all.insert(all.begin(), "respond");
        Arguments arguments;
        EXPECT_EQ(parse(all, arguments), wrong) << joined(all);
    }
}

TEST(Arguments, unknown_options_and_missing_values) {
    const std::pair<Words, const char*> table[] = {
        {{"--foo", "sbc"}, "unknown option '--foo' (see sipping --help)"},
        {{"sbc", "--fal", "3"}, "unknown option '--fal', did you mean '--fall'?"},
        {{"sbc", "--inteval=3"}, "unknown option '--inteval', did you mean '--interval'?"},
        {{"sbc", "--verison"}, "unknown option '--verison', did you mean '--version'?"},
        {{"sbc", "-Z"}, "unknown option '-Z' (see sipping --help)"},
        {{"sbc", "-qZ"}, "unknown option '-Z' (see sipping --help)"},
        {{"sbc", "-9"}, "unknown option '-9' (see sipping --help)"},
        {{"sbc", "--zz"}, "unknown option '--zz' (see sipping --help)"},
        {{"sbc", "-c"}, "--count: a value is missing"},
        {{"sbc", "--header"}, "--header: a value is missing"},
        {{"sbc", "--user-agent"}, "--user-agent: a value is missing"},
        {{"sbc", "++", "pbx"}, "'++' is neither a host nor an option"},
        {{"-c", "5"}, "no target: name a host or give -f FILE"},
        {{"ping"}, "no target: name a host or give -f FILE"},
        {{"sbc", "--rate", "5", "-I", "10"},
         "--rate and --interval exclude each other, give one of them"},
        {{"sbc", "--window", "5"}, "--window needs --flood"},
        {{"sbc", "--port-policy", "fixed", "--ports", "5"},
         "--port-policy fixed is one port, --ports 5 contradicts it"},
    };
    for (const auto& [words, wrong] : table) {
        Arguments arguments;
        EXPECT_EQ(parse(words, arguments), wrong) << joined(words);
    }
}

TEST(Arguments, hosts_and_options_mix) {
    struct Row {
        Words words;
        std::vector<std::string> targets;
    };
    const Row table[] = {
        {{"a"}, {"a"}},
        {{"ping", "a"}, {"a"}},
        {{"a", "-c", "5", "b", "-q", "c"}, {"a", "b", "c"}},
        {{"-c", "5", "report"}, {"report"}},
        {{"ping", "report", "ping", "respond"}, {"report", "ping", "respond"}},
        {{"a", "report"}, {"a", "report"}},
        {{"[::1]", "[::1]:5060", "::1"}, {"[::1]", "[::1]:5060", "::1"}},
        {{"-q", "--", "-weird", "--quiet="}, {"-weird", "--quiet="}},
        {{"a name=\"b c\" interval=5"}, {"a name=\"b c\" interval=5"}},
        {{"sip:100@a;transport=udp"}, {"sip:100@a;transport=udp"}},
        {{""}, {""}},
        {{"help"}, {"help"}},
        {{"-f", "x"}, {}},
    };
    for (const auto& [words, targets] : table) {
        Arguments arguments;
        EXPECT_EQ(parse(words, arguments), "") << joined(words);
        EXPECT_EQ(arguments.command, Command::ping) << joined(words);
        EXPECT_EQ(arguments.ping.targets, targets) << joined(words);
    }
}

TEST(Arguments, reserved_commands_are_refused_by_name) {
    for (const std::string name : {"watch"}) {
        Arguments arguments;
        EXPECT_EQ(parse({name.c_str(), "--help"}, arguments),
                  "'" + name + "' is not in this version yet");
        EXPECT_EQ(ping_help().find("sipping " + name), std::string::npos);
    }
}

TEST(Arguments, help_and_version) {
    const std::pair<Words, std::string> table[] = {
        {{}, ping_help()},
        {{"-h"}, ping_help()},
        {{"--help"}, ping_help()},
        {{"ping", "-h"}, ping_help()},
        {{"sbc", "-c", "0", "--help"}, ping_help()},
        {{"respond", "-h"}, respond_help()},
        {{"respond", "--code", "0", "--help"}, respond_help()},
    };
    for (const auto& [words, text] : table) {
        Arguments arguments;
        EXPECT_EQ(parse(words, arguments), "") << joined(words);
        EXPECT_EQ(arguments.command, Command::help) << joined(words);
        EXPECT_EQ(arguments.text, text) << joined(words);
    }
    for (const Words& words : {Words{"--version"}, Words{"respond", "--version"}}) {
        Arguments arguments;
        EXPECT_EQ(parse(words, arguments), "");
        EXPECT_EQ(arguments.command, Command::version);
        EXPECT_EQ(arguments.text, "sipping " + std::string{version()} + "\n");
    }
    Arguments arguments;
    EXPECT_EQ(parse_arguments(0, nullptr, arguments), "") << "a program started without a name";
    EXPECT_EQ(arguments.command, Command::help);
}

TEST(Arguments, nothing_is_left_from_an_earlier_call) {
    Arguments arguments;
    ASSERT_EQ(parse({"a", "-q", "--header", "X: 1"}, arguments), "");
    ASSERT_EQ(parse({"b"}, arguments), "");
    EXPECT_FALSE(arguments.ping.quiet);
    EXPECT_TRUE(arguments.ping.headers.empty());
    EXPECT_EQ(arguments.ping.targets, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace sipping::app
