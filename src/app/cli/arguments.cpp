// Which command, and what its words mean together.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/help.hpp"
#include "sipping/base/values.hpp"
#include "sipping/base/version.hpp"
#include "sipping/config/options.hpp"

namespace sipping::app {
namespace {

std::string check_words(std::span<const char* const> words) {
    std::string_view before;
    for (const std::string_view word : words) {
        // A tab stands between the columns of a target that is pasted.
        if (std::ranges::any_of(word, [](char c) { return c != '\t' && has_control({&c, 1}); }))
            return fmt::format("{}{}'{}': control character in it",
                               before.starts_with('-') ? before : "",
                               before.starts_with('-') ? " " : "", shown(word));
        before = word;
        // CLI11 would end there and drop the rest.
        if (word == "++") return "'++' is neither a host nor an option";
    }
    return {};
}

/// Help and version are the same for all commands. True: one of them was asked for.
bool show_text(const Rest& rest, std::string (*help)(), Arguments& arguments) {
    if (rest.help) {
        arguments.command = Command::help;
        arguments.text = help();
    } else if (rest.version) {
        arguments.command = Command::version;
        arguments.text = fmt::format("sipping {}\n", version());
    }
    return rest.help || rest.version;
}

/// The words of a command whose options are all its own.
template <class Config>
std::string parse_own(std::span<const char* const> words, std::string_view command,
                      std::span<const config::Option<Config>> own, Config& config, Rest& rest) {
    std::vector<BoundOption> options;
    bind_options(own, config, options);
    return parse_command(words, command, options, rest);
}

std::string parse_ping(std::span<const char* const> words, Arguments& arguments) {
    Rest rest;
    auto& config = arguments.ping;
    if (auto wrong = parse_own(words, "sipping", config::ping_options(), config, rest);
        !wrong.empty())
        return wrong;
    if (show_text(rest, ping_help, arguments)) return {};
    arguments.command = Command::ping;
    config.targets = std::move(rest.words);
    settle(config);
    return check(config);
}

std::string parse_respond(std::span<const char* const> words, Arguments& arguments) {
    Rest rest;
    auto& config = arguments.respond;
    if (auto wrong = parse_own(words, "sipping respond", config::respond_options(), config, rest);
        !wrong.empty())
        return wrong;
    if (show_text(rest, respond_help, arguments)) return {};
    if (!rest.words.empty())
        return fmt::format("respond takes no host, '{}' is too much (see sipping respond --help)",
                           shown(rest.words.front()));
    arguments.command = Command::respond;
    if (auto wrong = check(config); !wrong.empty()) return wrong;
    settle(config);
    return {};
}

/// The commands that probe one host with many of ping's options and some of their own.
template <class Config>
std::string parse_prober(std::span<const char* const> words, std::string_view command,
                         std::span<const config::Option<config::PingConfig>> shared,
                         std::span<const config::Option<Config>> own, Config& config, Rest& rest) {
    std::vector<BoundOption> options;
    bind_options(shared, config.probing, options);
    bind_options(own, config, options);
    if (auto wrong = parse_command(words, command, options, rest); !wrong.empty()) return wrong;
    if (rest.words.size() > 1)
        return fmt::format("one host at a time, '{}' is too much (see {} --help)",
                           shown(rest.words[1]), command);
    config.probing.targets = rest.words;
    return {};
}

std::string parse_ports(std::span<const char* const> words, Arguments& arguments) {
    Rest rest;
    auto& config = arguments.ports;
    if (auto wrong = parse_prober(words, "sipping ports", config::ports_shared_options(),
                                  config::ports_options(), config, rest);
        !wrong.empty())
        return wrong;
    if (show_text(rest, ports_help, arguments)) return {};
    if (!config.has_host())
        for (const std::string& option : rest.given)
            if (config::needs_host(option)) return fmt::format("{} needs a host", option);
    arguments.command = Command::ports;
    settle(config);
    return check(config);
}

std::string parse_stress(std::span<const char* const> words, Arguments& arguments) {
    Rest rest;
    auto& config = arguments.stress;
    if (auto wrong = parse_prober(words, "sipping stress", config::stress_shared_options(),
                                  config::stress_options(), config, rest);
        !wrong.empty())
        return wrong;
    if (show_text(rest, stress_help, arguments)) return {};
    arguments.command = Command::stress;
    settle(config);
    return check(config);
}

std::string parse_report(std::span<const char* const> words, Arguments& arguments) {
    Rest rest;
    auto& config = arguments.report;
    if (auto wrong = parse_own(words, "sipping report", config::report_options(), config, rest);
        !wrong.empty())
        return wrong;
    if (show_text(rest, report_help, arguments)) return {};
    arguments.command = Command::report;
    config.logs = std::move(rest.words);
    settle(config);
    return check(config);
}

/// For each word that is neither an option nor the value of one, which option stood before it.
std::vector<config::Behind> find_behind(std::span<const char* const> words) {
    std::vector<config::Behind> behind;
    config::Behind last = config::Behind::nothing;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word.size() < 2 || word.front() != '-') {
            behind.push_back(last);
            continue;
        }
        const std::string_view name = word.substr(0, word.find('='));
        if (name == "--far") last = config::Behind::far;
        if (name == "--near") last = config::Behind::near;
        const auto options = config::trace_options();
        const auto option =
            std::ranges::find_if(options, [&](const auto& one) { return one.spelled() == name; });
        const bool takes_value = option != options.end() && option->takes != config::Takes::nothing;
        if (takes_value && name == word) ++i;
    }
    return behind;
}

std::string parse_trace(std::span<const char* const> words, Arguments& arguments) {
    Rest rest;
    auto& config = arguments.trace;
    std::vector<BoundOption> options;
    bind_options(config::trace_options(), config, options);
    if (auto wrong = parse_command(words, "sipping trace", options, rest); !wrong.empty())
        return wrong;
    if (show_text(rest, trace_help, arguments)) return {};
    arguments.command = Command::trace;
    config.logs = std::move(rest.words);
    config.behind = find_behind(words);
    config.behind.resize(config.logs.size());
    return check(config);
}

}  // namespace

std::string parse_arguments(int argc, const char* const* argv, Arguments& arguments) {
    static constexpr std::array<std::string_view, 1> reserved{"watch"};
    arguments = {};
    std::span words{argv, static_cast<std::size_t>(std::max(argc, 0))};
    if (!words.empty()) words = words.subspan(1);
    if (words.empty()) {
        show_text({.help = true}, ping_help, arguments);
        return {};
    }
    if (auto wrong = check_words(words); !wrong.empty()) return wrong;
    const std::string_view first = words.front();
    if (std::find(reserved.begin(), reserved.end(), first) != reserved.end())
        return fmt::format("'{}' is not in this version yet", first);
    if (first == "respond") return parse_respond(words.subspan(1), arguments);
    if (first == "ports") return parse_ports(words.subspan(1), arguments);
    if (first == "stress") return parse_stress(words.subspan(1), arguments);
    if (first == "trace") return parse_trace(words.subspan(1), arguments);
    if (first == "report") return parse_report(words.subspan(1), arguments);
    if (first == "ping") words = words.subspan(1);
    return parse_ping(words, arguments);
}

}  // namespace sipping::app
