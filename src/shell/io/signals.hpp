// Signals as a readable descriptor: SIGINT, SIGTERM, SIGQUIT, SIGHUP are blocked and queued.
#pragma once

#include <csignal>
#include <optional>

#include "io/fd.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::io {

class Signals {
public:
    /// Blocks the four signals and opens a signalfd; ignores SIGPIPE and SIGXFSZ. Throws
    /// std::system_error.
    Signals();
    ~Signals();  ///< restores the mask
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// The next queued signal number, without waiting.
    [[nodiscard]] std::optional<int> take() noexcept;
    /// The same, but waits for one up to this long.
    [[nodiscard]] std::optional<int> take_within(Duration patience) noexcept;

private:
    Fd fd_;
    sigset_t before_{};
};

}  // namespace sipping::io
