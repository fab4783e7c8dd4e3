// What tells a path whose session table is full from a host, or a whole path, that fell silent: an
// old port goes on being asked from beside new ones. Fed with what became of the probes, in order
// of sending of each; plans nothing. Shared by `ports HOST` and `stress`.
#pragma once

#include <cstdint>

#include "sipping/base/instant.hpp"

namespace sipping::ports {

class OldPort {
public:
    /// So many probes of the old port lost in a row are a silence.
    static constexpr std::uint32_t silent_min = 3;

    /// `every`: between two probes of the old port.
    explicit OldPort(Duration every) noexcept : every_(every) {}

    enum class NewPort : std::uint8_t {
        answered,
        silent,           ///< one more of a run
        silent_with_old,  ///< the old port was silent too: it says nothing
    };

    /// A probe of the old port is over. Returns how many of the run of silent new ports fell silent
    /// with it: they say nothing, and the run begins anew.
    std::uint32_t on_old(Instant sent, bool lost) noexcept;
    [[nodiscard]] NewPort on_new(Instant sent, bool lost) noexcept;

    /// New ports that are silent in a row while the old one is not.
    [[nodiscard]] std::uint32_t silent_run() const noexcept { return run_; }
    /// The old port was asked, and answered, a while after the first of them.
    [[nodiscard]] bool outlived_run() const noexcept {
        return old_answered_ >= run_began_ + 2 * every_;
    }
    /// At least so many of them show that the path has no room for new ports.
    [[nodiscard]] bool shows_limit(std::uint32_t least) const noexcept {
        return run_ >= least && outlived_run();
    }
    [[nodiscard]] bool old_is_silent() const noexcept { return old_lost_run_ >= silent_min; }

private:
    [[nodiscard]] bool old_was_silent(Instant sent) const noexcept {
        return sent >= silent_from_ && sent <= silent_until_;
    }

    Duration every_;
    std::uint32_t run_ = 0;
    Instant run_began_{};     ///< when its first probe was sent
    Instant old_answered_{};  ///< when the newest answered one of the old port was sent
    std::uint32_t old_lost_run_ = 0;
    // The old port's newest silence, by time of sending: from the last answered one on, to the
    // next.
    Instant silent_from_ = never;
    Instant silent_until_ = never;
};

}  // namespace sipping::ports
