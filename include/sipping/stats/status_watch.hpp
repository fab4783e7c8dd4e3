// Whose replies have another status than before: at most one change a second of each target is
// told, and the last one always, so that nobody believes an old status.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/stats/event.hpp"

namespace sipping::stats {

class StatusWatch {
public:
    static constexpr Duration told_every = 1s;
    static constexpr std::size_t text_max = 48;   ///< of a status; what is longer is cut
    static constexpr std::size_t texts_max = 64;  ///< distinct ones; further ones are a code alone

    explicit StatusWatch(std::size_t targets);

    /// A reply in time. The event when there is a change to be told now.
    [[nodiscard]] std::optional<StatusEvent> on_reply(std::uint32_t target, std::uint16_t code,
                                                      std::string_view status_line,
                                                      const ClockReading& now) noexcept;
    /// Of this target's last reply; 0: none yet.
    [[nodiscard]] std::uint16_t code(std::uint32_t target) const noexcept {
        return targets_[target].now.code;
    }
    /// When due() has something to tell; `never`: nothing waits.
    [[nodiscard]] Instant next() const noexcept;
    /// What waited for its second to be over. Call until it is nothing.
    [[nodiscard]] std::optional<StatusEvent> due(const ClockReading& now, bool at_end) noexcept;

private:
    struct Text {
        std::uint16_t code = 0;
        std::uint8_t size = 0;
        std::array<char, text_max> text{};
    };
    struct Seen {
        std::uint16_t code = 0;
        std::uint8_t text = 0;  ///< index into texts_
    };
    struct OfTarget {
        Seen told;
        Seen now;
        bool any = false;
        bool waits = false;
        std::uint32_t hidden = 0;
        Instant told_at = Instant::min();
    };

    [[nodiscard]] std::uint8_t text_of(std::uint16_t code, std::string_view status_line) noexcept;
    [[nodiscard]] std::string_view view(const Seen& seen,
                                        std::array<char, 8>& scratch) const noexcept;
    [[nodiscard]] StatusEvent tell(std::uint32_t target, const ClockReading& now) noexcept;

    std::vector<OfTarget> targets_;
    std::vector<std::uint32_t> waiting_;  ///< in the order in which their seconds end
    std::size_t waiting_first_ = 0;
    std::array<Text, texts_max> texts_{};  ///< [0]: none
    std::size_t texts_used_ = 1;
    std::array<char, 8> from_{};  ///< what the last event's views may point to
    std::array<char, 8> to_{};
};

}  // namespace sipping::stats
