// Which Call-IDs are ours and in which slot: an open-addressing hash table of fixed size. Linear
// probing with backward-shift deletion: no tombstones, so it never rehashes, allocates or stalls,
// however long identities come and go (bench/match_bench compares it with library maps).
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

namespace sipping::match {

class IdentityTable {
public:
    static constexpr std::uint32_t absent = 0xffffffff;
    static constexpr std::uint32_t slot_limit = 1 << 24;

    /// Room for `limit` keys (at most slot_limit) at a load of at most two thirds.
    explicit IdentityTable(std::uint32_t limit);

    /// `call_id` has at most ten digits and is not in the table, which must have room.
    void insert(std::uint64_t call_id, std::uint32_t slot) noexcept;
    [[nodiscard]] std::uint32_t find(std::uint64_t call_id) const noexcept;
    /// Begins to load where `call_id` belongs: with a million identities that is a cache miss.
    void prefetch(std::uint64_t call_id) const noexcept {
        __builtin_prefetch(&entries_[home(call_id)], 1);
    }
    /// Does nothing when it is not there.
    void erase(std::uint64_t call_id) noexcept;
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

private:
    // Key and slot share one word: 34 bits hold ten digits, 24 a slot. One cache line a look, and
    // half the memory of two arrays.
    static constexpr unsigned slot_bits = 24;

    // Call-IDs are a permutation of a counter, but only 34 bits wide: a multiplication spreads
    // them.
    [[nodiscard]] std::uint32_t home(std::uint64_t call_id) const noexcept {
        return static_cast<std::uint32_t>(call_id * 0x9e37'79b9'7f4a'7c15U >> shift_);
    }

    std::vector<std::uint64_t> entries_;  ///< call_id << slot_bits | slot; 0: empty
    std::uint32_t mask_;
    unsigned shift_;
    std::uint32_t size_ = 0;
    std::uint32_t limit_;
};

}  // namespace sipping::match
