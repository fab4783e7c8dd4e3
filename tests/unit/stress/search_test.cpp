#include "sipping/stress/search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace sipping::stress {
namespace {

constexpr Judgement good{};
constexpr Judgement bad{Verdict::bad, sign_drops};
constexpr Judgement ours{Verdict::ours, 0};

/// Measures a target that holds `capacity`; the rates that were tried.
std::vector<double> measure(Search& search, double capacity) {
    std::vector<double> rates;
    while (!search.over()) {
        rates.push_back(search.rate());
        search.tell(search.rate() <= capacity ? good : bad);
    }
    return rates;
}

TEST(Search, ramps_in_geometric_steps_and_ends_exactly) {
    Search search(100, 1600, 5);
    const std::vector<double> rates = measure(search, 1e9);
    ASSERT_EQ(rates.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_NEAR(rates[i], 100 * std::pow(2, static_cast<double>(i)), 1e-9);
    EXPECT_EQ(search.held(), 1600);
    EXPECT_EQ(search.first_bad(), 0);
}

TEST(Search, one_step_is_the_low_rate) {
    Search search(50, 50, 1);
    EXPECT_EQ(measure(search, 1e9), std::vector<double>{50});
}

TEST(Search, narrows_the_bracket_to_two_per_cent) {
    for (const double capacity : {101.0, 333.0, 1000.0, 1599.0}) {
        Search search(100, 1600, 5);
        const auto rates = measure(search, capacity);
        EXPECT_LE(search.held(), capacity);
        EXPECT_GT(search.first_bad(), capacity);
        EXPECT_LE(search.first_bad() / search.held(), Search::precision);
        EXPECT_LE(rates.size(), 24U);
    }
}

TEST(Search, a_bad_step_counts_when_it_is_bad_again) {
    Search search(100, 400, 3);
    search.tell(good);
    search.tell(bad);
    EXPECT_NEAR(search.rate(), 200, 1e-9);
    search.tell(good);
    EXPECT_EQ(search.rate(), 400);
    EXPECT_FALSE(search.narrowing());
}

TEST(Search, bans_and_unreachable_targets_are_not_tried_again) {
    for (const std::uint8_t sign : {sign_ban, sign_unreachable}) {
        Search search(100, 400, 3);
        search.tell(good);
        search.tell({Verdict::bad, static_cast<std::uint8_t>(sign_drops | sign)});
        EXPECT_TRUE(search.over());
        EXPECT_EQ(search.held(), 100);
        EXPECT_NEAR(search.first_bad(), 200, 1e-9);
    }
}

TEST(Search, a_request_for_a_pause_is_enough_at_once_and_the_search_goes_on) {
    Search search(100, 400, 3);
    search.tell(good);
    search.tell({Verdict::bad, sign_pause});
    EXPECT_FALSE(search.over());
    EXPECT_NEAR(search.rate(), std::sqrt(100 * 200.0), 1e-9);
}

TEST(Search, what_is_bad_at_the_lowest_rate_leaves_nothing_to_search) {
    Search search(100, 400, 3);
    search.tell(bad);
    search.tell(bad);
    EXPECT_TRUE(search.over());
    EXPECT_EQ(search.held(), 0);
    EXPECT_EQ(search.first_bad(), 100);
}

TEST(Search, our_own_limit_ends_it_after_three_tries) {
    Search search(100, 400, 3);
    search.tell(good);
    search.tell(ours);
    search.tell(ours);
    EXPECT_FALSE(search.over());
    search.tell(ours);
    EXPECT_TRUE(search.over());
    EXPECT_NEAR(search.own_limit(), 200, 1e-9);
    EXPECT_EQ(search.first_bad(), 0) << "that is nothing the target did";
}

TEST(Search, a_disturbance_that_passes_is_forgotten) {
    Search search(100, 400, 3);
    for (int i = 0; i < 2; ++i) {
        search.tell(ours);
        search.tell(ours);
        search.tell(good);
    }
    EXPECT_FALSE(search.over());
    EXPECT_EQ(search.rate(), 400);
}

}  // namespace
}  // namespace sipping::stress
