#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sipping/target/target_spec.hpp"

namespace sipping::target {
namespace {

TEST(TargetFile, comments_blank_lines_and_line_ends) {
    std::vector<TargetSpec> specs;
    ASSERT_EQ(parse_target_file("t",
                                "\xef\xbb\xbf# gateways\r\n"
                                "\r\n"
                                "10.0.0.1\r\n"
                                "  \t\n"
                                "\t10.0.0.2:5080 name=two# # the second\n"
                                "10.0.0.3 name=\"no # comment\" # but this\n"
                                "#10.0.0.4\n"
                                "sip:100@10.0.0.5",
                                specs),
              "");
    ASSERT_EQ(specs.size(), 4U);
    EXPECT_EQ(specs[0].host, "10.0.0.1");
    EXPECT_EQ(specs[1].name, "two#");
    EXPECT_EQ(specs[1].port, 5080);
    EXPECT_EQ(specs[2].name, "no # comment");
    EXPECT_EQ(specs[3].uri_user, "100");
}

TEST(TargetFile, bad_line_17_is_named_and_nothing_is_kept) {
    std::string text;
    for (int line = 1; line <= 16; ++line)
        text += fmt::format("10.0.0.{}\n", line);
    text += "10.0.0.17:0\n10.0.0.18\n";
    std::vector<TargetSpec> specs(1);
    EXPECT_EQ(parse_target_file("targets.txt", text, specs),
              "targets.txt:17: '10.0.0.17:0': port '0' must be 1 to 65535");
    EXPECT_EQ(specs.size(), 1U);
}

TEST(TargetFile, errors_by_line) {
    const std::pair<std::string_view, const char*> table[] = {
        {"a\nb foo=1\n",
         "t:2: unknown key 'foo=' (known: name= user= domain= interval= timeout= request-uri=)"},
        {"a\r\n\r\n# c\r\nb c\r\n",
         "t:4: unexpected word 'c' (only key=value may follow a target)"},
        {"a\rb\n", "t:1: 'a\\x0db': control character in it"},
        {"", "t: no target in it, write one a line"},
        {"# nothing\n\n", "t: no target in it, write one a line"},
        {std::string_view("a\n\0\n", 4), "t:2: '\\x00': control character in it"},
    };
    for (const auto& [text, wrong] : table) {
        std::vector<TargetSpec> specs;
        EXPECT_EQ(parse_target_file("t", text, specs), wrong) << text;
    }
}

TEST(TargetFile, ten_thousand_lines_take_no_time) {
    std::string text;
    for (int line = 0; line < 10'000; ++line)
        text += fmt::format("gw-{0}.example.com:5080 name=\"Gateway {0}\" interval=20ms\n", line);
    std::vector<TargetSpec> specs;
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(parse_target_file("t", text, specs), "");
    // About 10 ms; the bound only catches what grows with the square of the lines.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{2});
    ASSERT_EQ(specs.size(), 10'000U);
    EXPECT_EQ(specs.back().name, "Gateway 9999");
    EXPECT_EQ(specs.back().interval, 20ms);
}

TEST(TargetFile, has_a_limit) {
    std::string text;
    for (std::size_t line = 0; line <= file_targets_max; ++line)
        text += "a\n";
    std::vector<TargetSpec> specs;
    EXPECT_EQ(parse_target_file("t", text, specs),
              "t:100001: more than 100000 targets, split the file");
    EXPECT_TRUE(specs.empty());
}

}  // namespace
}  // namespace sipping::target
