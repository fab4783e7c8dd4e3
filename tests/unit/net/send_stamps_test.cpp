#include "net/send_stamps.hpp"

#include <gtest/gtest.h>

namespace sipping::net {
namespace {

constexpr Instant t0{1000s};

TEST(SendStamps, share_the_call_evenly) {
    SendStamps stamps;
    stamps.batch(t0, t0 + 80us, 8);
    EXPECT_EQ(stamps.at(0), t0 + 5us);
    EXPECT_EQ(stamps.at(7), t0 + 75us);
    EXPECT_EQ(stamps.estimated(), 0u);
}

TEST(SendStamps, an_interruption_does_not_move_the_stamp_by_half_of_it) {
    SendStamps stamps;
    stamps.batch(t0, t0 + 5ms, 1);
    EXPECT_LE(stamps.at(0), t0 + 10us);
    EXPECT_EQ(stamps.estimated(), 1u);
    stamps.batch(t0, t0 + 5ms, 16);
    EXPECT_LE(stamps.at(15), t0 + 250us);
    EXPECT_EQ(stamps.estimated(), 17u);
}

TEST(SendStamps, follow_a_box_that_is_slower) {
    SendStamps stamps;
    for (int i = 0; i < 200; ++i)
        stamps.batch(t0, t0 + 60us, 1);
    stamps.batch(t0, t0 + 100us, 1);
    EXPECT_EQ(stamps.at(0), t0 + 50us);
    const auto before = stamps.estimated();
    stamps.batch(t0, t0 + 400us, 1);
    EXPECT_EQ(stamps.estimated(), before + 1);
}

TEST(SendStamps, a_stamp_of_the_kernel_makes_an_estimate_needless) {
    SendStamps stamps;
    stamps.batch(t0, t0 + 5ms, 2);
    EXPECT_EQ(stamps.estimated(), 2u);
    EXPECT_TRUE(stamps.within(t0 + 4ms));
    EXPECT_EQ(stamps.told(t0 + 4ms), t0 + 4ms);
    EXPECT_EQ(stamps.estimated(), 1u);
}

TEST(SendStamps, a_stamp_of_the_kernel_is_of_this_call_or_refused) {
    SendStamps stamps;
    stamps.batch(t0, t0 + 20us, 1);
    EXPECT_FALSE(stamps.within(t0 - 100us));
    EXPECT_FALSE(stamps.within(t0 + 10s));
    // The two clocks are read a moment apart: what cannot be is put right.
    EXPECT_TRUE(stamps.within(t0 - 1us));
    EXPECT_EQ(stamps.told(t0 - 1us), t0);
    EXPECT_EQ(stamps.told(t0 + 21us), t0 + 20us);
    EXPECT_EQ(stamps.estimated(), 0u);
}

}  // namespace
}  // namespace sipping::net
