#include "sipping/schedule/lead.hpp"

#include <gtest/gtest.h>

namespace sipping::schedule {
namespace {

TEST(Lead, begins_with_nothing_and_comes_to_what_it_takes) {
    Lead lead;
    EXPECT_EQ(lead.value(), Duration::zero());
    for (int i = 0; i < 60; ++i)
        lead.note(9us);
    EXPECT_GT(lead.value(), 8900ns);
    EXPECT_LE(lead.value(), 9us);
}

TEST(Lead, follows_a_slower_way_but_not_beyond_its_limit) {
    Lead lead;
    for (int i = 0; i < 100; ++i)
        lead.note(90us);
    EXPECT_GT(lead.value(), 49us);
    EXPECT_LE(lead.value(), Lead::limit);
}

TEST(Lead, an_interruption_and_a_time_that_runs_backwards_change_nothing) {
    Lead lead;
    for (int i = 0; i < 60; ++i)
        lead.note(9us);
    const Duration before = lead.value();
    lead.note(3ms);
    EXPECT_EQ(lead.value(), before);
    Lead none;
    none.note(-5us);
    EXPECT_EQ(none.value(), Duration::zero());
}

}  // namespace
}  // namespace sipping::schedule
