// Help, man page and completions are written by hand; here they are held against the option tables,
// both ways: no option undocumented, no documented option that does not exist.
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/arguments.hpp"
#include "cli/help.hpp"
#include "sipping/config/options.hpp"

namespace sipping::app {
namespace {

using Names = std::set<std::string>;

template <class... Options>
Names registered(const Options&... tables) {
    Names names{"-h", "--help", "--version"};
    const auto add = [&](const auto& options) {
        for (const auto& option : options) {
            if (!option.name.empty()) names.insert("--" + std::string{option.name});
            if (option.letter != '\0') names.insert(std::string{'-', option.letter});
        }
    };
    (add(tables), ...);
    return names;
}

Names of_ping() {
    return registered(config::ping_options());
}
Names of_respond() {
    return registered(config::respond_options());
}
Names of_ports() {
    return registered(config::ports_shared_options(), config::ports_options());
}
Names of_stress() {
    return registered(config::stress_shared_options(), config::stress_options());
}

Names of_trace() {
    return registered(config::trace_options());
}
Names of_report() {
    return registered(config::report_options());
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
}

/// Everything in `text` that reads as an option: "-x" or "--name" on its own.
Names mentioned(std::string_view text) {
    Names names;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_word(text[end]))
            ++end;
        const auto word = text.substr(at, end - at);
        const bool letter = word.size() == 2 && word[0] == '-' && word[1] != '-';
        const bool name = word.size() > 3 && word.starts_with("--") && word[2] != '-';
        if (letter || name) names.emplace(word);
        at = end + 1;
    }
    return names;
}

/// The part of a file of the source tree between two marks; fails when a mark is missing.
std::string part_of(const std::string& path, std::string_view begin, std::string_view end) {
    std::ifstream file(SOURCE_ROOT "/" + path);
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    const auto from = text.find(begin);
    EXPECT_NE(from, std::string::npos) << path << " has no '" << begin << "'";
    if (from == std::string::npos) return {};
    const auto to = text.find(end, from + begin.size());
    EXPECT_NE(to, std::string::npos) << path << " has no '" << end << "' behind it";
    return text.substr(from, to - from);
}

TEST(OptionNames, scanner_finds_options_and_nothing_else) {
    EXPECT_EQ(
        mentioned("-I, --interval TIME  20-30 a-b - -- 0-63 *--log* {-q,--quiet}'[x]' --- -xy"),
        (Names{"-I", "--interval", "--log", "-q", "--quiet"}));
}

TEST(OptionNames, help) {
    EXPECT_EQ(mentioned(ping_help()), of_ping());
    EXPECT_EQ(mentioned(respond_help()), of_respond());
    EXPECT_EQ(mentioned(ports_help()), of_ports());
    EXPECT_EQ(mentioned(stress_help()), of_stress());
    EXPECT_EQ(mentioned(report_help()), of_report());
    EXPECT_EQ(mentioned(trace_help()), of_trace());
}

TEST(OptionNames, man_page) {
    const std::string path = "docs/sipping.1.scd";
    EXPECT_EQ(mentioned(part_of(path, "\n# PING OPTIONS", "\n# ")), of_ping());
    EXPECT_EQ(mentioned(part_of(path, "\n# RESPOND OPTIONS", "\n# ")), of_respond());
    EXPECT_EQ(mentioned(part_of(path, "\n# PORTS OPTIONS", "\n# ")), of_ports());
    EXPECT_EQ(mentioned(part_of(path, "\n# STRESS OPTIONS", "\n# ")), of_stress());
    EXPECT_EQ(mentioned(part_of(path, "\n# REPORT OPTIONS", "\n# ")), of_report());
    EXPECT_EQ(mentioned(part_of(path, "\n# TRACE OPTIONS", "\n# ")), of_trace());
}

TEST(OptionNames, bash_completion) {
    const std::string path = "packaging/completions/sipping.bash";
    EXPECT_EQ(mentioned(part_of(path, "ping_options='", "'\n")), of_ping());
    EXPECT_EQ(mentioned(part_of(path, "respond_options='", "'\n")), of_respond());
    EXPECT_EQ(mentioned(part_of(path, "ports_options='", "'\n")), of_ports());
    EXPECT_EQ(mentioned(part_of(path, "stress_options='", "'\n")), of_stress());
    EXPECT_EQ(mentioned(part_of(path, "report_options='", "'\n")), of_report());
    EXPECT_EQ(mentioned(part_of(path, "trace_options='", "'\n")), of_trace());
}

TEST(OptionNames, zsh_completion) {
    const std::string path = "packaging/completions/_sipping";
    EXPECT_EQ(mentioned(part_of(path, "ping_options=(", "\n    )")), of_ping());
    EXPECT_EQ(mentioned(part_of(path, "respond_options=(", "\n    )")), of_respond());
    EXPECT_EQ(mentioned(part_of(path, "ports_options=(", "\n    )")), of_ports());
    EXPECT_EQ(mentioned(part_of(path, "stress_options=(", "\n    )")), of_stress());
    EXPECT_EQ(mentioned(part_of(path, "report_options=(", "\n    )")), of_report());
    EXPECT_EQ(mentioned(part_of(path, "trace_options=(", "\n    )")), of_trace());
}

TEST(OptionNames, help_fits_a_screen) {
    for (const std::string& text :
         {ping_help(), respond_help(), ports_help(), stress_help(), report_help(), trace_help()}) {
        std::istringstream lines(text);
        std::size_t count = 0;
        for (std::string line; std::getline(lines, line); ++count)
            EXPECT_LE(line.size(), 80U) << line;
        EXPECT_LE(count, 47U);
        EXPECT_TRUE(text.ends_with('\n'));
    }
}

}  // namespace
}  // namespace sipping::app
