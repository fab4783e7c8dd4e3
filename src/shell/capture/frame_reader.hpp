// What the readers of both formats have in common: frames one by one, and what the file says of its
// own completeness.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <vector>

#include "capture/file_bytes.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::capture {

struct Frame {
    WallTime at{};
    std::uint32_t length = 0;  ///< on the wire; there may be less of it in `bytes`
    int link = 0;
    std::span<const std::uint8_t> bytes;  ///< until the next one is read from the same file
};

/// A time during which a capture ran, from its first packet (or what it says) to its last.
struct Span {
    WallTime first = WallTime::max();
    WallTime last = WallTime::min();

    Duration silence{};  ///< the longest one within

    void add(WallTime at) noexcept {
        if (at > last && !empty()) silence = std::max(silence, at - last);
        if (at < first) first = at;
        if (at > last) last = at;
    }
    [[nodiscard]] bool empty() const noexcept { return first > last; }
};

/// Packets that the capture says it lost, at some time from `from` to `to`.
struct Loss {
    WallTime from{};
    WallTime to{};
    std::uint64_t packets = 0;
};

class FrameReader {
public:
    static constexpr std::uint32_t packet_max = 1024 * 1024;  ///< bytes; more is damage
    static constexpr std::size_t spans_max = 65'536;          ///< of sections; the last goes on
    static constexpr std::size_t losses_max = 65'536;         ///< places; the last one grows

    virtual ~FrameReader() = default;
    /// False at the end. Throws std::runtime_error at what cannot be read, without the file's name.
    virtual bool next(Frame& frame) = 0;

    /// The link types that are known of so far.
    [[nodiscard]] const std::set<int>& links() const noexcept { return links_; }
    [[nodiscard]] const std::vector<Span>& spans() const noexcept { return spans_; }
    [[nodiscard]] const std::vector<Loss>& losses() const noexcept { return losses_; }
    /// Packets left out because nothing says when they were captured.
    [[nodiscard]] std::uint64_t untimed() const noexcept { return untimed_; }

protected:
    void begin_span() {
        if (spans_.empty() || (!spans_.back().empty() && spans_.size() < spans_max))
            spans_.emplace_back();
    }
    void note_loss(const Loss& loss) {
        if (losses_.size() < losses_max) return losses_.push_back(loss);
        Loss& last = losses_.back();
        last = {std::min(last.from, loss.from), std::max(last.to, loss.to),
                last.packets + std::min(loss.packets,
                                        std::numeric_limits<std::uint64_t>::max() - last.packets)};
    }
    [[nodiscard]] Span& span() noexcept { return spans_.back(); }

    std::set<int> links_;
    std::uint64_t untimed_ = 0;

private:
    std::vector<Span> spans_;
    std::vector<Loss> losses_;
};

/// Seconds and nanoseconds of a file. Those of a hostile one may be anything; what does not fit
/// counts as the last moment that does.
[[nodiscard]] WallTime wall_time(std::uint64_t seconds, std::uint64_t nanoseconds) noexcept;

}  // namespace sipping::capture
