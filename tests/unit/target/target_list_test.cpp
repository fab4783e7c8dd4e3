#include "sipping/target/target_list.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sipping/base/values.hpp"

namespace sipping::target {
namespace {

using namespace std::string_view_literals;
using Told = std::vector<std::string>;

TargetList list_of(std::string_view text) {
    TargetList list;
    add_target_file("t", text, list);
    return list;
}

/// Its author may have meant a table's row whose first column is empty.
TEST(TargetFile, a_target_behind_a_semicolon_is_left_out_with_a_note) {
    const TargetList list = list_of("10.0.0.1\n;10.0.0.2\n; ;10.0.0.3;x\n;; a comment\n");
    EXPECT_EQ(list.specs.size(), 1U);
    EXPECT_EQ(list.wrong.told(), Told{});
    EXPECT_EQ(list.notes.told(),
              (Told{"t:2: ';10.0.0.2' is left out: a line that begins with ';' is a comment",
                    "t:3: '; ;10.0.0.3;x' is left out: a line that begins with ';' is a comment"}));
}

TEST(TargetFile, comments_blank_lines_and_line_ends) {
    const TargetList list = list_of(
        "\xef\xbb\xbf# gateways\r\n"
        "\r\n"
        "10.0.0.1\r\n"
        "  \t\n"
        "; an ini file's comment\n"
        "\t10.0.0.2:5080 name=two# # the second\n"
        "10.0.0.3 name=\"no # comment\" # but this\n"
        "10.0.0.4 name=O'Brien # it's one\n"
        "10.0.0.5 name='it # is'\n"
        "#10.0.0.6\n"
        "sip:100@10.0.0.7");
    EXPECT_EQ(list.wrong.told(), Told{});
    ASSERT_EQ(list.specs.size(), 6U);
    EXPECT_EQ(list.specs[0].host, "10.0.0.1");
    EXPECT_EQ(list.specs[0].line, 3U);
    EXPECT_EQ(list.specs[1].name, "two#");
    EXPECT_EQ(list.specs[1].port, 5080);
    EXPECT_EQ(list.specs[2].name, "no # comment");
    EXPECT_EQ(list.specs[3].name, "O'Brien");
    EXPECT_EQ(list.specs[4].name, "it # is");
    EXPECT_EQ(list.specs[5].uri_user, "100");
    EXPECT_EQ(list.specs[5].line, 11U);
}

TEST(TargetFile, several_wrong_lines_are_all_told) {
    // cases/files/several-wrong-lines: only the first one was.
    const TargetList list = list_of(
        "# name;address;port\n"
        "Berlin;127.0.1.1;5060\n"
        "Paris;127.0.1.2;5060\n"
        "127.0.1.3 Rome\n"
        "127.0.1.0/30\n"
        "127.0.1.4\n");
    EXPECT_EQ(list.wrong.told(),
              (Told{"t:2: 'Berlin;127.0.1.1;5060': the address comes first, write "
                    "'127.0.1.1:5060 name=Berlin'",
                    "t:3: 'Paris;127.0.1.2;5060': the address comes first, write "
                    "'127.0.1.2:5060 name=Paris'",
                    "t:4: unexpected word 'Rome' (only key=value may follow a target), write "
                    "'127.0.1.3 name=Rome'",
                    "t:5: '127.0.1.0/30': a network is no target, name its hosts one by one"}));
    EXPECT_EQ(list.wrong.count(), 4U);
}

TEST(TargetFile, of_many_wrong_lines_the_first_twenty_are_told_and_all_counted) {
    std::string text;
    for (int line = 1; line <= 50; ++line)
        text += fmt::format("10.0.0.{}:0\n", line);
    const TargetList list = list_of(text);
    ASSERT_EQ(list.wrong.told().size(), 20U);
    EXPECT_EQ(list.wrong.told().back(), "t:20: '10.0.0.20:0': port '0' must be 1 to 65535");
    EXPECT_EQ(list.wrong.count(), 50U);
}

TEST(TargetFile, errors_by_line) {
    const std::pair<std::string_view, const char*> table[] = {
        {"a\r\n\r\n# c\r\nb c\r\n",
         "t:4: unexpected word 'c' (only key=value may follow a target)"},
        {"a\rb\n", "t:1: 'a\\x0db': control character in it"},
        {"a\nb\x01\n", "t:2: 'b\\x01': control character in it"},
        {"", "t: no target in it, write one a line"},
        {"# nothing\n\n", "t: no target in it, write one a line"},
        {"a\n\0\n"sv, "t:2: '\\x00': control character in it"},
    };
    for (const auto& [text, wrong] : table)
        EXPECT_EQ(list_of(text).wrong.told(), Told{wrong}) << text;
}

TEST(TargetFile, is_read_as_any_system_writes_it) {
    for (const auto text : {"sbc\r10.0.0.2 name=x\r"sv,          // of old Macs
                            "sbc\r\n10.0.0.2 name=x\r\n\x1a"sv,  // of DOS
                            "\xff\xfes\0b\0c\0\r\0\n\0001\0000\0.\0000\0.\0000\0.\0002\0 "
                            "\0n\0a\0m\0e\0=\0x\0"sv,  // of Windows' Notepad
                            "\xfe\xff\0s\0b\0c\0\n\0001\0000\0.\0000\0.\0000\0.\0002\0 "
                            "\0n\0a\0m\0e\0=\0x"sv,
                            "s\0b\0c\0\n\0001\0000\0.\0000\0.\0000\0.\0002\0 "
                            "\0n\0a\0m\0e\0=\0x\0"sv,  // without its mark
                            "\xef\xbb\xbfsbc\n\xef\xbb\xbf"
                            "10.0.0.2 name=x\n"sv}) {  // two files in one
        const TargetList list = list_of(text);
        EXPECT_EQ(list.wrong.told(), Told{}) << shown(text);
        ASSERT_EQ(list.specs.size(), 2U) << shown(text);
        EXPECT_EQ(list.specs[0].host, "sbc");
        EXPECT_EQ(list.specs[1].host, "10.0.0.2");
        EXPECT_EQ(list.specs[1].name, "x");
    }
}

TEST(TargetFile, another_kind_of_file_is_named) {
    const std::pair<std::string_view, const char*> table[] = {
        {"PK\x03\x04\n\x01"sv, "a spreadsheet or zip archive"},
        {"\xd0\xcf\x11\xe0\xa1"sv, "an Office document"},
        {"\x1f\x8b\x08"sv, "compressed with gzip"},
        {"\x28\xb5\x2f\xfd\x04"sv, "compressed with zstd"},
        {"\xfd"
         "7zXZ\0"sv,
         "compressed with xz"},
        {"BZh91AY&SY"sv, "compressed with bzip2"},
        {"%PDF-1.4"sv, "a PDF document"},
        {"{\\rtf1"sv, "an RTF document"},
        {"\n<!DOCTYPE html>"sv, "a page (HTML or XML)"},
        {"<HTML>"sv, "a page (HTML or XML)"},
    };
    for (const auto& [text, kind] : table)
        EXPECT_EQ(list_of(text).wrong.told(),
                  Told{fmt::format("t: it is {}; save it as plain text, one target a line", kind)});
    EXPECT_EQ(list_of("\xff\xfe\0\0a\0\0\0"sv).wrong.told(),
              Told{"t: it is UTF-32; save it as UTF-8"});
    EXPECT_EQ(list_of("BZhost.example").wrong.told(), Told{});
}

TEST(TargetFile, notes_name_the_line) {
    const TargetList list = list_of("\n2001:db8::5:5060\n");
    EXPECT_EQ(list.wrong.told(), Told{});
    EXPECT_EQ(list.notes.told(), Told{"t:2: '2001:db8::5:5060' has no port; for port 5060 of "
                                      "2001:db8::5 write [2001:db8::5]:5060"});
}

TEST(TargetFile, what_only_the_caller_knows_is_told_in_its_place) {
    TargetList list;
    list.check = [](TargetSpec& spec) { return spec.host == "b" ? "not that one" : ""; };
    add_target("b", list);
    add_target_file("t", "a\nb\n:\n", list);
    EXPECT_EQ(list.wrong.told(),
              (Told{"not that one", "t:2: not that one", "t:3: ':': the host is empty"}));
    EXPECT_EQ(list.specs.size(), 1U);
}

TEST(TargetFile, ten_thousand_lines_take_no_time) {
    std::string text;
    for (int line = 0; line < 10'000; ++line)
        text += fmt::format("gw-{0}.example.com:5080 name=\"Gateway {0}\" interval=20ms\n", line);
    const auto begin = std::chrono::steady_clock::now();
    TargetList list = list_of(text);
    take_out_repeats({}, list);
    // About 30 ms; the bound only catches what grows with the square of the lines.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{2});
    EXPECT_EQ(list.wrong.told(), Told{});
    ASSERT_EQ(list.specs.size(), 10'000U);
    EXPECT_EQ(list.specs.back().name, "Gateway 9999");
    EXPECT_EQ(list.specs.back().interval, 20ms);
}

TEST(TargetFile, has_a_limit) {
    std::string text;
    for (std::size_t line = 0; line <= file_targets_max; ++line)
        text += "a\n";
    EXPECT_EQ(list_of(text).wrong.told(),
              Told{"t:100001: more than 100000 targets, split the file"});
}

}  // namespace
}  // namespace sipping::target
