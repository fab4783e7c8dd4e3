// The only file that sees CLI11.
#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "sipping/base/letters.hpp"
#include "sipping/base/values.hpp"

namespace sipping::app {
namespace {

using config::Takes;

std::string unknown_option(std::string_view word, std::span<const BoundOption> options,
                           std::string_view command) {
    static constexpr std::size_t name_max = 32;  // longer than any name: no guess is worth it
    const auto name = word.substr(0, word.find('='));
    std::string best;
    // One slip in a short name, two in a longer one.
    std::size_t best_distance = name.size() < 8 ? 2 : 3;
    const auto consider = [&](std::string_view known) {
        const std::size_t distance = edit_distance(name, known);
        if (distance >= best_distance) return;
        best = known;
        best_distance = distance;
    };
    if (name.starts_with("--") && name.size() <= name_max) {
        for (const auto& option : options)
            if (!option.name.empty()) consider(option.spelled());
        consider("--help");
        consider("--version");
    }
    if (best.empty())
        return fmt::format("unknown option '{}' (see {} --help)", shown(name), command);
    return fmt::format("unknown option '{}', did you mean '{}'?", shown(name), best);
}

/// CLI11 wants its words last first. It also takes the word after "--name=" as the value although
/// an empty value was given, so that form is split here.
Words prepare(std::span<const char* const> words) {
    Words prepared;
    bool options_may_follow = true;
    for (const std::string_view word : words) {
        if (word == "--") options_may_follow = false;
        if (options_may_follow && word.starts_with("--") && word.ends_with('=')) {
            prepared.emplace_back(word.substr(0, word.size() - 1));
            prepared.emplace_back();
        } else {
            prepared.emplace_back(word);
        }
    }
    std::reverse(prepared.begin(), prepared.end());
    return prepared;
}

std::string cli_names(char letter, std::string_view name) {
    const std::string short_name = letter == '\0' ? "" : std::string{'-', letter};
    const std::string long_name = name.empty() ? "" : fmt::format("--{}", name);
    const bool both = !short_name.empty() && !long_name.empty();
    return short_name + (both ? "," : "") + long_name;
}

CLI::Option* add_flag(CLI::App& app, char letter, std::string_view name) {
    return app.add_flag(cli_names(letter, name))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// Hands what CLI11 found for one option to the config.
std::string apply(const BoundOption& option, const CLI::Option& found) {
    const auto& values = found.results();
    if (values.empty()) return {};
    const auto name = option.spelled();
    if (option.takes == Takes::nothing) {
        const bool plain = std::all_of(values.begin(), values.end(),
                                       [](const std::string& value) { return value == "true"; });
        if (!plain) return fmt::format("{}: takes no value", name);
        const auto wrong = option.set({});
        return wrong.empty() ? wrong : fmt::format("{}: {}", name, wrong);
    }
    if (option.takes == Takes::value && values.size() > 1)
        return fmt::format("{}: given {} times, give it once", name, values.size());
    for (const auto& value : values)
        if (const auto wrong = option.set(value); !wrong.empty())
            return fmt::format("{} '{}': {}", name, shown(value), wrong);
    return {};
}

/// Splits "--" and options that nobody knows from the words that are neither.
std::string take_rest(const Words& remaining, std::span<const BoundOption> options,
                      std::string_view command, Rest& rest) {
    bool options_may_follow = true;
    for (const auto& word : remaining) {
        if (options_may_follow && word == "--")
            options_may_follow = false;
        else if (options_may_follow && word.size() > 1 && word.front() == '-')
            return unknown_option(word, options, command);
        else
            rest.words.push_back(word);
    }
    return {};
}

}  // namespace

std::string parse_command(std::span<const char* const> words, std::string_view command,
                          std::span<const BoundOption> options, Rest& rest) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    auto* help = add_flag(app, 'h', "help");
    auto* version = add_flag(app, '\0', "version");
    std::vector<CLI::Option*> found;
    for (const auto& option : options)
        found.push_back(option.takes == Takes::nothing
                            ? add_flag(app, option.letter, option.name)
                            : app.add_option(cli_names(option.letter, option.name),
                                             CLI::callback_t{}, std::string{})
                                  ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
    auto prepared = prepare(words);
    try {
        app.parse(prepared);
    } catch (const CLI::ArgumentMismatch& mismatch) {
        // With the set-up above the one reason left: the words ended where a value was due. The
        // message begins with the option's name and a colon.
        const std::string_view message = mismatch.what();
        return fmt::format("{}: a value is missing", message.substr(0, message.find(':')));
    }
    rest.help = help->count() > 0;
    rest.version = version->count() > 0;
    if (rest.help || rest.version) return {};
    if (auto wrong = take_rest(app.remaining(), options, command, rest); !wrong.empty())
        return wrong;
    for (std::size_t at = 0; at < options.size(); ++at) {
        if (found[at]->count() > 0) rest.given.push_back(options[at].spelled());
        if (auto wrong = apply(options[at], *found[at]); !wrong.empty()) return wrong;
    }
    return {};
}

}  // namespace sipping::app
