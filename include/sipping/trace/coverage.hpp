// Which time the captures of one side cover, and how far they can be believed: a packet that they
// lack proves something only if they would have it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sipping/base/instant.hpp"

namespace sipping::trace {

class Coverage {
public:
    /// Between files of a capture that changes files, it is not known that it went on: one may be
    /// missing. A silence there that is longer than `bridged_factor` times the longest one within
    /// any file is a hole; one of `bridged_least` is none, one of `bridged_most` always.
    static constexpr int bridged_factor = 2;
    static constexpr Duration bridged_least = 1s;
    static constexpr Duration bridged_most = 60s;

    /// One file: its first and last packet, and the longest silence between two.
    void add_file(WallTime first, WallTime last, Duration silence = {});
    /// Packets that the capture says it lost, at some time from `from` to `to`.
    void add_dropped(WallTime from, WallTime to, std::uint64_t packets);
    /// A packet of which the capture kept so many bytes, and not all.
    void add_cut(std::size_t kept) noexcept;
    /// A SIP message that is cut before its Call-ID.
    void add_cut_message() noexcept { ++cut_messages_; }

    enum class Where : std::uint8_t { inside, before, after, hole };
    /// Of a moment of the captures' clock.
    [[nodiscard]] Where where(WallTime at) const noexcept;
    [[nodiscard]] bool covers(WallTime from, WallTime to) const noexcept;

    [[nodiscard]] bool empty() const noexcept { return spans_.empty(); }
    [[nodiscard]] WallTime first() const noexcept { return spans_.front().first; }
    [[nodiscard]] WallTime last() const noexcept { return spans_.back().last; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    /// Some of them perhaps in that time.
    [[nodiscard]] bool dropped_in(WallTime from, WallTime to) const noexcept;
    [[nodiscard]] std::uint64_t cut() const noexcept { return cut_; }
    /// The size to which packets are cut; of the longest one.
    [[nodiscard]] std::size_t cut_at() const noexcept { return cut_at_; }
    [[nodiscard]] std::uint64_t cut_messages() const noexcept { return cut_messages_; }

private:
    struct Span {
        WallTime first;
        WallTime last;
    };
    [[nodiscard]] static bool overlap(const Span& a, const Span& b) noexcept {
        return a.first <= b.last && b.first <= a.last;
    }

    std::vector<Span> files_;  ///< in order
    std::vector<Span> spans_;  ///< in order, apart
    Duration silence_{};
    std::vector<Span> drops_;
    std::uint64_t dropped_ = 0;
    std::uint64_t cut_ = 0;
    std::size_t cut_at_ = 0;
    std::uint64_t cut_messages_ = 0;
};

}  // namespace sipping::trace
