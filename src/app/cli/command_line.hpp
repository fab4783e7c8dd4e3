// The words of one command, split into its options and the rest. What a value means and every
// message is ours (config/options.hpp), so that all messages read alike; the argument parser's
// library stays inside command_line.cpp.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/config/options.hpp"

namespace sipping::app {

/// An option together with the config that its value goes to.
struct BoundOption {
    char letter;
    std::string_view name;
    config::Takes takes;
    std::function<std::string(std::string_view)> set;

    [[nodiscard]] std::string spelled() const {
        return name.empty() ? std::string{'-', letter} : "--" + std::string{name};
    }
};

/// Adds `options` of `config` to `bound`; `config` must outlive it.
template <class Config>
void bind_options(std::span<const config::Option<Config>> options, Config& config,
                  std::vector<BoundOption>& bound) {
    for (const config::Option<Config>& option : options)
        bound.push_back(
            {option.letter, option.name, option.takes,
             [set = option.set, &config](std::string_view value) { return set(value, config); }});
}

using Words = std::vector<std::string>;

/// What one command's words said besides its options.
struct Rest {
    Words words;
    Words given;  ///< the options that were given, as spelled()
    bool help = false;
    bool version = false;
};

/// Empty when fine, else the error line. `command` is for messages: "sipping respond". With --help
/// or --version nothing else is looked at.
[[nodiscard]] std::string parse_command(std::span<const char* const> words,
                                        std::string_view command,
                                        std::span<const BoundOption> options, Rest& rest);

}  // namespace sipping::app
