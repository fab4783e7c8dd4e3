// How often each status code and each fault of syntax came. A few are told apart, the rest is
// counted together, so that a far end that makes codes up fills no memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "sipping/base/syntax_fault.hpp"

namespace sipping::stats {

/// Counts of `Key`, the most frequent first; those that came after `kept` others are `other`.
template <class Key, std::size_t kept>
class TopCounts {
public:
    struct Entry {
        Key key{};
        std::uint64_t count = 0;
    };

    void add(const Key& key, std::uint64_t count = 1) noexcept {
        for (std::size_t i = 0; i < size_; ++i) {
            if (!(entries_[i].key == key)) continue;
            entries_[i].count += count;
            for (; i > 0 && entries_[i - 1].count < entries_[i].count; --i)
                std::swap(entries_[i - 1], entries_[i]);
            return;
        }
        if (size_ == kept) {
            other_ += count;
            return;
        }
        entries_[size_] = {key, count};
        for (std::size_t i = size_++; i > 0 && entries_[i - 1].count < entries_[i].count; --i)
            std::swap(entries_[i - 1], entries_[i]);
    }
    void merge(const TopCounts& from) noexcept {
        for (const Entry& entry : from.entries())
            add(entry.key, entry.count);
        other_ += from.other_;
    }
    void clear() noexcept { *this = {}; }

    [[nodiscard]] std::span<const Entry> entries() const noexcept {
        return {entries_.data(), size_};
    }
    [[nodiscard]] std::uint64_t other() const noexcept { return other_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// The most frequent one; a fresh Key when there is none.
    [[nodiscard]] Key usual() const noexcept { return entries_[0].key; }

private:
    std::array<Entry, kept> entries_{};
    std::size_t size_ = 0;
    std::uint64_t other_ = 0;
};

/// Status codes as received; 0 is a status line without a number.
using CodeCounts = TopCounts<std::uint16_t, 8>;
using SyntaxCounts = TopCounts<SyntaxFault, 4>;

}  // namespace sipping::stats
