#include "sipping/match/identity_table.hpp"

#include <algorithm>
#include <bit>

namespace sipping::match {

IdentityTable::IdentityTable(std::uint32_t limit) : limit_(limit) {
    assert(limit <= slot_limit);
    const auto buckets = std::bit_ceil(std::max<std::uint64_t>(16, std::uint64_t{limit} * 3 / 2));
    entries_.resize(buckets);
    mask_ = static_cast<std::uint32_t>(buckets - 1);
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(buckets));
}

void IdentityTable::insert(std::uint64_t call_id, std::uint32_t slot) noexcept {
    assert(call_id != 0 && call_id >> (64 - slot_bits) == 0);
    assert(slot < slot_limit);
    assert(size_ < limit_);
    std::uint32_t at = home(call_id);
    while (entries_[at] != 0) {
        assert(entries_[at] >> slot_bits != call_id);
        at = (at + 1) & mask_;
    }
    entries_[at] = call_id << slot_bits | slot;
    ++size_;
}

std::uint32_t IdentityTable::find(std::uint64_t call_id) const noexcept {
    for (std::uint32_t at = home(call_id); entries_[at] != 0; at = (at + 1) & mask_)
        if (entries_[at] >> slot_bits == call_id)
            return static_cast<std::uint32_t>(entries_[at] & (slot_limit - 1));
    return absent;
}

void IdentityTable::erase(std::uint64_t call_id) noexcept {
    std::uint32_t hole = home(call_id);
    while (entries_[hole] >> slot_bits != call_id) {
        if (entries_[hole] == 0) return;
        hole = (hole + 1) & mask_;
    }
    // Close the hole: pull back every later entry of the cluster that may stand that far forward.
    for (std::uint32_t at = (hole + 1) & mask_; entries_[at] != 0; at = (at + 1) & mask_) {
        const std::uint32_t distance_home = (at - home(entries_[at] >> slot_bits)) & mask_;
        const std::uint32_t distance_hole = (at - hole) & mask_;
        if (distance_home < distance_hole) continue;
        entries_[hole] = entries_[at];
        hole = at;
    }
    entries_[hole] = 0;
    --size_;
}

}  // namespace sipping::match
