#include "sipping/match/identity_table.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <unordered_map>

#include "sipping/base/prng.hpp"

namespace sipping::match {
namespace {

TEST(IdentityTable, finds_what_was_inserted_and_nothing_else) {
    IdentityTable table(100);
    for (std::uint32_t i = 0; i < 100; ++i)
        table.insert(1'000'000'000 + i * 977, i);
    for (std::uint32_t i = 0; i < 100; ++i)
        EXPECT_EQ(table.find(1'000'000'000 + i * 977), i);
    EXPECT_EQ(table.find(1'000'000'001), IdentityTable::absent);
    EXPECT_EQ(table.find(0), IdentityTable::absent);
    table.erase(1'000'000'000);
    table.erase(1'000'000'000);
    EXPECT_EQ(table.find(1'000'000'000), IdentityTable::absent);
    EXPECT_EQ(table.size(), 99u);
}

TEST(IdentityTable, agrees_with_a_plain_map_under_churn) {
    // Full to the limit all the time, in and out in any order: clusters form and are cut.
    constexpr std::uint32_t limit = 1000;
    IdentityTable table(limit);
    std::unordered_map<std::uint64_t, std::uint32_t> plain;
    std::vector<std::uint64_t> keys;
    Prng prng(Key{42, 0});
    for (std::uint32_t step = 0; step < 200'000; ++step) {
        if (plain.size() == limit || (!keys.empty() && prng.chance(45))) {
            const std::size_t at = prng.below(keys.size());
            table.erase(keys[at]);
            plain.erase(keys[at]);
            keys[at] = keys.back();
            keys.pop_back();
        } else {
            const std::uint64_t key = 1'000'000'000 + prng.below(5000);
            if (plain.contains(key)) continue;
            table.insert(key, step);
            plain[key] = step;
            keys.push_back(key);
        }
        const std::uint64_t probe = 1'000'000'000 + prng.below(5000);
        const auto found = plain.find(probe);
        ASSERT_EQ(table.find(probe), found == plain.end() ? IdentityTable::absent : found->second)
            << "step " << step;
        ASSERT_EQ(table.size(), plain.size());
    }
}

}  // namespace
}  // namespace sipping::match
