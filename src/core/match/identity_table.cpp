#include "sipping/match/identity_table.hpp"

#include <algorithm>
#include <bit>

namespace sipping::match {

IdentityTable::IdentityTable(std::uint32_t limit) : limit_(limit) {
    const auto buckets = std::bit_ceil(std::max<std::uint64_t>(16, std::uint64_t{limit} * 3 / 2));
    keys_.resize(buckets);
    slots_.resize(buckets);
    mask_ = static_cast<std::uint32_t>(buckets - 1);
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(buckets));
}

void IdentityTable::insert(std::uint64_t call_id, std::uint32_t slot) noexcept {
    assert(call_id != 0);
    assert(size_ < limit_);
    std::uint32_t at = home(call_id);
    while (keys_[at] != 0) {
        assert(keys_[at] != call_id);
        at = (at + 1) & mask_;
    }
    keys_[at] = call_id;
    slots_[at] = slot;
    ++size_;
}

std::uint32_t IdentityTable::find(std::uint64_t call_id) const noexcept {
    for (std::uint32_t at = home(call_id); keys_[at] != 0; at = (at + 1) & mask_)
        if (keys_[at] == call_id) return slots_[at];
    return absent;
}

void IdentityTable::erase(std::uint64_t call_id) noexcept {
    std::uint32_t hole = home(call_id);
    while (keys_[hole] != call_id) {
        if (keys_[hole] == 0) return;
        hole = (hole + 1) & mask_;
    }
    // Close the hole: pull back every later entry of the cluster that may stand that far forward.
    for (std::uint32_t at = (hole + 1) & mask_; keys_[at] != 0; at = (at + 1) & mask_) {
        const std::uint32_t distance_home = (at - home(keys_[at])) & mask_;
        const std::uint32_t distance_hole = (at - hole) & mask_;
        if (distance_home < distance_hole) continue;
        keys_[hole] = keys_[at];
        slots_[hole] = slots_[at];
        hole = at;
    }
    keys_[hole] = 0;
    --size_;
}

}  // namespace sipping::match
