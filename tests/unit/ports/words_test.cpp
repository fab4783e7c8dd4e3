#include "sipping/ports/words.hpp"
#include "sipping/base/error_words.hpp"
#include "sipping/base/grouped.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sipping::ports {
namespace {

TEST(PortWords, numbers_have_separators) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(19843), "19,843");
    EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(PortWords, times_are_seconds_without_idle_zeros) {
    EXPECT_EQ(in_seconds(1s), "1 s");
    EXPECT_EQ(in_seconds(250ms), "0.25 s");
    EXPECT_EQ(in_seconds(90s), "90 s");
    EXPECT_EQ(in_seconds(100s), "100 s");
    EXPECT_EQ(in_seconds(1500ms), "1.5 s");
    EXPECT_EQ(in_seconds(1ms), "0.001 s");
    EXPECT_EQ(in_seconds(0s), "0 s");
}

TEST(PortWords, rates_are_what_can_be_kept_up) {
    EXPECT_EQ(probes_per_second(19843, 1s), "19,843");
    EXPECT_EQ(probes_per_second(19843, 30s), "661");
    EXPECT_EQ(probes_per_second(19843, 500ms), "39,686");
    EXPECT_EQ(probes_per_second(100, 30s), "3.33");
    EXPECT_EQ(probes_per_second(10, 20s), "0.5");
    EXPECT_EQ(probes_per_second(60, 30s), "2");
    EXPECT_EQ(probes_per_second(1, 1h), "0");
}

TEST(PortWords, the_sentence_of_the_issue) {
    EXPECT_EQ(
        holding_words({.ports = 19843, .stopped_by = Limit::open_files}),
        "This box holds 19,843 source ports at once, stopped by RLIMIT_NOFILE. With a timeout "
        "of 1 s and a new port per probe that is 19,843 probes a second; NATs and firewalls "
        "that keep a mapping 30 s allow 661.");
}

TEST(PortWords, other_sentences) {
    EXPECT_EQ(
        holding_words(
            {.ports = 28168, .stopped_by = Limit::port_range, .left_free = 64, .timeout = 250ms}),
        "This box holds 28,168 source ports at once, stopped by the port range (64 more are "
        "left to other programs; --exhaust takes them too). With a timeout of 0.25 s and a "
        "new port per probe that is 112,672 probes a second; NATs and firewalls that keep a "
        "mapping 30 s allow 938.");
    EXPECT_EQ(holding_words({.ports = 1, .stopped_by = Limit::port_range, .timeout = 2s}),
              "This box holds 1 source port at once, stopped by the port range. With a timeout of "
              "2 s and a new port per probe that is 0.5 probes a second; NATs and firewalls that "
              "keep a mapping 30 s allow 0.03.");
    EXPECT_NE(holding_words({.ports = 1, .stopped_by = Limit::open_files})
                  .find("that is 1 probe a second;"),
              std::string::npos);
    EXPECT_EQ(holding_words({.ports = 256, .stopped_by = Limit::interrupted}),
              "This box holds at least 256 source ports at once: Ctrl+C came before a limit did. "
              "With a timeout of 1 s and a new port per probe that is 256 probes a second; NATs "
              "and firewalls that keep a mapping 30 s allow 8.53.");
    EXPECT_EQ(
        holding_words({.ports = 5, .stopped_by = Limit::refused, .error = EACCES}).substr(0, 79),
        "This box holds 5 source ports at once, stopped by EACCES (Permission denied). W");
}

TEST(PortWords, every_errno_has_its_limit) {
    EXPECT_EQ(limit_of(0), Limit::none);
    EXPECT_EQ(limit_of(EADDRINUSE), Limit::port_range);
    EXPECT_EQ(limit_of(EMFILE), Limit::open_files);
    EXPECT_EQ(limit_of(ENFILE), Limit::system_files);
    EXPECT_EQ(limit_of(ENOBUFS), Limit::memory);
    EXPECT_EQ(limit_of(ENOMEM), Limit::memory);
    EXPECT_EQ(limit_of(EADDRNOTAVAIL), Limit::refused);
    EXPECT_EQ(error_words(EMFILE), "EMFILE (Too many open files)");
    EXPECT_EQ(error_words(4444), "error 4444");
}

}  // namespace
}  // namespace sipping::ports
