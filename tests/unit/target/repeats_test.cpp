#include <gtest/gtest.h>

#include "sipping/target/target_list.hpp"

namespace sipping::target {
namespace {

using Told = std::vector<std::string>;

TargetList list_of(std::string_view text, const Defaults& defaults = {}) {
    TargetList list;
    add_target_file("gw.txt", text, list);
    EXPECT_EQ(list.wrong.told(), Told{});
    take_out_repeats(defaults, list);
    return list;
}

TEST(Repeats, a_target_twice_is_a_note_and_one_target) {
    // cases/files/target-twice: it was probed at twice the rate without a word.
    const TargetList list =
        list_of("127.0.1.1:5077\n127.0.1.2:5077\n127.0.1.1:5077   # again, from another export\n");
    ASSERT_EQ(list.specs.size(), 2U);
    EXPECT_EQ(list.specs[0].host, "127.0.1.1");
    EXPECT_EQ(list.specs[1].host, "127.0.1.2");
    EXPECT_EQ(list.notes.told(),
              Told{"'127.0.1.1:5077' is there twice (lines 1, 3 of gw.txt); it is probed once"});
}

TEST(Repeats, one_address_spelled_in_several_ways_is_one_target) {
    for (const char* text : {"10.0.0.1\n10.0.0.1:5060\nsip:10.0.0.1\n<sip:10.0.0.1;lr>\n"
                             "::ffff:10.0.0.1\n10.0.0.1 request-uri=sip:10.0.0.1\n",
                             "2001:db8::1\n[2001:DB8:0::1]\nsip:[2001:db8::0001]:5060\n",
                             "sbc.example\nSBC.Example.\nsip:sbc.EXAMPLE:5060\n"})
        EXPECT_EQ(list_of(text).specs.size(), 1U) << text;
    EXPECT_EQ(list_of("a\na:5080\n", {.port = 5080}).specs.size(), 1U);
    EXPECT_EQ(list_of("a\nsip:100@a\n", {.request_uri = "sip:x"}).specs.size(), 1U);
}

TEST(Repeats, what_is_asked_elsewhere_or_for_something_else_is_another_target) {
    const TargetList list = list_of(
        "10.0.0.1\nsip:100@10.0.0.1\nsip:101@10.0.0.1\n10.0.0.1 request-uri=sip:x\n10.0.0.1:5080\n"
        "localhost\nlocalhost.example\n10.0.0.2\n");
    EXPECT_EQ(list.specs.size(), 8U);
    EXPECT_EQ(list.notes.told(), Told{});
}

TEST(Repeats, two_names_are_two_targets_also_when_they_ask_for_the_same) {
    EXPECT_EQ(list_of("a.example\nb.example\n", {.request_uri = "sip:x"}).specs.size(), 2U);
}

TEST(Repeats, a_zone_is_part_of_the_address) {
    TargetList list;
    list.check = [](TargetSpec& spec) {
        spec.literal->scope = spec.zone == "eth1" ? 2 : 1;
        return std::string{};
    };
    add_target_file("t", "fe80::1%eth0\nfe80::1%eth1\n[fe80::1%25eth0]\n", list);
    take_out_repeats({}, list);
    EXPECT_EQ(list.specs.size(), 2U);
}

TEST(Repeats, the_note_says_where_and_when_words_are_lost) {
    TargetList list;
    add_target("a", list);
    add_target("b", list);
    add_target("b", list);
    add_target_file("t", "a name=A\nc name=C\nc name=D\nx\nx interval=5\ne\ne\ne\ne\ne\ne\ne\n",
                    list);
    take_out_repeats({}, list);
    const std::string first =
        ", with the words of the first (another request-uri= would make it another target)";
    EXPECT_EQ(list.notes.told(),
              (Told{"'a' is there twice (on the command line, line 1 of t); it is probed once",
                    "'b' is there twice; it is probed once",
                    "'c' is there twice (lines 2, 3 of t); it is probed once" + first,
                    "'x' is there twice (lines 4, 5 of t); it is probed once" + first,
                    "'e' is there 7 times (lines 6, 7, 8, 9, 10, ... of t); it is probed once"}));
}

TEST(Names, a_dead_target_does_not_hide_behind_one_of_the_same_name) {
    TargetList list;
    for (const char* line : {"127.0.0.2:5080 name=PBX", "127.0.0.3:5080 name=PBX", "sbc",
                             "127.0.0.4 name=sbc", "sip:a@gw", "sip:a@gw request-uri=sip:b@gw"}) {
        TargetSpec spec;
        ASSERT_EQ(parse_target(line, spec), "");
        list.specs.push_back(spec);
    }
    tell_names_apart(list);
    std::vector<std::string> names;
    for (const TargetSpec& spec : list.specs)
        names.push_back(spec.name);
    EXPECT_EQ(names,
              (std::vector<std::string>{"PBX (127.0.0.2:5080)", "PBX (127.0.0.3:5080)", "sbc",
                                        "sbc (127.0.0.4)", "sip:a@gw", "sip:a@gw (sip:a@gw, 2)"}));
    ASSERT_EQ(list.notes.count(), 3U);
    EXPECT_EQ(
        list.notes.told()[0],
        "2 targets are called 'PBX'; they are told apart as 'PBX (127.0.0.2:5080)' and so on");
}

}  // namespace
}  // namespace sipping::target
