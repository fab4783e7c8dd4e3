#include "sipping/config/options.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sipping::config {
namespace {

template <class Config>
void expect_no_name_twice(std::span<const Option<Config>> options) {
    std::set<std::string> names{"-h", "--help", "--version"};
    for (const auto& option : options) {
        EXPECT_FALSE(option.name.empty() && option.letter == '\0');
        EXPECT_NE(option.set, nullptr);
        if (!option.name.empty()) {
            EXPECT_TRUE(names.insert("--" + std::string{option.name}).second) << option.name;
        }
        if (option.letter != '\0') {
            EXPECT_TRUE(names.insert(std::string{'-', option.letter}).second) << option.letter;
        }
    }
}

TEST(Options, no_name_or_letter_stands_twice) {
    expect_no_name_twice(ping_options());
    expect_no_name_twice(respond_options());
}

TEST(Options, the_originals_letters_are_all_there) {
    std::string letters;
    for (const auto& option : ping_options())
        if (option.letter != '\0') letters += option.letter;
    for (const char letter : std::string{"IuidpwtcxXqS"})
        EXPECT_NE(letters.find(letter), std::string::npos) << letter;
}

TEST(Options, defaults_are_the_originals) {
    const PingConfig config;
    EXPECT_EQ(config.interval, 1s);
    EXPECT_EQ(config.timeout, 1s);
    EXPECT_EQ(config.user, "sipping");
    EXPECT_EQ(config.domain, "sipping.invalid");
    EXPECT_EQ(config.port, 5060);
    EXPECT_EQ(config.max_forwards, 70);
    EXPECT_EQ(config.count, 0U);
    EXPECT_TRUE(config.log);
    EXPECT_EQ(config.log_path, "");
}

}  // namespace
}  // namespace sipping::config
