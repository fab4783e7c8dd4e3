#include "sipping/respond/source_limit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sipping::respond {
namespace {

constexpr Key key{1, 2};
constexpr Instant t0{100s};

int taken(SourceLimit& limit, const Address& source, int tries, Duration apart, Instant from = t0) {
    int count = 0;
    for (int i = 0; i < tries; ++i)
        count += limit.take(source, from + i * apart) ? 1 : 0;
    return count;
}

TEST(SourceLimit, lets_the_rate_pass_and_a_tenth_of_a_second_at_once) {
    const Address source = *parse_address("192.0.2.1");
    SourceLimit even(100, key);
    EXPECT_EQ(taken(even, source, 1000, 10ms), 1000);
    SourceLimit twice(100, key);
    EXPECT_NEAR(taken(twice, source, 2000, 5ms), 1000, 11);
    SourceLimit burst(100, key);
    EXPECT_EQ(taken(burst, source, 50, 0ms), 10);
    SourceLimit slow(1, key);
    EXPECT_EQ(taken(slow, source, 50, 0ms), 2) << "two at least";
    EXPECT_EQ(taken(slow, source, 1, 0ms, t0 + 1s), 1);
}

TEST(SourceLimit, sources_do_not_share_but_a_v6_network_does) {
    SourceLimit limit(1, key);
    EXPECT_EQ(taken(limit, *parse_address("192.0.2.1"), 9, 0ms), 2);
    EXPECT_EQ(taken(limit, *parse_address("192.0.2.2"), 9, 0ms), 2);
    EXPECT_EQ(taken(limit, *parse_address("2001:db8::1"), 9, 0ms), 2);
    EXPECT_EQ(taken(limit, *parse_address("2001:db8::2"), 9, 0ms), 0) << "the same /64";
    EXPECT_EQ(taken(limit, *parse_address("2001:db8:0:1::1"), 9, 0ms), 2);
}

TEST(SourceLimit, a_flood_of_sources_gets_no_memory_and_does_not_free_the_busy_ones) {
    SourceLimit limit(10, key);
    const Address busy = *parse_address("198.51.100.1");
    int answered = 0;
    for (int i = 0; i < 100'000; ++i) {
        const Instant at = t0 + i * 100us;
        Address other = *parse_address("10.0.0.0");
        other.bytes[1] = static_cast<std::uint8_t>(i >> 16);
        other.bytes[2] = static_cast<std::uint8_t>(i >> 8);
        other.bytes[3] = static_cast<std::uint8_t>(i);
        EXPECT_TRUE(limit.take(other, at));
        answered += limit.take(busy, at) ? 1 : 0;
    }
    EXPECT_NEAR(answered, 100, 2) << "ten seconds at 10 a second";
}

}  // namespace
}  // namespace sipping::respond
