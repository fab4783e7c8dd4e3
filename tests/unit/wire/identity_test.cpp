#include "sipping/wire/identity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace sipping::wire {
namespace {

TEST(Identity, call_ids_do_not_repeat_over_three_million) {
    IdentitySource source(Key{0x0123456789abcdef, 42});
    std::vector<std::uint64_t> call_ids(3'000'000);
    for (std::uint64_t& call_id : call_ids) {
        call_id = source.next().call_id;
        ASSERT_GE(call_id, call_id_first);
        ASSERT_LT(call_id, call_id_first + call_id_count);
    }
    std::sort(call_ids.begin(), call_ids.end());
    EXPECT_EQ(std::adjacent_find(call_ids.begin(), call_ids.end()), call_ids.end());
}

// Guards against a permutation that maps a counter to something near it.
TEST(Identity, neighbours_are_far_apart_and_spread_over_all_first_digits) {
    IdentitySource source(Key{7, 8});
    std::array<int, 10> first_digits{};
    std::uint64_t before = source.next().call_id;
    int near = 0;
    for (int i = 0; i < 90'000; ++i) {
        const std::uint64_t call_id = source.next().call_id;
        const std::uint64_t distance = call_id > before ? call_id - before : before - call_id;
        if (distance < 90'000) ++near;  // expected: two in 100,000
        ++first_digits[call_id / call_id_first];
        before = call_id;
    }
    EXPECT_LT(near, 20);
    EXPECT_EQ(first_digits[0], 0);
    for (std::size_t digit = 1; digit <= 9; ++digit) {
        EXPECT_GT(first_digits[digit], 9'500) << digit;
        EXPECT_LT(first_digits[digit], 10'500) << digit;
    }
}

TEST(Identity, the_number_comes_back_from_the_call_id) {
    IdentitySource source(Key{5, 6});
    const IdentitySource same_key(Key{5, 6});
    for (std::uint64_t number = 0; number < 100'000; ++number)
        ASSERT_EQ(same_key.number_of(source.next().call_id), number);
}

// Backwards from every kind of value, so also those that no counter has reached yet.
TEST(Identity, each_call_id_has_a_number_of_its_own) {
    const IdentitySource source(Key{5, 6});
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = 0; i < 1'000'000; ++i)
        numbers.push_back(source.number_of(call_id_first + i * 8999));
    numbers.push_back(source.number_of(call_id_first + call_id_count - 1));
    for (const std::uint64_t number : numbers)
        ASSERT_LT(number, call_id_count);
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end());
}

TEST(Identity, what_did_not_leave_is_counted_from_the_other_end) {
    IdentitySource source(Key{5, 6});
    EXPECT_EQ(source.number_of(source.next_unsent()), call_id_count - 1);
    EXPECT_EQ(source.number_of(source.next_unsent()), call_id_count - 2);
    EXPECT_EQ(source.number_of(source.next().call_id), 0U);
}

TEST(Identity, of_gives_what_next_gave) {
    IdentitySource source(Key{1, 2});
    const IdentitySource same_key(Key{1, 2});
    for (int i = 0; i < 1000; ++i) {
        const Identity identity = source.next();
        EXPECT_EQ(source.of(identity.call_id), identity);
        EXPECT_EQ(same_key.of(identity.call_id), identity);
    }
}

TEST(Identity, same_key_same_sequence_other_key_another) {
    IdentitySource one(Key{1, 2});
    IdentitySource same(Key{1, 2});
    IdentitySource low(Key{2, 2});
    IdentitySource high(Key{1, 3});
    std::set<std::uint64_t> call_ids;
    for (int i = 0; i < 1000; ++i) {
        const Identity identity = one.next();
        EXPECT_EQ(same.next(), identity);
        call_ids.insert(identity.call_id);
        call_ids.insert(low.next().call_id);
        call_ids.insert(high.next().call_id);
    }
    // Three unrelated sets of 1000 out of 9 * 10^9: a shared value is a one in 3000 chance, and
    // these keys are fixed.
    EXPECT_EQ(call_ids.size(), 3000U);
}

TEST(Identity, the_proof_depends_on_the_key) {
    const IdentitySource one(Key{1, 2});
    const IdentitySource other(Key{1, 3});
    const Identity mine = one.of(call_id_first);
    const Identity theirs = other.of(call_id_first);
    EXPECT_EQ(mine.call_id, theirs.call_id);
    EXPECT_NE(mine.branch, theirs.branch);
    EXPECT_NE(mine.from_tag, theirs.from_tag);
    EXPECT_NE(mine.cseq, theirs.cseq);
}

TEST(Identity, cseq_has_ten_digits_and_stays_below_two_to_the_31) {
    IdentitySource source(Key{3, 4});
    bool upper_half = false;
    for (int i = 0; i < 100'000; ++i) {
        const std::uint32_t cseq = source.next().cseq;
        ASSERT_GE(cseq, 1'000'000'000U);
        ASSERT_LT(cseq, 0x80000000U);
        upper_half |= cseq >= 0x60000000U;
    }
    EXPECT_TRUE(upper_half);
}

}  // namespace
}  // namespace sipping::wire
