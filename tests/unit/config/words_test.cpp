#include "sipping/config/words.hpp"

#include <gtest/gtest.h>

namespace sipping::config {
namespace {

TEST(Words, dscp_numbers_and_names) {
    const std::pair<const char*, int> table[] = {
        {"0", 0},    {"63", 63},  {"EF", 46},   {"ef", 46},   {"VA", 44},   {"LE", 1},   {"CS0", 0},
        {"cs3", 24}, {"CS7", 56}, {"AF11", 10}, {"AF12", 12}, {"AF31", 26}, {"af43", 38}};
    for (const auto& [text, expected] : table) {
        std::uint8_t dscp = 99;
        EXPECT_EQ(read_dscp(text, dscp), "") << text;
        EXPECT_EQ(dscp, expected) << text;
    }
    for (const char* text :
         {"", "64", "-1", "CS8", "CS", "AF", "AF10", "AF51", "AF14", "AF111", "E"}) {
        std::uint8_t dscp = 99;
        EXPECT_EQ(read_dscp(text, dscp), "must be 0 to 63 or a name such as EF, AF31, CS3") << text;
        EXPECT_EQ(dscp, 99) << text;
    }
}

TEST(Words, port_ranges) {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    EXPECT_EQ(read_port_range("1-65535", low, high), "");
    EXPECT_EQ(low, 1);
    EXPECT_EQ(high, 65535);
    EXPECT_EQ(read_port_range("5000-5000", low, high), "");
    for (const char* text : {"", "-", "5000", "5000-", "-5000", "0-10", "10-65536", "1-2-3", "a-b"})
        EXPECT_EQ(read_port_range(text, low, high),
                  "must be LO-HI, ports 1 to 65535 (e.g. 20000-29999)")
            << text;
    EXPECT_EQ(read_port_range("6000-5000", low, high), "begins above its end");
}

TEST(Words, choices_list_what_is_known) {
    IoChoice io{};
    EXPECT_EQ(read_io("epoll", io), "");
    EXPECT_EQ(io, IoChoice::epoll);
    EXPECT_EQ(read_io("Epoll", io), "must be auto, uring or epoll");
    EXPECT_EQ(read_io("", io), "must be auto, uring or epoll");
}

TEST(Words, percentages_sites_devices_and_run_times) {
    double percent = 0;
    EXPECT_EQ(read_percent("0.5", percent), "");
    EXPECT_EQ(percent, 0.5);
    EXPECT_EQ(read_percent("100", percent), "");
    for (const char* text : {"", "-1", "100.1", "5%"})
        EXPECT_EQ(read_percent(text, percent), "must be a percentage, 0 to 100") << text;

    EXPECT_EQ(check_site("noc-1.berlin_a"), "");
    EXPECT_EQ(check_site(std::string(64, 's')), "");
    for (const std::string& text : {std::string{}, std::string{"a b"}, std::string{"a@b"},
                                    std::string{"\xc3\xbc"}, std::string(65, 's')})
        EXPECT_EQ(check_site(text), "must be 1 to 64 letters, digits, '-', '.' or '_'") << text;

    EXPECT_EQ(check_device("eth0.100"), "");
    for (const char* text : {"", "a b", "a/b", "0123456789abcdef"})
        EXPECT_EQ(check_device(text), "not an interface name (e.g. eth0)") << text;

    std::optional<Duration> time;
    EXPECT_EQ(read_run_time("90", time), "");
    EXPECT_EQ(time, 90s);
    EXPECT_EQ(read_run_time("20ms", time), "");
    EXPECT_EQ(time, 20ms);
    EXPECT_EQ(read_run_time("0", time), "must be more than 0 (e.g. 30, 90s, 5m, 2h)");
    EXPECT_EQ(read_run_time("x", time),
              "not a time (e.g. 30, 90s, 5m, 2h; a bare number is seconds)");
}

TEST(Words, rotation_is_a_time_a_size_or_both) {
    struct Row {
        const char* text;
        Duration every;
        std::uint64_t bytes;
    };
    const Row good[] = {
        {"1h", 1h, 0},
        {"24h", 24h, 0},
        {"5m", 5min, 0},
        {"1s", 1s, 0},
        {"500MB", 0s, 500'000'000},
        {"1.5GB", 0s, 1'500'000'000},
        {"10kB", 0s, 10'000},
        {"1h,500MB", 1h, 500'000'000},
        {"500MB,1h", 1h, 500'000'000},
    };
    for (const Row& row : good) {
        Duration every{};
        std::uint64_t bytes = 0;
        EXPECT_EQ(read_rotation(row.text, every, bytes), "") << row.text;
        EXPECT_EQ(every, row.every) << row.text;
        EXPECT_EQ(bytes, row.bytes) << row.text;
    }
    const std::pair<const char*, const char*> bad[] = {
        {"", "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)"},
        {"60", "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)"},
        {"0s", "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)"},
        {"1h,", "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)"},
        {"1h,2MB,3", "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)"},
        {"500M", "must be a time, a size or both (e.g. 24h, 500MB, or 1h,500MB)"},
        {"1500ms", "must be whole seconds, at most 366 days"},
        {"367d", "must be whole seconds, at most 366 days"},
        {"9kB", "must be at least 10kB, at most 1000000GB"},
        {"1h,2h", "has two times, give one"},
        {"1MB,2MB", "has two sizes, give one"},
    };
    for (const auto& [text, wrong] : bad) {
        Duration every{};
        std::uint64_t bytes = 0;
        EXPECT_EQ(read_rotation(text, every, bytes), wrong) << text;
    }
}

}  // namespace
}  // namespace sipping::config
